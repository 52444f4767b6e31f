// Brings a reader to where a hub stands, from nothing or from its cursor. The hub is captured at one moment and the reader
// then follows from there, so that nothing is missed and nothing is told twice.
import { lostAttemptsMax } from "../../../../core/chat/limits.ts";
import {
  episodeName,
  mergedCharsMax,
  parseEpisode,
  type StreamPart,
  slotOf,
  textOf,
} from "../../../../core/part/stream-part.ts";
import type { StreamEvent } from "../../../../core/stream/stream-event.ts";
import type { ShownMessages } from "../../../../store/stream/read-chat-snapshot.ts";
import type { Cursor } from "./cursor.ts";
import { chatEvent, messageEvents, resetEvent, stateEvents } from "./diff-snapshots.ts";
import { type BatchEntry, EventBatch } from "./event-batch.ts";
import { type HubModel, partEntries } from "./hub-model.ts";
import type { HubState } from "./hub-state.ts";

interface CapturedSlot {
  readonly episode: string;
  readonly parts: readonly StreamPart[];
}

/** A hub at one moment, for one reader. */
export interface Capture {
  readonly chatId: string;
  readonly state: HubState;
  /** Where the hub stands. */
  readonly position: Cursor;
  /** The reader's cursor if the reader can resume from it; null: it starts again. */
  readonly resume: Cursor | null;
  /** Whether the reader goes on in the middle of the answer. */
  readonly continues: boolean;
  /** The answer being written, as far as the reader has not seen it. */
  readonly answer: CapturedSlot | null;
  readonly tools: readonly CapturedSlot[];
}

/** Captures what a reader at `cursor` lacks. This costs little for a reader near the end. */
export function captureHub(model: HubModel, cursor: Cursor | null): Capture {
  const { chatId, state, slots, cursor: position } = model;
  const known =
    cursor !== null && cursor.version <= position.version && cursor.version >= state.reset_version;
  const resume = known ? cursor : null;
  // If the hub knows less of the answer than the reader, the answer begins again: that removes text, but never doubles it.
  const continues = resume !== null && resume.episode === position.episode && resume.seq <= position.seq;
  const captured = slots.map((slot) => {
    const seen = continues && slotOf(slot.episode) === "" ? resume.seq : 0;
    return { episode: slot.episode, parts: slot.shownAfter(seen) };
  });
  return {
    chatId,
    state,
    position,
    resume,
    continues,
    answer: captured.find(({ episode }) => slotOf(episode) === "") ?? null,
    tools: captured.filter(({ episode }) => slotOf(episode) !== ""),
  };
}

/** The newest messages of a state, encoded once for all readers that start with it. */
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

/** The snapshot for a reader that starts again. If it is cut off before the end, it begins again with a reset. */
export function freshBatches(capture: Capture, fresh: FreshMessages): EventBatch[] {
  const { chatId, state, answer, tools, position } = capture;
  const { has_more, before_id } = fresh;
  const reset: StreamEvent = { type: "history_reset", data: { chat_id: chatId, has_more, before_id } };
  const previews = answer === null ? tools : [answer, ...tools];
  return [
    plainBatch(chatId, reset),
    plainBatch(chatId, chatEvent(state)),
    ...fresh.batches,
    ...stateEvents(state).map((event) => plainBatch(chatId, event)),
    ...previews.flatMap((slot) => previewBatches(state, slot, null)),
    caughtUpBatch(chatId, position),
  ];
}

/**
 * What changed since a reader's cursor, then the rest of the answer. The answer follows `caught_up` because frames have cursors
 * there: wherever the reader is cut off, its cursor says exactly which parts it shows.
 */
export function resumeBatches(capture: Capture, shown: ShownMessages): EventBatch[] {
  const { chatId, state, resume, continues, answer, tools, position } = capture;
  const { version } = position;
  const closed = expandCloses(shown.messages.flatMap((item) => item.closes));
  const left = resume?.episode ?? null;
  const stays = left === position.episode;
  if (left !== null && !stays) closed.add(left);
  const messages = messageEvents(state, { messages: shown.messages, closes: [...closed] });
  const changed = [chatEvent(state), ...messages, ...stateEvents(state)];
  const shows = stays ? { episode: left, seq: resume?.seq ?? 0 } : { episode: null, seq: 0 };
  const rest = answer === null ? [] : restBatches(state, answer, { continues, version });
  return [
    ...changed.map((event) => plainBatch(chatId, event)),
    ...tools.flatMap((slot) => previewBatches(state, slot, null)),
    caughtUpBatch(chatId, { version, ...shows }),
    ...rest,
  ];
}

/** What a reader lacks of the answer; all of it if the reader cannot continue. */
function restBatches(
  state: HubState,
  slot: CapturedSlot,
  from: { readonly continues: boolean; readonly version: number },
): EventBatch[] {
  if (!from.continues) return previewBatches(state, slot, from.version);
  return packEntries(state.chat.id, partEntries(state.chat.id, slot.episode, { ...slot, ...from }));
}

/** An episode from its beginning. @param version set: with cursors */
function previewBatches(state: HubState, slot: CapturedSlot, version: number | null): EventBatch[] {
  const { episode, parts } = slot;
  const cursor = version === null ? null : { version, episode, seq: 0 };
  const opened = { event: resetEvent(state, episode), cursor };
  const chatId = state.chat.id;
  return packEntries(chatId, [opened, ...partEntries(chatId, episode, { parts, version })]);
}

/** Groups entries into few writes, none of them large: a slow reader's connection must not hold much of a long answer. */
function packEntries(chatId: string, entries: readonly BatchEntry[]): EventBatch[] {
  const packs: BatchEntry[][] = [];
  let room = 0;
  for (const entry of entries) {
    const size = entryChars(entry);
    if (size > room) {
      packs.push([]);
      room = mergedCharsMax;
    }
    packs.at(-1)?.push(entry);
    room -= size;
  }
  return packs.map((pack) => new EventBatch(chatId, pack));
}

/** About the size of a frame: its text and what surrounds it. */
function entryChars({ event }: BatchEntry): number {
  const text = event.type === "message_part" ? textOf(event.data.part) : null;
  return (text?.length ?? 0) + FRAME_AROUND_CHARS;
}

const FRAME_AROUND_CHARS = 256;

function caughtUpBatch(chatId: string, cursor: Cursor): EventBatch {
  return new EventBatch(chatId, [{ event: { type: "caught_up", data: { chat_id: chatId } }, cursor }]);
}

function plainBatch(chatId: string, event: StreamEvent): EventBatch {
  return new EventBatch(chatId, [{ event, cursor: null }]);
}

/**
 * Closes earlier attempts, too: a reader that was away may still show one of them. Closing an episode that nobody shows does no
 * harm.
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

/** One step rarely has more attempts, even with provider errors and lost workers. */
const attemptsNamedMax = 40;
