// What an event of the feed is called, told from the chat before and after. The name is a help; what counts is the chat that
// the event carries.
import { isDeepStrictEqual } from "node:util";
import type { Chat } from "../../../core/chat/message.ts";
import type { FeedEventName } from "../../schemas/stream-events.ts";

/** Events that carry one chat. */
export type FeedKind = Exclude<FeedEventName, "snapshot" | "deleted">;

/**
 * Several differences are one event, named by the first that holds. A chat that waits for somebody comes first: that is what
 * people are called for. Then what takes a chat out of the list; what it does; what is shown of it. Whatever has no name of its
 * own (labels, pin, workspace, a step of a running turn) is a `status_change`.
 */
export function feedKind(before: Chat, after: Chat): FeedKind {
  const differs = (...names: readonly (keyof Chat)[]) =>
    names.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (after.required_action !== null && differs("required_action")) return "action_required";
  if (differs("archived")) return "archived";
  if (differs("status", "last_error", "current_turn_id")) return "status_change";
  if (differs("queue_length")) return "queue_change";
  if (differs("title")) return "title_change";
  if (differs("last_turn_summary")) return "summary_change";
  if (differs("has_unread")) return "read_change";
  return "status_change";
}
