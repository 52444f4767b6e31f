// The API speaks HTTP and the store; this file: the hub of one watched chat, shared by all its readers. It listens to the
// bus, reads the state when told or when in doubt, and fills gaps from checkpoints. What it learns its model turns into
// batches. In steady state a reader costs neither Postgres nor Temporal anything.
import type { BusMessage, LiveBus } from "../core/bus-message.ts";
import { snapshotMessagesMax } from "../core/limits.ts";
import type { Logger } from "../platform/logger.ts";
import type { Queryable } from "../store/database.ts";
import { readChatSnapshot, readShownMessages, type ShownMessages } from "../store/read-chat-snapshot.ts";
import type { ChatLinks } from "../store/to-wire.ts";
import type { ReadEpisodes } from "./checkpoint-reader.ts";
import type { EventBatch } from "./event-batch.ts";
import { HubModel } from "./hub-model.ts";
import type { HubTiming } from "./hub-timing.ts";
import { type FreshMessages, packFresh } from "./join-stream.ts";

/** `deleted`: the chat is gone. `retry`: trouble on our side or a shutdown; the reader is to come back. */
export type HubEnd = "deleted" | "retry";

export interface HubReader {
  deliver(batch: EventBatch): void;
  /** The history was cut or too much changed at once: start anew. */
  resync(): void;
  end(reason: HubEnd): void;
}

export interface HubDeps {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly readEpisodes: ReadEpisodes;
  readonly links: ChatLinks;
  readonly logger: Pick<Logger, "warn" | "debug">;
  readonly timing: HubTiming;
}

export class ChatHub {
  readonly chatId: string;
  /** Rejects when the first read fails; then the hub is of no use. */
  readonly ready: Promise<void>;
  readonly model: HubModel;
  readonly #deps: HubDeps;
  readonly #readers = new Set<HubReader>();
  readonly #leave: readonly (() => void)[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #tickTimer: NodeJS.Timeout | undefined;
  #ended: HubEnd | null = null;
  #reading: Promise<void> | null = null;
  #readsWanted = 0;
  #readFailures = 0;
  #retryingRead = false;
  #lookingUp: Promise<void> | null = null;
  #filling = false;
  #heardAt = performance.now();
  #silenceMs: number;
  #fresh: { readonly key: string; readonly messages: Promise<FreshMessages> } | null = null;

  constructor(chatId: string, deps: HubDeps) {
    this.chatId = chatId;
    this.#deps = deps;
    this.#silenceMs = deps.timing.silenceMs;
    this.model = new HubModel(chatId, deps.links);
    // Before the first read: what is published meanwhile waits in the model, and nothing falls in between.
    this.#leave = [
      deps.bus.subscribe(chatId, (message) => this.#hear(message)),
      deps.bus.onReconnect(() => this.#lookAgain()),
    ];
    this.ready = this.#begin();
    this.ready.catch(() => this.close("retry"));
  }

  /** Why the hub has ended; null while it lives. */
  get ended(): HubEnd | null {
    return this.#ended;
  }

  get readerCount(): number {
    return this.#readers.size;
  }

  attach(reader: HubReader): void {
    this.#readers.add(reader);
  }

  detach(reader: HubReader): void {
    this.#readers.delete(reader);
  }

  /** Ends all readers, and the hub's own work. */
  close(reason: HubEnd): void {
    if (this.#ended !== null) return;
    this.#ended = reason;
    for (const leave of this.#leave) leave();
    clearTimeout(this.#tickTimer);
    for (const timer of this.#timers) clearTimeout(timer);
    for (const reader of this.#readers) reader.end(reason);
    this.#readers.clear();
  }

  /** Resolves when a read of the state that began after this call has been taken in. Throws when it fails. */
  refresh(): Promise<void> {
    this.#readsWanted += 1;
    this.#reading ??= this.#readUntilServed().finally(() => {
      this.#reading = null;
    });
    return this.#reading;
  }

  /** Takes in what checkpoints hold. Throws when Temporal cannot be reached. */
  lookUpParts(): Promise<void> {
    this.#lookingUp ??= this.#readCheckpoints().finally(() => {
      this.#lookingUp = null;
    });
    return this.#lookingUp;
  }

  /** The newest messages of the present state; one read and one encoding for all readers that ask at it. */
  freshMessages(limit: number): Promise<FreshMessages> {
    const { state, version } = this.model;
    const key = `${limit}:${version}`;
    if (this.#fresh?.key === key) return this.#fresh.messages;
    const range = { since_version: 0, up_to_version: version, limit };
    const messages = readShownMessages(this.#deps.db, this.chatId, range).then((shown) =>
      packFresh(state, shown),
    );
    this.#fresh = { key, messages };
    messages.catch(() => {
      if (this.#fresh?.key === key) this.#fresh = null;
    });
    return messages;
  }

  /** Messages that changed between two versions. */
  async messagesBetween(since_version: number, up_to_version: number): Promise<ShownMessages> {
    if (since_version === up_to_version) return { messages: [], has_more: false };
    const range = { since_version, up_to_version, limit: snapshotMessagesMax };
    return readShownMessages(this.#deps.db, this.chatId, range);
  }

  async #begin(): Promise<void> {
    await this.refresh();
    if (this.#ended !== null) return;
    if (this.model.active) {
      // Readers get the state even while Temporal is away; the parts follow.
      await Promise.race([this.#lookUpQuietly(), this.#pause(this.#deps.timing.firstLookMaxMs)]);
      this.#expectParts();
    }
    this.#armTick();
  }

  #hear(message: BusMessage): void {
    if (message.type === "parts") {
      this.#heardAt = performance.now();
      this.#silenceMs = this.#deps.timing.silenceMs;
      this.#deliver(this.model.learnParts(message.episode, message.parts));
      this.#afterParts();
    } else if (
      message.type === "deleted" ||
      (message.type === "changed" && message.version > this.model.version)
    ) {
      this.#refreshQuietly();
    }
  }

  #afterParts(): void {
    if (this.model.behind) this.#refreshQuietly();
    if (this.model.gap) void this.#fillGap();
  }

  #deliver(batch: EventBatch | null): void {
    if (batch === null) return;
    for (const reader of this.#readers) reader.deliver(batch);
  }

  async #readUntilServed(): Promise<void> {
    let served: number;
    do {
      served = this.#readsWanted;
      await this.#readState();
    } while (served !== this.#readsWanted && this.#ended === null);
  }

  async #readState(): Promise<void> {
    const { version } = this.model;
    // The first read only says where things stand: messages are read for each reader's own range.
    const range = { since_version: version, limit: version === 0 ? 1 : snapshotMessagesMax };
    const snapshot = await readChatSnapshot(this.#deps.db, this.chatId, range).catch((error: unknown) => {
      this.#readFailures += 1;
      throw error;
    });
    this.#readFailures = 0;
    if (this.#ended !== null) return;
    if (snapshot === null) return this.close("deleted");
    const wasActive = this.model.active;
    const learned = this.model.learnState(snapshot);
    if (learned.type === "reset") for (const reader of this.#readers) reader.resync();
    else for (const batch of learned.batches) this.#deliver(batch);
    if (this.model.active !== wasActive && version > 0) this.#armTick();
    if (this.model.behind) this.#later(this.#deps.timing.gapFirstMs, () => this.#refreshQuietly());
    if (this.model.gap) void this.#fillGap();
  }

  /** Looks again without anybody waiting for it; readers are sent away when it fails too often in a row. */
  #refreshQuietly(): void {
    if (this.#ended !== null) return;
    this.refresh().catch((error: unknown) => {
      if (this.#retryingRead || this.#ended !== null) return;
      this.#deps.logger.warn({ err: error, chat_id: this.chatId }, "a hub could not read its chat");
      if (this.#readFailures >= this.#deps.timing.readFailuresMax) return this.close("retry");
      this.#retryingRead = true;
      this.#later(this.#deps.timing.readRetryMs, () => {
        this.#retryingRead = false;
        this.#refreshQuietly();
      });
    });
  }

  async #readCheckpoints(): Promise<void> {
    const episodes = await this.#deps.readEpisodes(this.chatId, (episode) => this.model.lastSeqOf(episode));
    if (this.#ended !== null) return;
    for (const { episode, parts } of episodes) this.#deliver(this.model.learnParts(episode, parts));
    // Parts of a newer history than the one known: the checkpoint overtook the state.
    if (this.model.behind) this.#refreshQuietly();
  }

  async #lookUpQuietly(): Promise<void> {
    try {
      await this.lookUpParts();
    } catch (error) {
      this.#deps.logger.debug({ err: error, chat_id: this.chatId }, "a hub could not read checkpoints");
    }
  }

  /** Asks whoever writes for a checkpoint and reads it, slower and slower, until nothing is missing. */
  async #fillGap(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    const { gapFirstMs, gapMaxMs } = this.#deps.timing;
    for (let wait = gapFirstMs; this.model.gap && this.#ended === null; wait = Math.min(wait * 2, gapMaxMs)) {
      this.#deps.bus.publish({ type: "checkpoint_wanted", chat_id: this.chatId });
      await this.#pause(wait);
      if (this.model.gap && this.#ended === null) await this.#lookUpQuietly();
    }
    this.#filling = false;
  }

  /** Something may have been missed: the connection was gone. */
  #lookAgain(): void {
    this.#refreshQuietly();
    if (this.model.active) this.#expectParts();
    if (this.model.version > 0) this.#armTick();
  }

  /** A checkpoint is up to a second old: asks for a new one, and reads it unless live parts have shown the way. */
  #expectParts(): void {
    const askedAt = performance.now();
    this.#deps.bus.publish({ type: "checkpoint_wanted", chat_id: this.chatId });
    this.#later(this.#deps.timing.secondLookMs, () => {
      if (this.#heardAt < askedAt) void this.#lookUpQuietly();
    });
  }

  #armTick(): void {
    clearTimeout(this.#tickTimer);
    if (this.#ended !== null) return;
    this.#tickTimer = setTimeout(() => void this.#tick(), this.#tickMs());
  }

  #tickMs(): number {
    const { timing, bus } = this.#deps;
    if (bus.up) return this.model.active ? timing.statePollMs : timing.idlePollMs;
    return this.model.active ? timing.offlinePollMs() : timing.offlineIdlePollMs;
  }

  async #tick(): Promise<void> {
    const silentMs = performance.now() - this.#heardAt;
    const looks = this.model.active && (!this.#deps.bus.up || silentMs >= this.#silenceMs);
    if (looks && this.#deps.bus.up) {
      this.#silenceMs = Math.min(this.#silenceMs * 2, this.#deps.timing.silenceMaxMs);
      this.#heardAt = performance.now();
    }
    this.#refreshQuietly();
    await Promise.all([this.#reading?.catch(() => undefined), looks ? this.#lookUpQuietly() : undefined]);
    this.#armTick();
  }

  #later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#later(ms, resolve);
    });
  }
}
