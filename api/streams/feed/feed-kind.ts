// The name of a feed event, found by comparing the chat before and after. The name only helps: what counts is the chat that
// the event carries.
import { isDeepStrictEqual } from "node:util";
import type { Chat } from "../../../core/chat/message.ts";
import type { FeedEventName } from "../../schemas/stream-events.ts";

/** Events that carry one chat. */
export type FeedKind = Exclude<FeedEventName, "snapshot" | "deleted" | "project_created" | "project_deleted">;

/**
 * Several differences are one event, named by the first that applies. A chat that waits for somebody, or whose subagent does, comes
 * first, since people must notice that. Then what removes a chat from the list, what the chat does, and what is shown of it. Differences without a
 * name of their own (labels, pin, workspace, a step of a running turn) are a `status_change`.
 */
export function feedKind(before: Chat, after: Chat): FeedKind {
  const differs = (...names: readonly (keyof Chat)[]) =>
    names.some((name) => !isDeepStrictEqual(before[name], after[name]));
  if (after.required_action !== null && differs("required_action")) return "action_required";
  if (asksAnew(before, after)) return "action_required";
  if (differs("archived")) return "archived";
  if (differs("status", "last_error", "current_turn_id")) return "status_change";
  if (differs("queue_length")) return "queue_change";
  if (differs("title")) return "title_change";
  if (differs("last_turn_summary")) return "summary_change";
  if (differs("has_unread")) return "read_change";
  return "status_change";
}

/** Whether a question is open that was not: one that was answered is no reason to call people. */
function asksAnew(before: Chat, after: Chat): boolean {
  const known = new Set(questionsOf(before));
  return questionsOf(after).some((question) => !known.has(question));
}

function questionsOf({ attention }: Chat): readonly string[] {
  return attention.flatMap(({ chat_id, tool_calls }) =>
    tool_calls.map(({ tool_call_id }) => JSON.stringify([chat_id, tool_call_id])),
  );
}
