// Links to the workflows of chats and workspaces in Temporal's Web UI.
import type { ChatLinks } from "../../store/row/to-wire.ts";
import { chatWorkflowId, workspaceWorkflowId } from "../../workflows/contract.ts";

/** @param temporalUiUrl base of the Web UI; undefined: no links */
export function createChatLinks(temporalUiUrl: string | undefined, namespace: string): ChatLinks {
  const toWorkflow = workflowLink(temporalUiUrl, namespace);
  return { temporal: (chatId) => toWorkflow(chatWorkflowId(chatId)) };
}

/** @param temporalUiUrl base of the Web UI; undefined: no links */
export function createWorkspaceLink(
  temporalUiUrl: string | undefined,
  namespace: string,
): (workspaceId: string) => string | null {
  const toWorkflow = workflowLink(temporalUiUrl, namespace);
  return (workspaceId) => toWorkflow(workspaceWorkflowId(workspaceId));
}

function workflowLink(temporalUiUrl: string | undefined, namespace: string) {
  if (temporalUiUrl === undefined) return () => null;
  const base = `${temporalUiUrl.replace(/\/+$/, "")}/namespaces/${encodeURIComponent(namespace)}/workflows/`;
  return (workflowId: string) => base + workflowId;
}
