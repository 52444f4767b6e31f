// Everything that a hub knows of its chat, without I/O. Snapshots and parts go in, in any order; batches of events for
// readers come out.

import { type StreamPart, slotOf, withoutLengths } from "../../../../core/part/stream-part.ts";
import type { MessagePartData, StreamEvent } from "../../../../core/stream/stream-event.ts";
import type { ChatLinks } from "../../../../store/row/to-wire.ts";
import type { ChatSnapshot } from "../../../../store/stream/read-chat-snapshot.ts";
import { EpisodeSlot } from "../../episode/episode-slot.ts";
import type { Cursor } from "./cursor.ts";
import { diffSnapshots, resetEvent } from "./diff-snapshots.ts";
import { type BatchEntry, changeBatch, EventBatch } from "./event-batch.ts";
import { currentEpisode, type HubState, isActive, judgeEpisode, toHubState } from "./hub-state.ts";

/** Parts kept for episodes that the known state does not have yet. A look at the state is under way. */
const futurePartsMax = 4_096;
/** A part of an unknown episode is kept for this many looks at the state, then dropped as a mistake. */
const futureLooksMax = 3;

interface FutureParts {
  readonly parts: StreamPart[];
  looks: number;
}

/** `reset`: readers start again. `told`: readers get these batches. */
export type Learned =
  | { readonly type: "reset" }
  | { readonly type: "told"; readonly batches: readonly EventBatch[] };

export class HubModel {
  readonly chatId: string;
  readonly #links: ChatLinks;
  #state: HubState | null = null;
  readonly #slots = new Map<string, EpisodeSlot>();
  readonly #future = new Map<string, FutureParts>();

  constructor(chatId: string, links: ChatLinks) {
    this.chatId = chatId;
    this.#links = links;
  }

  /** Throws before the first snapshot. */
  get state(): HubState {
    if (this.#state === null) throw new Error(`nothing is known of chat ${this.chatId} yet`);
    return this.#state;
  }

  /** 0 before the first snapshot. */
  get version(): number {
    return this.#state?.chat.snapshot_version ?? 0;
  }

  get active(): boolean {
    return this.#state !== null && isActive(this.#state);
  }

  /** Whether parts were missed: a checkpoint has them. */
  get gap(): boolean {
    for (const slot of this.#slots.values()) if (slot.gap) return true;
    return false;
  }

  /** Whether parts wait for a newer state. */
  get behind(): boolean {
    return this.#future.size > 0;
  }

  /** Where a reader stands that has been sent everything. */
  get cursor(): Cursor {
    const answer = this.#slots.get("");
    return { version: this.version, episode: answer?.episode ?? null, seq: answer?.lastSeq ?? 0 };
  }

  /** Episodes in flight, the answer first. */
  get slots(): readonly EpisodeSlot[] {
    return [...this.#slots].sort(([a], [b]) => Number(a !== "") - Number(b !== "")).map(([, slot]) => slot);
  }

  /** The newest part known of an episode. */
  lastSeqOf(episode: string): number {
    const slot = this.#slots.get(slotOf(episode));
    return slot?.episode === episode ? slot.lastSeq : 0;
  }

  /** Takes a snapshot with everything that changed since `version`. An older snapshot changes nothing. */
  learnState(snapshot: ChatSnapshot): Learned {
    const before = this.#state;
    const after = toHubState(snapshot, this.#links);
    if (before !== null && after.chat.snapshot_version <= before.chat.snapshot_version) {
      return { type: "told", batches: this.#takeFuture() };
    }
    this.#state = after;
    if (before === null || after.reset_version > before.chat.snapshot_version || snapshot.has_more) {
      this.#slots.clear();
      this.#openAnswer();
      this.#takeFuture();
      return { type: "reset" };
    }
    const closes = [...new Set([...snapshot.closes, ...this.#dropStale(snapshot.messages.length > 0)])];
    const events = diffSnapshots(before, after, { messages: snapshot.messages, closes });
    this.#openAnswer();
    const batches = events.length === 0 ? [] : [changeBatch(this.chatId, events, this.cursor)];
    return { type: "told", batches: [...batches, ...this.#takeFuture()] };
  }

  /** Takes parts, merged or not, known or not. Parts of past episodes are dropped, parts of future ones are kept. */
  learnParts(episode: string, parts: readonly StreamPart[]): EventBatch | null {
    if (this.#state === null) return this.#keepForLater(episode, parts);
    const slot = this.#slots.get(slotOf(episode));
    const judged = judgeEpisode(episode, this.#state, slot?.episode ?? null);
    if (judged === "past") return null;
    if (judged === "future") return this.#keepForLater(episode, parts);
    if (slot?.episode === episode) return this.#partBatch(slot, slot.take(parts), []);
    // Only output of tools comes here: the state opens the answer's slot.
    const opened = new EpisodeSlot(episode);
    this.#slots.set(slotOf(episode), opened);
    return this.#partBatch(opened, opened.take(parts), [resetEvent(this.#state, episode)]);
  }

  #partBatch(
    slot: EpisodeSlot,
    parts: readonly StreamPart[],
    first: readonly StreamEvent[],
  ): EventBatch | null {
    const opening = first.map((event): BatchEntry => ({ event, cursor: null }));
    const entries = [...opening, ...partEntries(this.chatId, slot.episode, { parts, version: this.version })];
    return entries.length === 0 ? null : new EventBatch(this.chatId, entries);
  }

  #keepForLater(episode: string, parts: readonly StreamPart[]): null {
    const kept = this.#future.get(episode) ?? { parts: [], looks: 0 };
    this.#future.set(episode, kept);
    if (kept.parts.length < futurePartsMax) kept.parts.push(...parts);
    return null;
  }

  /** Takes parts that waited for this state. Those still ahead of it wait on, for a while. */
  #takeFuture(): EventBatch[] {
    const waiting = [...this.#future];
    this.#future.clear();
    return waiting.flatMap(([episode, { parts, looks }]) => {
      const batch = this.learnParts(episode, parts);
      const kept = this.#future.get(episode);
      if (kept !== undefined) kept.looks = looks + 1;
      if (kept !== undefined && kept.looks > futureLooksMax) this.#future.delete(episode);
      return batch ?? [];
    });
  }

  /**
   * Ends the slots whose episode is over. Returns the episodes that no other event removes from the screen in time: the reset of
   * an answer follows the messages, and a committed message must never be shown together with its parts.
   */
  #dropStale(messagesCome: boolean): string[] {
    const answer = currentEpisode(this.state);
    const closed: string[] = [];
    for (const [name, { episode }] of this.#slots) {
      const stays = name === "" ? episode === answer : this.#toolStays(episode);
      if (stays) continue;
      this.#slots.delete(name);
      if (name !== "" || answer === null || messagesCome) closed.push(episode);
    }
    return closed;
  }

  #toolStays(episode: string): boolean {
    return isActive(this.state) && judgeEpisode(episode, this.state, episode) === "current";
  }

  #openAnswer(): void {
    const episode = currentEpisode(this.state);
    if (episode === null || this.#slots.get("")?.episode === episode) return;
    this.#slots.set("", new EpisodeSlot(episode));
  }
}

/** Parts as events. A reader may resume after each part of the answer, but always gets the whole output of a tool again. */
export function partEntries(
  chatId: string,
  episode: string,
  sent: { readonly parts: readonly StreamPart[]; readonly version: number | null },
): BatchEntry[] {
  const version = slotOf(episode) === "" ? sent.version : null;
  return sent.parts.map((part) => {
    const data: MessagePartData = { chat_id: chatId, episode, ...withoutLengths(part) };
    const cursor = version === null ? null : { version, episode, seq: part.seq };
    return { event: { type: "message_part", data }, cursor };
  });
}
