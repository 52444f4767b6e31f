// The API speaks HTTP and the store; this file: the chunks of the AI SDK's UI message stream that we send, each with the
// fields that every client of its version accepts. Clients of versions 5 and 6 refuse a whole answer for an unknown field or
// type, and `?sdk=` names only the major: so version 5, which is also what a client gets that names none, is held to 5.0.0.

import type { ShownRetry } from "../../core/chat/message.ts";
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
      /** Output so far of a tool that runs; the next one replaces it. Not in version 5, which learnt it on the way. */
      readonly preliminary?: boolean;
    }
  /** Version 5: the same. Transient: no part of the message, `onData` hears of it. */
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
  | { readonly type: "source-url"; readonly sourceId: string; readonly url: string; readonly title: string }
  /** Version 7: the parts of the current step go. */
  | { readonly type: "reset-step" }
  /** Versions 5 and 6: the step in which it stands is withdrawn. They know no way to take it back. */
  | { readonly type: "data-everturn-reset"; readonly id: string; readonly data: Record<string, never> }
  /** A failed model call is waited out; null: it is over. Transient: no part of the message, `onData` hears of it. */
  | { readonly type: "data-retry"; readonly data: ShownRetry | null; readonly transient: true }
  | { readonly type: "message-metadata"; readonly messageMetadata: TurnMetadata }
  | { readonly type: "abort" }
  | { readonly type: "error"; readonly errorText: string }
  | {
      readonly type: "finish";
      /** Not in version 5: clients before 5.0.92 refuse it. */
      readonly finishReason?: UiFinishReason;
      readonly messageMetadata: TurnMetadata;
    };

interface ToolName {
  readonly toolCallId: string;
  readonly toolName: string;
  readonly providerExecuted?: boolean;
}

/** What a client's message knows of us. */
export interface TurnMetadata {
  readonly chat_id: string;
  /** Id of the user message that began the turn. */
  readonly turn_id: number;
  /** The stored messages that are shown as this one, as far as they are committed. */
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

/** What ends a stream, as the clients' protocol has it. */
export const STREAM_END = "data: [DONE]\n\n";
