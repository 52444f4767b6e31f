// Finds parts that a hub lacks. The writer repeats what it holds, rows have what is older, and the checkpoint has everything
// when the bus is down. It also tells the writer that the chat is watched.
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import { readSpill } from "../../../store/row/inflight-parts.ts";
import type { HubTiming } from "../chat/hub-timing.ts";
import type { EventBatch } from "../chat/model/event-batch.ts";
import type { HubModel } from "../chat/model/hub-model.ts";
import { CoalescedRead } from "../coalesced-read.ts";
import type { ReadEpisodes } from "./checkpoint-reader.ts";
import { HubTimers } from "./part-timers.ts";

export interface PartLookupInput {
  readonly model: HubModel;
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly readEpisodes: ReadEpisodes;
  readonly timing: HubTiming;
  readonly logger: Pick<Logger, "debug">;
  readonly onLearned: (batch: EventBatch | null) => void;
  readonly ended: () => boolean;
}

export class PartLookup {
  readonly #input: PartLookupInput;
  readonly #reading: CoalescedRead;
  readonly #timers = new HubTimers();
  #filling = false;
  #heardAt = performance.now();
  #silenceMs: number;
  /** When the writer was last told that it is watched, and when it was last asked for what it holds. */
  #watchedAt = Number.NEGATIVE_INFINITY;
  #askedAt = Number.NEGATIVE_INFINITY;
  #begun: PromiseWithResolvers<void> | null = null;

  constructor(input: PartLookupInput) {
    this.#input = input;
    this.#silenceMs = input.timing.silenceMs;
    this.#reading = new CoalescedRead(() => this.#read());
  }

  /** Runs once after the shortest wait, unless the hub ends before. */
  later(run: () => void): void {
    this.#timers.later(this.#input.timing.gapFirstMs, run);
  }

  close(): void {
    this.#timers.clear();
  }

  /** Live parts arrived, so the bus carries what the writer sends. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#silenceMs = this.#input.timing.silenceMs;
    if (!this.#input.model.gap) this.#begun?.resolve();
  }

  /** Says that the chat is watched, unless it said so recently. */
  renewWatch(): void {
    if (performance.now() - this.#watchedAt >= this.#input.timing.statePollMs / 2) this.#sayWatched(false);
  }

  /** Whether no parts came for so long that a look is due. The time doubles with each look. */
  takeSilence(): boolean {
    const now = performance.now();
    if (now - this.#heardAt < this.#silenceMs) return false;
    this.#heardAt = now;
    this.#silenceMs = Math.min(this.#silenceMs * 2, this.#input.timing.silenceMaxMs);
    return true;
  }

  /** Takes what checkpoints hold. A failure is only logged: another look follows. */
  async look(): Promise<void> {
    await this.#quietly(this.#reading.run());
  }

  /** Waits for the first parts, from the writer or from the checkpoint, but not for long. */
  async begin(): Promise<void> {
    const { timing } = this.#input;
    this.#begun = Promise.withResolvers();
    this.expect();
    await Promise.race([this.#begun.promise, this.look(), this.#timers.pause(timing.firstLookMaxMs)]);
  }

  /** Asks the writer for what it holds, and looks at the checkpoint if no live parts arrive before. */
  expect(): void {
    const { timing } = this.#input;
    const askedAt = performance.now();
    this.#ask();
    this.#timers.later(timing.secondLookMs, () => {
      if (this.#heardAt < askedAt) void this.look();
    });
  }

  /** Asks and looks, less and less often, until nothing is missing. */
  async fillGap(): Promise<void> {
    const { model, timing, ended } = this.#input;
    if (this.#filling || !model.gap) return;
    this.#filling = true;
    this.#ask();
    // What the writer no longer holds is in rows, which cost Temporal nothing.
    await this.#quietly(this.#readSpilled());
    for (let wait = timing.gapFirstMs; model.gap && !ended(); wait = Math.min(wait * 2, timing.gapMaxMs)) {
      this.#ask();
      await this.#timers.pause(wait);
      if (model.gap && !ended()) await this.look();
    }
    this.#filling = false;
  }

  /** Asks once for several reasons at the same moment. */
  #ask(): void {
    const now = performance.now();
    if (now - this.#askedAt < this.#input.timing.gapFirstMs) return;
    this.#askedAt = now;
    this.#sayWatched(true);
  }

  #sayWatched(catch_up: boolean): void {
    this.#watchedAt = performance.now();
    this.#input.bus.publish({ type: "watched", chat_id: this.#input.model.chatId, catch_up });
  }

  async #quietly(read: Promise<void>): Promise<void> {
    try {
      await read;
    } catch (error) {
      const { logger, model } = this.#input;
      logger.debug({ err: error, chat_id: model.chatId }, "parts could not be read");
    }
  }

  async #read(): Promise<void> {
    const { model, readEpisodes, onLearned, ended } = this.#input;
    const episodes = await readEpisodes(model.chatId, (episode) => model.lastSeqOf(episode));
    if (ended()) return;
    for (const { episode, parts } of episodes) onLearned(model.learnParts(episode, parts));
  }

  async #readSpilled(): Promise<void> {
    const { model, db, onLearned, ended } = this.#input;
    for (const { episode, gap, lastSeq } of model.slots) {
      const rows = gap ? await readSpill(db, model.chatId, { episode, after_seq: lastSeq }) : [];
      if (ended()) return;
      const parts = rows.flatMap((row) => row.parts);
      if (parts.length > 0) onLearned(model.learnParts(episode, parts));
    }
  }
}
