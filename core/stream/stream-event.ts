// The events of a chat's stream (GET /v1/chats/{chat}/stream). Their data always holds `chat_id`.
import type {
  Chat,
  ChatStatus,
  LastError,
  Message,
  QueuedMessage,
  RequiredToolCall,
  RetryState,
} from "../chat/message.ts";
import type { StreamPart } from "../part/stream-part.ts";

export type StreamEvent =
  | { readonly type: "history_reset"; readonly data: HistoryReset }
  | { readonly type: "chat"; readonly data: { readonly chat_id: string; readonly chat: Chat } }
  | { readonly type: "messages"; readonly data: MessagesData }
  | { readonly type: "queue_update"; readonly data: QueueUpdate }
  | { readonly type: "status"; readonly data: StatusData }
  | { readonly type: "error"; readonly data: { readonly chat_id: string; readonly error: LastError } }
  | { readonly type: "retry"; readonly data: { readonly chat_id: string } & RetryState }
  | { readonly type: "action_required"; readonly data: ActionRequired }
  | { readonly type: "preview_reset"; readonly data: { readonly chat_id: string; readonly episode: string } }
  | { readonly type: "message_part"; readonly data: MessagePartData }
  | { readonly type: "caught_up"; readonly data: { readonly chat_id: string } };

/** Drop everything: a snapshot of the newest messages follows. Get older ones with GET before `before_id`. */
export interface HistoryReset {
  readonly chat_id: string;
  readonly has_more: boolean;
  readonly before_id: number | null;
}

/** Committed messages, oldest first: upsert by id, drop the parts of the closed episodes and nothing else. */
export interface MessagesData {
  readonly chat_id: string;
  readonly messages: readonly Message[];
  readonly history_version: number;
  readonly closes: readonly string[];
}

export interface QueueUpdate {
  readonly chat_id: string;
  readonly queued_messages: readonly QueuedMessage[];
}

export interface StatusData {
  readonly chat_id: string;
  readonly status: ChatStatus;
  readonly turn_id: number | null;
  readonly history_version: number;
}

export interface ActionRequired {
  readonly chat_id: string;
  readonly tool_calls: readonly RequiredToolCall[];
  readonly deadline_at: string | null;
  readonly running?: readonly string[];
}

export type MessagePartData = { readonly chat_id: string; readonly episode: string } & Omit<
  StreamPart,
  "lengths"
>;
