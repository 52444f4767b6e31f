// The events of one chat.
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import { EverturnStreamError } from "../http/errors.ts";
import type { Http, RawInput } from "../http/http.ts";
import { followStream, type StreamOptions } from "./follow-stream.ts";
import type { Frame } from "./read-frames.ts";

export interface ChatStreamOptions extends StreamOptions {
  /** How many of the newest messages the first snapshot has. Absent: 50; at most 200. */
  readonly messages?: number | undefined;
  /** False: the chat stays unread. */
  readonly read?: boolean | undefined;
}

export type ChatStreamEvent = StreamEvent & {
  /** Where the stream can be resumed; null: not here. */
  readonly id: string | null;
};

const EVENT_TYPES: Readonly<Record<StreamEvent["type"], true>> = {
  history_reset: true,
  chat: true,
  messages: true,
  queue_update: true,
  status: true,
  error: true,
  retry: true,
  action_required: true,
  preview_reset: true,
  message_part: true,
  caught_up: true,
};

export async function* streamChat(
  http: Http,
  chat: string,
  { messages, read, ...options }: ChatStreamOptions,
): AsyncGenerator<ChatStreamEvent, void, undefined> {
  const query = { messages, ...(read === false && { read: "false" }) };
  const input: RawInput = { path: { chat }, query };
  yield* chatEvents(chat, openAt(http, "/v1/chats/{chat}/stream", input), options);
}

/** The chat behind the link of a share. */
export async function* streamSharedChat(
  http: Http,
  { token, chat }: { readonly token: string; readonly chat: string },
  { messages, read: _read, ...options }: ChatStreamOptions,
): AsyncGenerator<ChatStreamEvent, void, undefined> {
  const input: RawInput = { path: { token }, query: { messages } };
  yield* chatEvents(chat, openAt(http, "/shared/{token}/stream", input), options);
}

async function* chatEvents(
  chat: string,
  open: ReturnType<typeof openAt>,
  options: StreamOptions,
): AsyncGenerator<ChatStreamEvent, void, undefined> {
  for await (const frame of followStream({ ...options, open })) {
    const event = chatEvent(frame, chat);
    if (event !== null) yield event;
  }
}

/** Opens a stream's connections. They are tried again by whoever follows it, who knows the cursor. */
export function openAt(http: Http, path: string, input: RawInput) {
  return (cursor: string | null, signal: AbortSignal) =>
    http.send("get", path, {
      ...input,
      signal,
      retriesMax: 0,
      headers: { accept: "text/event-stream", ...(cursor !== null && { "last-event-id": cursor }) },
    });
}

/** Null: an event of a newer server, which an older client passes over. */
function chatEvent({ type, id, data }: Frame, chat: string): ChatStreamEvent | null {
  if (!Object.hasOwn(EVENT_TYPES, type)) return null;
  if (data["chat_id"] !== chat)
    throw new EverturnStreamError(`The event ${type} is of another chat: ${String(data["chat_id"])}`);
  return { type, id, data } as unknown as ChatStreamEvent;
}
