// The API speaks HTTP and the store; this file: how a hub comes by parts that the bus did not bring: from checkpoints. Asks
// whoever writes for a new one first, since the last may be a second old.
import type { LiveBus } from "../core/bus-message.ts";
import type { Logger } from "../platform/logger.ts";
import type { ReadEpisodes } from "./checkpoint-reader.ts";
import { CoalescedRead } from "./coalesced-read.ts";
import type { EventBatch } from "./event-batch.ts";
import type { HubModel } from "./hub-model.ts";
import type { HubTimers } from "./hub-timers.ts";
import type { HubTiming } from "./hub-timing.ts";

export interface PartLookupInput {
  readonly model: HubModel;
  readonly bus: LiveBus;
  readonly readEpisodes: ReadEpisodes;
  readonly timing: HubTiming;
  readonly timers: HubTimers;
  readonly logger: Pick<Logger, "debug">;
  readonly onLearned: (batch: EventBatch | null) => void;
  readonly ended: () => boolean;
}

export class PartLookup {
  readonly #input: PartLookupInput;
  readonly #reading: CoalescedRead;
  #filling = false;
  #heardAt = performance.now();
  #silenceMs: number;

  constructor(input: PartLookupInput) {
    this.#input = input;
    this.#silenceMs = input.timing.silenceMs;
    this.#reading = new CoalescedRead(() => this.#read());
  }

  /** Live parts came: whoever writes is heard. */
  heard(): void {
    this.#heardAt = performance.now();
    this.#silenceMs = this.#input.timing.silenceMs;
  }

  /** Whether it has been so quiet that a look is due; each look makes the next one rarer. */
  takeSilence(): boolean {
    const now = performance.now();
    if (now - this.#heardAt < this.#silenceMs) return false;
    this.#heardAt = now;
    this.#silenceMs = Math.min(this.#silenceMs * 2, this.#input.timing.silenceMaxMs);
    return true;
  }

  /** Takes in what checkpoints hold. A failure is logged: another look follows. */
  async look(): Promise<void> {
    try {
      await this.#reading.run();
    } catch (error) {
      this.#input.logger.debug(
        { err: error, chat_id: this.#input.model.chatId },
        "checkpoints could not be read",
      );
    }
  }

  /** Asks for a checkpoint, and reads it unless live parts show the way before. */
  expect(): void {
    const { timers, timing } = this.#input;
    const askedAt = performance.now();
    this.#ask();
    timers.later(timing.secondLookMs, () => {
      if (this.#heardAt < askedAt) void this.look();
    });
  }

  /** Looks, slower and slower, until nothing is missing. */
  async fillGap(): Promise<void> {
    const { model, timing, timers, ended } = this.#input;
    if (this.#filling || !model.gap) return;
    this.#filling = true;
    for (let wait = timing.gapFirstMs; model.gap && !ended(); wait = Math.min(wait * 2, timing.gapMaxMs)) {
      this.#ask();
      await timers.pause(wait);
      if (model.gap && !ended()) await this.look();
    }
    this.#filling = false;
  }

  #ask(): void {
    this.#input.bus.publish({ type: "checkpoint_wanted", chat_id: this.#input.model.chatId });
  }

  async #read(): Promise<void> {
    const { model, readEpisodes, onLearned, ended } = this.#input;
    const episodes = await readEpisodes(model.chatId, (episode) => model.lastSeqOf(episode));
    if (ended()) return;
    for (const { episode, parts } of episodes) onLearned(model.learnParts(episode, parts));
  }
}
