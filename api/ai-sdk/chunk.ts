// The chunks of the AI SDK's UI message stream that we send, each with the fields that every client of its version accepts.
// Clients of versions 5 and 6 reject a whole answer because of one unknown field or type, and `?sdk=` names only the major
// version. So version 5, the default, is held to what 5.0.0 accepts.

import type { RequiredToolCall, ShownRetry } from "../../core/chat/message.ts";
import { encodeFrame } from "../streams/sse-frame.ts";

/** Major version of the client's `ai` package. */
export type SdkVersion = 5 | 6 | 7;

export type UiFinishReason = "stop" | "length" | "content-filter" | "tool-calls" | "error" | "other";

export type UiChunk =
  | { readonly type: "start"; readonly messageId: string; readonly messageMetadata: TurnMetadata }
  | { readonly type: "start-step" | "finish-step" }
  | { readonly type: "text-start" | "text-end" | "reasoning-start" | "reasoning-end"; readonly id: string }
  | { readonly type: "text-delta" | "reasoning-delta"; readonly id: string; readonly delta: string }
  | ({ readonly type: "tool-input-start" } & ToolName)
  | { readonly type: "tool-input-delta"; readonly toolCallId: string; readonly inputTextDelta: string }
  | ({ readonly type: "tool-input-available"; readonly input: unknown } & ToolName)
  | {
      readonly type: "tool-output-available";
      readonly toolCallId: string;
      readonly output: unknown;
      readonly providerExecuted?: boolean;
      /** Output so far of a running tool; the next one replaces it. Not for version 5, whose first clients do not know it. */
      readonly preliminary?: boolean;
    }
  /** The same for version 5. Transient: it is not part of the message, `onData` gets it. */
  | {
      readonly type: "data-tool-output";
      readonly data: { readonly toolCallId: string; readonly output: string };
      readonly transient: true;
    }
  | {
      readonly type: "tool-output-error";
      readonly toolCallId: string;
      readonly errorText: string;
      readonly providerExecuted?: boolean;
    }
  /** Versions 6 and 7: a person is asked about the call. */
  | { readonly type: "tool-approval-request"; readonly approvalId: string; readonly toolCallId: string }
  /** Versions 6 and 7: a person has denied the call. */
  | { readonly type: "tool-output-denied"; readonly toolCallId: string }
  | { readonly type: "source-url"; readonly sourceId: string; readonly url: string; readonly title: string }
  /** Version 7: drops the parts of the current step. */
  | { readonly type: "reset-step" }
  /** Versions 5 and 6: says that its step is withdrawn, since these clients cannot drop a step. */
  | { readonly type: "data-everturn-reset"; readonly id: string; readonly data: Record<string, never> }
  /** A failed model call will be made again; null: the wait is over. Transient: it is not part of the message, `onData` gets it. */
  | { readonly type: "data-retry"; readonly data: ShownRetry | null; readonly transient: true }
  /** A tool's server asks people; no questions: no longer. Transient. */
  | { readonly type: "data-question"; readonly data: AskedQuestion; readonly transient: true }
  | { readonly type: "message-metadata"; readonly messageMetadata: TurnMetadata }
  | { readonly type: "abort" }
  | { readonly type: "error"; readonly errorText: string }
  | {
      readonly type: "finish";
      /** Not for version 5: clients before 5.0.92 reject it. */
      readonly finishReason?: UiFinishReason;
      readonly messageMetadata: TurnMetadata;
    };

interface ToolName {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly providerExecuted?: boolean;
}

/** What the metadata of a client's message says. */
export interface TurnMetadata {
  readonly chat_id: string;
  /** Id of the user message that began the turn. */
  readonly turn_id: number;
  /** The committed messages that are shown as this one. */
  readonly message_ids?: readonly number[];
  readonly usage?: TurnUsage;
}

/** Tokens of all model calls of a turn. */
export interface TurnUsage {
  readonly input_tokens: number;
  readonly output_tokens: number;
  readonly total_tokens: number;
}

/** As server-sent events. */
export function encodeChunks(chunks: readonly UiChunk[]): string {
  return chunks.map((chunk) => encodeFrame({ json: JSON.stringify(chunk) })).join("");
}

/** Ends a stream in the clients' protocol. */
export const STREAM_END = "data: [DONE]\n\n";

/** What a call's server asks, answered by `POST /v1/chats/{chat}/answers`. */
export interface AskedQuestion extends Required<Pick<RequiredToolCall, "asked_by" | "questions">> {
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly deadline_at: string | null;
}
