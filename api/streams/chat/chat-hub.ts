// The API speaks HTTP and the store; this file: the hub of one watched chat, shared by all its readers. It listens to the
// bus, says there that it watches, reads the state when told or when in doubt, and fills gaps from checkpoints. What it
// learns its model turns into batches. In steady state a reader costs neither Postgres nor Temporal anything.

import { snapshotMessagesMax } from "../../../core/chat/limits.ts";
import type { BusMessage, LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import type { ChatLinks } from "../../../store/row/to-wire.ts";
import { readChatSnapshot } from "../../../store/stream/read-chat-snapshot.ts";
import { CoalescedRead } from "../coalesced-read.ts";
import type { EventBatch } from "../event-batch.ts";
import type { LookAtVersion } from "../version-look.ts";
import type { ReadEpisodes } from "./checkpoint-reader.ts";
import { HubMessages } from "./hub-messages.ts";
import { HubModel } from "./hub-model.ts";
import type { HubEnd, HubReader } from "./hub-reader.ts";
import { HubTimers } from "./hub-timers.ts";
import type { HubTiming } from "./hub-timing.ts";
import { PartLookup } from "./part-lookup.ts";

export interface HubDeps {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly readEpisodes: ReadEpisodes;
  readonly links: ChatLinks;
  readonly logger: Pick<Logger, "warn" | "debug">;
  readonly timing: HubTiming;
  readonly lookAtVersion: LookAtVersion;
}

export class ChatHub {
  readonly chatId: string;
  /** Rejects when the first read fails; then the hub is of no use. */
  readonly ready: Promise<void>;
  readonly model: HubModel;
  readonly messages: HubMessages;
  readonly #deps: HubDeps;
  readonly #readers = new Set<HubReader>();
  readonly #leave: readonly (() => void)[];
  readonly #timers = new HubTimers();
  readonly #state = new CoalescedRead(() => this.#readState());
  readonly #parts: PartLookup;
  #tickTimer: NodeJS.Timeout | undefined;
  #ended: HubEnd | null = null;
  #retryingRead = false;
  /** Newest version heard of while a read was under way. */
  #hintedVersion = 0;

  constructor(chatId: string, deps: HubDeps) {
    this.chatId = chatId;
    this.#deps = deps;
    this.model = new HubModel(chatId, deps.links);
    this.messages = new HubMessages(deps.db, chatId);
    this.#parts = new PartLookup({
      ...deps,
      model: this.model,
      timers: this.#timers,
      onLearned: (batch) => this.#learned(batch),
      ended: () => this.#ended !== null,
    });
    // The first read waits until this is in force: what is published meanwhile waits in the model, nothing falls in between.
    const told = deps.bus.subscribe({ type: "chat", chat_id: chatId }, (message) => this.#hear(message));
    this.#leave = [told.end, deps.bus.onReconnect(() => this.#lookAgain())];
    this.ready = this.#begin(told.listening);
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
    // The hub may have been without readers for a while, and the writer without anybody who watches.
    if (this.#readers.size === 1) this.#sayWatched();
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
    this.#timers.clear();
    for (const reader of this.#readers) reader.end(reason);
    this.#readers.clear();
  }

  /** Resolves when a read of the state that began after this call has been taken in. Throws when it fails. */
  refresh(): Promise<void> {
    return this.#state.run();
  }

  /** Takes in what checkpoints hold, as far as they can be read. */
  lookUpParts(): Promise<void> {
    return this.#parts.look();
  }

  async #begin(listening: Promise<void>): Promise<void> {
    await this.#untilListening(listening);
    if (this.#ended !== null) return;
    await this.refresh();
    if (this.#ended !== null) return;
    // Readers get the state even while writer and Temporal are away; the parts follow.
    if (this.model.active) await this.#parts.begin();
    this.#armTick();
  }

  /** A bus that takes long keeps no reader waiting: what fell in between is looked for when it is there. */
  async #untilListening(listening: Promise<void>): Promise<void> {
    let late = false;
    const inForce = listening.then(() => {
      if (late) this.#lookAgain();
    });
    await Promise.race([inForce, this.#timers.pause(this.#deps.timing.firstLookMaxMs)]);
    late = true;
  }

  #hear(message: BusMessage): void {
    switch (message.type) {
      case "parts":
        this.#learned(this.model.learnParts(message.episode, message.parts));
        return this.#parts.heard();
      case "deleted":
        return this.#refreshQuietly();
      case "changed":
        if (message.version <= this.model.version) return;
        // One change may be told by several hints: the read under way probably answers them all.
        if (this.#state.running) this.#hintedVersion = Math.max(this.#hintedVersion, message.version);
        else this.#refreshQuietly();
        return;
      case "watched":
      case "read":
        return;
    }
  }

  /** Tells readers, and looks for what the parts show to be missing. */
  #learned(batch: EventBatch | null): void {
    this.#deliver(batch);
    if (this.model.behind) this.#refreshQuietly();
    if (this.model.gap) void this.#parts.fillGap();
  }

  #deliver(batch: EventBatch | null): void {
    if (batch === null) return;
    for (const reader of this.#readers) reader.deliver(batch);
  }

  async #readState(): Promise<void> {
    const { version, active } = this.model;
    this.#hintedVersion = 0;
    // The first read only says where things stand: messages are read for each reader's own range.
    const range = { since_version: version, limit: version === 0 ? 1 : snapshotMessagesMax };
    const snapshot = await readChatSnapshot(this.#deps.db, this.chatId, range);
    if (this.#ended !== null) return;
    if (snapshot === null) return this.close("deleted");
    const learned = this.model.learnState(snapshot);
    if (this.model.version !== version) this.messages.forget();
    if (learned.type === "reset") for (const reader of this.#readers) reader.resync();
    else for (const batch of learned.batches) this.#deliver(batch);
    if (this.model.active !== active && version > 0) {
      this.#armTick();
      this.#sayWatched();
    }
    if (this.model.gap) void this.#parts.fillGap();
    if (this.#hintedVersion > this.model.version) this.#refreshQuietly();
    else if (this.model.behind)
      this.#timers.later(this.#deps.timing.gapFirstMs, () => this.#refreshQuietly());
  }

  /** Looks again without anybody waiting for it; readers are sent away when it fails too often in a row. */
  #refreshQuietly(): void {
    if (this.#ended !== null) return;
    this.refresh().catch((error: unknown) => {
      if (this.#retryingRead || this.#ended !== null) return;
      this.#deps.logger.warn({ err: error, chat_id: this.chatId }, "a hub could not read its chat");
      if (this.#state.failures >= this.#deps.timing.readFailuresMax) return this.close("retry");
      this.#retryingRead = true;
      this.#timers.later(this.#deps.timing.readRetryMs, () => {
        this.#retryingRead = false;
        this.#refreshQuietly();
      });
    });
  }

  /** The bus was away: something may have been missed, and looks become rarer again. */
  #lookAgain(): void {
    if (this.#ended !== null) return;
    this.#refreshQuietly();
    if (this.model.active) this.#parts.expect();
    if (this.model.version > 0) this.#armTick();
  }

  /** Only readers count: a hub that lingers would keep a turn published for nobody. */
  #sayWatched(): void {
    if (this.model.active && this.#readers.size > 0) this.#parts.renewWatch();
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
    const looks = this.model.active && (!this.#deps.bus.up || this.#parts.takeSilence());
    this.#sayWatched();
    this.#lookForChange();
    if (looks) await this.#parts.look();
    this.#armTick();
  }

  /** Reads the whole state only where its version says that it is worth it, or where every millisecond counts. */
  #lookForChange(): void {
    const { bus, lookAtVersion } = this.#deps;
    if (this.model.behind || (this.model.active && !bus.up)) return this.#refreshQuietly();
    // A look that fails is followed by a read, whose failures are counted.
    const looked = lookAtVersion(this.chatId).catch(() => null);
    void looked.then((version) => {
      if (version === null || version > this.model.version) this.#refreshQuietly();
    });
  }
}
