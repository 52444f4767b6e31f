// The API speaks HTTP and the store; this file: how a reader comes to where a hub stands: from nothing, or from its cursor.
// The hub is captured at one moment; what it tells afterwards follows, so nothing is missed and nothing is said twice.
import { lostAttemptsMax } from "../core/limits.ts";
import type { StreamEvent } from "../core/stream-event.ts";
import { episodeName, parseEpisode, type StreamPart, slotOf } from "../core/stream-part.ts";
import type { ShownMessages } from "../store/read-chat-snapshot.ts";
import type { Cursor } from "./cursor.ts";
import { chatEvent, messageEvents, resetEvent, stateEvents } from "./diff-snapshots.ts";
import { EventBatch } from "./event-batch.ts";
import type { HubModel } from "./hub-model.ts";
import { partEntries } from "./hub-model.ts";
import type { HubState } from "./hub-state.ts";

interface CapturedSlot {
  readonly episode: string;
  /** What the reader has not seen of it. */
  readonly parts: readonly StreamPart[];
}

/** A hub at one moment, for one reader. */
export interface Capture {
  readonly chatId: string;
  readonly state: HubState;
  /** Where the hub stands. */
  readonly position: Cursor;
  /** The reader's cursor, when it can be resumed from; else it starts anew. */
  readonly resume: Cursor | null;
  /** The answer, when the reader goes on in the middle of it. */
  readonly continued: CapturedSlot | null;
  readonly slots: readonly CapturedSlot[];
}

/** Takes what a reader at `cursor` needs to know; parts only, so that it costs nothing to stand near the end. */
export function captureHub(model: HubModel, cursor: Cursor | null): Capture {
  const { chatId, state, slots, cursor: position } = model;
  const known =
    cursor !== null && cursor.version <= position.version && cursor.version >= state.reset_version;
  const resume = known ? cursor : null;
  // A hub that knows less of the answer than its reader begins it again: that withdraws text, but never doubles it.
  const continues =
    resume !== null && resume.episode === position.episode && resume.seq <= position.seq ? resume : null;
  const captured = slots.map((slot) => {
    const seen = continues !== null && slotOf(slot.episode) === "" ? continues.seq : 0;
    return { episode: slot.episode, parts: slot.after(seen) };
  });
  const answer = captured.find(({ episode }) => slotOf(episode) === "") ?? null;
  return {
    chatId,
    state,
    position,
    resume,
    continued: continues === null ? null : answer,
    slots: continues === null ? captured : captured.filter((slot) => slot !== answer),
  };
}

/** The newest messages of a state, encoded once for all readers that start anew at it. */
export interface FreshMessages {
  readonly has_more: boolean;
  readonly before_id: number | null;
  readonly batches: readonly EventBatch[];
}

export function packFresh(state: HubState, shown: ShownMessages): FreshMessages {
  const { has_more, messages } = shown;
  const events = messageEvents(state, { messages, closes: [] });
  return {
    has_more,
    before_id: has_more ? (messages[0]?.message.id ?? null) : null,
    batches: events.map((event) => plainBatch(state.chat.id, event)),
  };
}

/** The snapshot of a reader that starts anew. */
export function freshBatches(capture: Capture, fresh: FreshMessages): EventBatch[] {
  const { chatId, state } = capture;
  const { has_more, before_id } = fresh;
  const reset: StreamEvent = { type: "history_reset", data: { chat_id: chatId, has_more, before_id } };
  return [
    plainBatch(chatId, reset),
    plainBatch(chatId, chatEvent(state)),
    ...fresh.batches,
    ...restOfSnapshot(capture),
  ];
}

/** The snapshot of a reader that resumes: what changed since its cursor, then the rest of the answer, live. */
export function resumeBatches(capture: Capture, shown: ShownMessages): EventBatch[] {
  const { chatId, state, resume, continued, position } = capture;
  const closed = expandCloses(shown.messages.flatMap((item) => item.closes));
  const left = resume?.episode ?? null;
  if (left !== null && left !== position.episode) closed.add(left);
  const messages = messageEvents(state, { messages: shown.messages, closes: [...closed] });
  const changed = [chatEvent(state), ...messages].map((event) => plainBatch(chatId, event));
  const batches = [...changed, ...restOfSnapshot(capture)];
  if (continued === null || continued.parts.length === 0) return batches;
  // After caught_up: each part has a cursor, so a reader that is cut off among them does not get one twice.
  const { episode, parts } = continued;
  const entries = partEntries(chatId, episode, { parts, version: position.version });
  return [...batches, new EventBatch(chatId, entries)];
}

/** State, what is in flight, and the end of the snapshot. */
function restOfSnapshot(capture: Capture): EventBatch[] {
  const { chatId, state, slots, position, continued, resume } = capture;
  const seq = continued === null ? position.seq : (resume?.seq ?? 0);
  const previews = slots.map(({ episode, parts }) => {
    const opened = { event: resetEvent(state, episode), cursor: null };
    return new EventBatch(chatId, [opened, ...partEntries(chatId, episode, { parts, version: null })]);
  });
  const caughtUp: StreamEvent = { type: "caught_up", data: { chat_id: chatId } };
  const end = new EventBatch(chatId, [{ event: caughtUp, cursor: { ...position, seq } }]);
  return [...stateEvents(state).map((event) => plainBatch(chatId, event)), ...previews, end];
}

function plainBatch(chatId: string, event: StreamEvent): EventBatch {
  return new EventBatch(chatId, [{ event, cursor: null }]);
}

/**
 * A reader that was away may show an earlier attempt of what was committed: its output goes with it. Names that nobody
 * shows do no harm.
 */
function expandCloses(closes: readonly string[]): Set<string> {
  const expanded = new Set(closes);
  for (const episode of closes) {
    const name = parseEpisode(episode);
    const slot = slotOf(episode);
    if (name === null) continue;
    const last = slot === "" ? name.attempt : Math.max(name.attempt, lostAttemptsMax);
    for (let attempt = Math.max(0, last - attemptsNamedMax); attempt <= last; attempt++) {
      expanded.add(episodeName(name.history_version, attempt, slot === "" ? undefined : slot));
    }
  }
  return expanded;
}

/** Provider errors and lost workers together rarely make more attempts of one step. */
const attemptsNamedMax = 40;
