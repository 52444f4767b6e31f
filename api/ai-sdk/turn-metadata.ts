// The metadata of an AI SDK client's message: which turn it shows, and what the turn used.
import type { FinishReason, Message } from "../../core/chat/message.ts";
import type { TurnMetadata, TurnUsage, UiFinishReason } from "./chunk.ts";

export interface TurnNames {
  readonly chat_id: string;
  readonly turn_id: number;
}

/** What the end of a turn says about its messages. Content is not kept, since a turn may be long (SPEC T7). */
export type CountedMessage = Pick<Message, "id" | "role" | "usage" | "finish_reason" | "interrupted">;

export function counted({ id, role, usage, finish_reason, interrupted }: Message): CountedMessage {
  return { id, role, usage, finish_reason, interrupted };
}

/** The client's name for a turn's message. */
export function turnMessageId(turnId: number): string {
  return `everturn-turn-${turnId}`;
}

/** @param messages the committed messages of the turn */
export function turnMetadata(names: TurnNames, messages: readonly CountedMessage[]): TurnMetadata {
  const shown = messages.filter(({ role }) => role !== "user");
  const { chat_id, turn_id } = names;
  return { chat_id, turn_id, message_ids: shown.map(({ id }) => id), usage: usageOf(shown) };
}

function usageOf(messages: readonly CountedMessage[]): TurnUsage {
  const sum = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  for (const { usage } of messages) {
    sum.input_tokens += usage?.input_tokens ?? 0;
    sum.output_tokens += usage?.output_tokens ?? 0;
    sum.total_tokens += usage?.total_tokens ?? 0;
  }
  return sum;
}

export function uiFinishReason(reason: FinishReason | null): UiFinishReason {
  switch (reason) {
    case "stop":
    case "length":
    case "error":
      return reason;
    case "content_filter":
      return "content-filter";
    case "tool_calls":
      return "tool-calls";
    case "interrupted":
    case "max_steps":
    case "other":
    case null:
      return "other";
  }
}
