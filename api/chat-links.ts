// The API speaks HTTP and nothing else. This file: where a chat's workflow is seen in Temporal's Web UI.
import type { ChatLinks } from "../store/to-wire.ts";
import { chatWorkflowId } from "../workflows/contract.ts";

/** @param temporalUiUrl base of the Web UI; undefined: no links */
export function createChatLinks(temporalUiUrl: string | undefined, namespace: string): ChatLinks {
  if (temporalUiUrl === undefined) return { temporal: () => null };
  const base = `${temporalUiUrl.replace(/\/+$/, "")}/namespaces/${encodeURIComponent(namespace)}/workflows/`;
  return { temporal: (chatId) => base + chatWorkflowId(chatId) };
}
