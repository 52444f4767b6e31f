// The watch of one chat. It reads the chat when the bus announces a change or a timer fires, tells the writer that somebody
// watches, and fills gaps in the answer. While parts arrive in order, a reader costs neither Postgres nor Temporal anything.
import { readerLagBytesMax, readerLagEventsMax, snapshotMessagesMax } from "../../../core/chat/limits.ts";
import type { BusMessage, LiveBus } from "../../../core/stream/bus-message.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { Queryable } from "../../../store/database.ts";
import type { ChatLinks } from "../../../store/row/to-wire.ts";
import { readChatSnapshot } from "../../../store/stream/read-chat-snapshot.ts";
import type { ReadEpisodes } from "../episode/checkpoint-reader.ts";
import { PartLookup } from "../episode/part-lookup.ts";
import { CATCH_UP, type CatchUp, type ReaderStep, WAIT, type WatchReader } from "../stream-reader.ts";
import { Watch } from "../watch.ts";
import { HubMessages } from "./hub-messages.ts";
import type { HubTiming } from "./hub-timing.ts";
import type { Cursor } from "./model/cursor.ts";
import type { EventBatch } from "./model/event-batch.ts";
import { HubModel } from "./model/hub-model.ts";
import { type Capture, captureHub, freshBatches, resumeBatches } from "./model/join-stream.ts";
import type { LookAtVersion } from "./version-look.ts";

export interface HubDeps {
  readonly db: Queryable;
  readonly bus: LiveBus;
  readonly readEpisodes: ReadEpisodes;
  readonly links: ChatLinks;
  readonly logger: Pick<Logger, "warn" | "debug">;
  readonly timing: HubTiming;
  readonly lookAtVersion: LookAtVersion;
}

/** Where a reader of a chat stands. */
export interface ChatPlace {
  /** What it has seen of the chat; null: nothing. */
  readonly cursor: Cursor | null;
  /** What it has taken of the log; null: it has not caught up yet. */
  readonly taken: number | null;
  /** Newest messages of its snapshot. */
  readonly messagesMax: number;
}

const log = { eventsMax: readerLagEventsMax, bytesMax: readerLagBytesMax };

export class ChatHub extends Watch<ChatPlace, EventBatch> {
  readonly chatId: string;
  readonly model: HubModel;
  readonly #messages: HubMessages;
  readonly #deps: HubDeps;
  readonly #parts: PartLookup;
  /** Newest version heard of while a look was under way. */
  #hintedVersion = 0;

  constructor(chatId: string, deps: HubDeps) {
    const { timing, logger } = deps;
    const about = { chat_id: chatId };
    super({ about, logger, log, failuresMax: timing.readFailuresMax, retryMs: timing.readRetryMs });
    this.chatId = chatId;
    this.#deps = deps;
    this.model = new HubModel(chatId, deps.links);
    this.#messages = new HubMessages(deps.db, chatId);
    this.#parts = new PartLookup({
      ...deps,
      model: this.model,
      onLearned: (batch) => this.#learned(batch),
      ended: () => this.ended !== null,
    });
    this.onClose(() => this.#parts.close());
    this.start(deps.bus, { type: "chat", chat_id: chatId }, (message) => this.#hear(message));
  }

  override attach(reader: WatchReader): void {
    super.attach(reader);
    // While the hub had no readers it did not tell the writer that somebody watches.
    if (this.readerCount === 1) this.#sayWatched();
  }

  next(place: ChatPlace): ReaderStep<ChatPlace, EventBatch> {
    if (place.taken === null) return CATCH_UP;
    const next = this.log.next(place.taken);
    if (next === "lost") return CATCH_UP;
    if (next === null) return WAIT;
    const cursor = next.batch.cursor ?? place.cursor;
    return { type: "send", batch: next.batch, place: { ...place, cursor, taken: next.number } };
  }

  async catchUp({ cursor, messagesMax }: ChatPlace): Promise<CatchUp<ChatPlace, EventBatch>> {
    if (cursor !== null && cursor.version > this.model.version) await this.refresh();
    if (cursor !== null && this.#isBehind(cursor)) await this.#parts.look();
    let capture = captureHub(this.model, cursor);
    let taken = this.log.end;
    let batches = await this.#batchesSince(capture, messagesMax);
    if (batches === null) {
      capture = captureHub(this.model, null);
      taken = this.log.end;
      batches = await this.#batchesOf(capture, messagesMax);
    }
    return { batches, place: { cursor: capture.position, taken, messagesMax } };
  }

  /** Null when the reader has missed so much that it must start again. */
  async #batchesSince(capture: Capture, messagesMax: number): Promise<EventBatch[] | null> {
    if (capture.resume === null) return this.#batchesOf(capture, messagesMax);
    const shown = await this.#messages.between(capture.resume.version, capture.position.version);
    return shown.has_more ? null : resumeBatches(capture, shown);
  }

  async #batchesOf(capture: Capture, messagesMax: number): Promise<EventBatch[]> {
    return freshBatches(capture, await this.#messages.newest(capture.state, messagesMax));
  }

  /** Whether a reader has seen parts that the hub has not. */
  #isBehind({ episode, seq }: Cursor): boolean {
    const known = this.model.cursor;
    return episode !== null && episode === known.episode && seq > known.seq;
  }

  /** Readers wait a moment for parts, but get the state even while the writer and Temporal are down. */
  protected override async begun(): Promise<void> {
    if (this.ended === null && this.model.active) await this.#parts.begin();
  }

  #hear(message: BusMessage): void {
    switch (message.type) {
      case "parts":
        this.#learned(this.model.learnParts(message.episode, message.parts));
        return this.#parts.heard();
      case "deleted":
        return void this.lookQuietly();
      case "changed":
        if (message.version <= this.model.version) return;
        // Several hints may announce one change: the look under way probably sees it.
        if (this.looking) this.#hintedVersion = Math.max(this.#hintedVersion, message.version);
        else void this.lookQuietly();
        return;
      case "watched":
      case "read":
      case "terminal":
        return;
    }
  }

  /** Tells readers, and looks for parts or a state that turn out to be missing. */
  #learned(batch: EventBatch | null): void {
    if (batch !== null) this.tell([batch]);
    if (this.model.behind) void this.lookQuietly();
    if (this.model.gap) void this.#parts.fillGap();
  }

  protected async look(): Promise<void> {
    const { version, active } = this.model;
    this.#hintedVersion = 0;
    // The first look only says where things stand: messages are read for each reader's own range.
    const range = { since_version: version, limit: version === 0 ? 1 : snapshotMessagesMax };
    const snapshot = await readChatSnapshot(this.#deps.db, this.chatId, range);
    if (this.ended !== null) return;
    if (snapshot === null) return this.close("deleted");
    const learned = this.model.learnState(snapshot);
    if (this.model.version !== version) this.#messages.forget();
    if (learned.type === "reset") this.restartReaders();
    else this.tell(learned.batches);
    if (this.model.active !== active && version > 0) {
      this.arm();
      this.#sayWatched();
    }
    if (this.model.gap) void this.#parts.fillGap();
    if (this.#hintedVersion > this.model.version) void this.lookQuietly();
    else if (this.model.behind) this.#parts.later(() => void this.lookQuietly());
  }

  /** The bus is back, so looks can become rarer again. */
  protected override lookAgain(): void {
    void this.lookQuietly();
    if (this.ended === null && this.model.active) this.#parts.expect();
    if (this.model.version > 0) this.arm();
  }

  /** A hub without readers says nothing, or the turn would be published for nobody. */
  #sayWatched(): void {
    if (this.model.active && this.readerCount > 0) this.#parts.renewWatch();
  }

  protected lookEveryMs(): number {
    const { timing, bus } = this.#deps;
    if (bus.up) return this.model.active ? timing.statePollMs : timing.idlePollMs;
    return this.model.active ? timing.offlinePollMs() : timing.offlineIdlePollMs;
  }

  protected override async tick(): Promise<void> {
    const looksForParts = this.model.active && (!this.#deps.bus.up || this.#parts.takeSilence());
    this.#sayWatched();
    this.#lookForChange();
    if (looksForParts) await this.#parts.look();
  }

  /** Reads the whole state only if its version has changed, or at once where every millisecond counts. */
  #lookForChange(): void {
    const { bus, lookAtVersion } = this.#deps;
    if (this.failing || this.model.behind || (this.model.active && !bus.up)) return void this.lookQuietly();
    // A failure here is followed by a look, whose failures are counted.
    const looked = lookAtVersion(this.chatId).catch(() => null);
    void looked.then((version) => {
      if (version === null || version > this.model.version) void this.lookQuietly();
    });
  }
}
