// The events of the caller's chats.
import type { Http } from "../http/http.ts";
import type { Schemas } from "../types.ts";
import { openAt } from "./chat-stream.ts";
import { followStream, type StreamOptions } from "./follow-stream.ts";

export type FeedStreamOptions = StreamOptions;

/** An event as the document describes it, with its name as its type. */
export type EventOf<E> = E extends { readonly event: infer T; readonly data: infer D }
  ? { readonly type: T; readonly id: string | null; readonly data: D }
  : never;

export type FeedEvent = EventOf<Schemas["Feed"]>;

const EVENT_TYPES: Readonly<Record<FeedEvent["type"], true>> = {
  snapshot: true,
  created: true,
  action_required: true,
  archived: true,
  status_change: true,
  queue_change: true,
  title_change: true,
  summary_change: true,
  read_change: true,
  deleted: true,
  project_created: true,
  project_deleted: true,
};

export async function* streamFeed(
  http: Http,
  options: FeedStreamOptions,
): AsyncGenerator<FeedEvent, void, undefined> {
  for await (const frame of followStream({ ...options, open: openAt(http, "/v1/chats/watch", {}) })) {
    // Events of a newer server are passed over.
    if (Object.hasOwn(EVENT_TYPES, frame.type)) yield frame as unknown as FeedEvent;
  }
}
