// Tests: what is stored of a chat as an AI SDK client is to show it, written down apart from the code that streams it.
import assert from "node:assert/strict";
import type { Message } from "../../../core/chat/message.ts";
import type { Everturn } from "../everturn.ts";
import { storedMessages } from "../turn/settled.ts";
import { type ClientChat, shownParts, type UiMessage, type UiPart } from "./ai-clients.ts";

interface Metadata {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly message_ids?: readonly number[];
  readonly usage?: { readonly total_tokens: number };
}

export function metadataOf(message: UiMessage | undefined): Metadata {
  return message?.metadata as Metadata;
}

/** Part by part, without what clients keep for themselves. */
export function plain(part: UiPart): object {
  if (part.type === "text" || part.type === "reasoning") return { [part.type]: part.text, state: part.state };
  if (!part.type.startsWith("tool-")) return { type: part.type };
  const { toolCallId, state, input, output, errorText, preliminary } = part;
  const end = state === "output-error" ? { errorText } : { output };
  return {
    tool: part.type.slice("tool-".length),
    toolCallId,
    state,
    input,
    ...end,
    preliminary: preliminary ?? false,
  };
}

/** The parts of a turn's message by the stored messages of that turn. */
export function expectedParts(turn: readonly Message[]): object[] {
  const results = new Map(
    turn.flatMap(({ content }) =>
      content.flatMap((part) => (part.type === "tool-result" ? [[part.tool_call_id, part] as const] : [])),
    ),
  );
  const answers = turn.filter(({ role }) => role === "assistant");
  return answers.flatMap(({ content }) => [
    { type: "step-start" },
    ...content.flatMap((part): object[] => {
      if (part.type === "text" || part.type === "reasoning") {
        return part.text === "" ? [] : [{ [part.type]: part.text, state: "done" }];
      }
      if (part.type !== "tool-call") return [];
      const { tool_call_id: toolCallId, tool_name: tool, args: input } = part;
      const result = results.get(toolCallId);
      const failed = result?.is_error === true;
      const { error, hint } = (result?.result ?? {}) as { error?: string; hint?: string };
      const words = hint === undefined ? error : `${error} ${hint}`;
      const state = failed ? "output-error" : "output-available";
      const end = failed ? { errorText: words } : { output: result?.result };
      return [{ tool, toolCallId, state, input, ...end, preliminary: false }];
    }),
  ]);
}

/** A client's message shows its turn as it is stored: texts, tools, results, order. Returns the stored chat. */
export async function assertShowsStored(everturn: Everturn, chat: ClientChat): Promise<Message[]> {
  const { chat_id, turn_id } = metadataOf(chat.lastMessage);
  const stored = await storedMessages(everturn, chat_id);
  const turn = stored.filter((message) => message.turn_id === turn_id);
  assert.deepEqual(shownParts(chat.lastMessage).map(plain), expectedParts(turn));
  return stored;
}
