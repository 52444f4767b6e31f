// The state of a chat as its stream tells it, and which episodes are in flight.
import type { Chat, QueuedMessage, RetryState } from "../../../../core/chat/message.ts";
import { episodeName, parseEpisode, slotOf } from "../../../../core/part/stream-part.ts";
import { type ChatLinks, toChat } from "../../../../store/row/to-wire.ts";
import type { ChatSnapshot } from "../../../../store/stream/read-chat-snapshot.ts";

export interface HubState {
  readonly chat: Chat;
  readonly queued_messages: readonly QueuedMessage[];
  readonly retry: RetryState | null;
  /** Attempt at the answer; 0 before the first. */
  readonly attempt: number;
  /** Version of the last cut of the history. */
  readonly reset_version: number;
}

export function toHubState(snapshot: ChatSnapshot, links: ChatLinks): HubState {
  const { retry, generation_attempt, reset_version } = snapshot.chat;
  return {
    chat: toChat(snapshot.chat, links),
    queued_messages: snapshot.queued_messages,
    retry,
    attempt: generation_attempt,
    reset_version,
  };
}

/** Whether something may be written in the chat at the moment. */
export function isActive(state: HubState): boolean {
  return state.chat.status === "running" || state.chat.status === "interrupting";
}

/** The attempt whose parts belong on the screen: after a failed attempt already the next one. */
function currentAttempt(state: HubState): number {
  return state.attempt + (state.retry === null ? 0 : 1);
}

/** Episode of the answer being written; null when none is. */
export function currentEpisode(state: HubState): string | null {
  const attempt = currentAttempt(state);
  return isActive(state) && attempt > 0 ? episodeName(state.chat.history_version, attempt) : null;
}

/**
 * Whether parts of an episode belong on the screen. `future`: the known state is older than the parts, so look again.
 * @param shown the episode its slot shows now
 */
export function judgeEpisode(
  episode: string,
  state: HubState,
  shown: string | null,
): "past" | "current" | "future" {
  const name = parseEpisode(episode);
  if (name === null) return "past";
  const { history_version } = state.chat;
  if (name.history_version !== history_version) {
    return name.history_version < history_version ? "past" : "future";
  }
  if (slotOf(episode) !== "") return judgeTool(name.attempt, state, shown);
  if (episode === currentEpisode(state)) return "current";
  return name.attempt > currentAttempt(state) ? "future" : "past";
}

function judgeTool(attempt: number, state: HubState, shown: string | null): "past" | "current" | "future" {
  // An approval starts tools without changing the history, so the chat may be running by now.
  if (!isActive(state)) return "future";
  const known = shown === null ? -1 : (parseEpisode(shown)?.attempt ?? -1);
  return attempt < known ? "past" : "current";
}
