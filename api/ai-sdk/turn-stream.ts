// One response that streams one turn. It sends what is committed of the turn, then follows the chat's hub like any other
// reader. When the hub starts again, the stream reads what is committed again, and the client does not notice.
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Queryable } from "../../store/database.ts";
import { findClientMessage } from "../../store/row/client-chats.ts";
import { readEndedCalls, readTurn, type TurnSnapshot } from "../../store/stream/read-turn.ts";
import type { ChatHub, ChatPlace } from "../streams/chat/chat-hub.ts";
import type { EventBatch } from "../streams/chat/model/event-batch.ts";
import type { EventSink } from "../streams/sse-writer.ts";
import type { Frames } from "../streams/stream-log.ts";
import { StreamReader } from "../streams/stream-reader.ts";
import { encodeChunks, type SdkVersion, STREAM_END, type UiChunk } from "./chunk.ts";
import { isActive, ShownTurn } from "./shown-turn.ts";

export interface StreamedTurn {
  readonly chat_id: string;
  /** The user message that begins the turn, or waits in the queue. */
  readonly message_id: number;
  /** The client's name for that message, since a queued message gets another id when its turn begins. Null: the turn runs. */
  readonly client_message_id: string | null;
  /** The client has the turn's messages up to this one, and shows what follows behind them. Absent: it has none. */
  readonly known_message_id?: number;
  readonly sdk: SdkVersion;
}

export interface TurnStreamInput {
  readonly db: Queryable;
  readonly hub: ChatHub;
  readonly turn: StreamedTurn;
  readonly out: EventSink<Frames>;
  readonly logger: Pick<Logger, "warn">;
}

/** Each chunk has a limited size: a piece of a text, or a result. */
const chunksAtOnceMax = 8;

/** Shown when this stream cannot continue; the turn itself does. */
const COME_BACK = "The connection to the server was lost. The answer goes on: reload to see it.";

/** Streams a turn until it ends or its reader leaves. */
export class TurnStream implements EventSink<EventBatch> {
  readonly #input: TurnStreamInput;
  #messageId: number;
  #shown: ShownTurn | null = null;
  #reader: StreamReader<ChatPlace, EventBatch> | null = null;
  #ended = false;

  constructor(input: TurnStreamInput) {
    this.#input = input;
    this.#messageId = input.turn.message_id;
  }

  start(): void {
    this.#open().catch((error: unknown) => this.#fail(error));
  }

  /** The reader has left. The turn goes on. */
  stop(): void {
    this.#ended = true;
    this.#reader?.stop();
    this.#reader = null;
  }

  write(batch: EventBatch): void {
    const events = batch.entries.map(({ event }) => event);
    if (this.#reader === null) return;
    // The hub starts again, perhaps with less than the whole turn, so what is committed of the turn is read again.
    if (events.some(({ type }) => type === "history_reset")) return this.#again();
    if (this.#shown === null) {
      if (events.some((event) => this.#mayEndWait(event))) this.#again();
      return;
    }
    const shown = this.#shown;
    this.#send(events.flatMap((event) => shown.take(event)));
    if (shown.over) this.#conclude(shown);
  }

  get full(): boolean {
    return this.#input.out.full;
  }

  get closed(): boolean {
    return this.#ended || this.#input.out.closed;
  }

  drained(): Promise<void> {
    return this.#input.out.drained();
  }

  /** The hub ends its readers: the chat is gone, or this server shuts down. */
  end(retryMs: number | null): void {
    if (this.#ended) return;
    if (retryMs === null) this.#finish(this.#shown?.cut() ?? [{ type: "abort" }]);
    else this.#finish([{ type: "error", errorText: COME_BACK }]);
  }

  /** The turn is over, or waits for its client: then the client gets what has ended meanwhile. */
  #conclude(shown: ShownTurn): void {
    if (!shown.waits) return this.#finish(shown.end());
    this.#reader?.stop();
    this.#reader = null;
    const { db, turn } = this.#input;
    readEndedCalls(db, turn.chat_id).then(
      (ends) => this.#finish([...shown.showEnded(ends), ...shown.end()]),
      (error: unknown) => this.#fail(error),
    );
  }

  #again(): void {
    this.#reader?.stop();
    this.#reader = null;
    this.start();
  }

  /** Reads page by page, no faster than the client takes it: long turns of many readers would not fit into memory. */
  async #open(): Promise<void> {
    for (;;) {
      const read = await this.#read();
      if (this.closed) return;
      if (read === null) return this.#finish(this.#shown?.cut() ?? [{ type: "abort" }]);
      if (read.queued) {
        // In a failed chat the queue moves only when the owner sends another message.
        if (read.status === "error") return this.#finish(queueStands(read));
        return this.#follow(read.snapshot_version);
      }
      if (this.#shown === null) this.#begin();
      await this.#show(read);
      if (this.closed) return;
      if (read.has_more) continue;
      if (this.#shown?.over === true) return this.#conclude(this.#shown);
      return this.#follow(read.snapshot_version);
    }
  }

  async #show(read: TurnSnapshot): Promise<void> {
    const { turn, out } = this.#input;
    const { known_message_id = 0 } = turn;
    for (const message of read.messages) if (message.id <= known_message_id) this.#shown?.know(message);
    for (const event of snapshotEvents(turn.chat_id, read)) {
      for (const portion of portionsOf(this.#shown?.take(event) ?? [])) {
        this.#send(portion);
        if (out.full) await out.drained();
        if (this.closed) return;
      }
    }
  }

  /** What the client lacks of the turn, by the id that its message has now; null when it no longer exists. */
  async #read(): Promise<TurnSnapshot | null> {
    const { db, turn } = this.#input;
    if (this.#shown === null && turn.client_message_id !== null) {
      // A queued message gets another id when its turn begins, but keeps its name.
      const named = await findClientMessage(db, turn.chat_id, turn.client_message_id);
      this.#messageId = named?.message_id ?? this.#messageId;
    }
    const after_id = this.#shown?.lastMessageId ?? 0;
    const read = await readTurn(db, turn.chat_id, { message_id: this.#messageId, after_id });
    return read === null || (!read.queued && !read.begun) ? null : read;
  }

  #begin(): void {
    const { turn } = this.#input;
    this.#shown = new ShownTurn({ chat_id: turn.chat_id, turn_id: this.#messageId }, turn.sdk);
    this.#send(this.#shown.begin());
  }

  #follow(version: number): void {
    const { hub } = this.#input;
    // It may have ended while the turn was read; a reader that comes afterwards is not told.
    if (hub.ended !== null) return this.end(hub.ended === "deleted" ? null : 0);
    this.#reader = new StreamReader({
      watch: hub,
      sink: this,
      // Events of other turns are ignored, and a turn that does not fit is read again.
      place: { cursor: { version, episode: null, seq: 0 }, taken: null, messagesMax: 1 },
    });
    this.#reader.start();
  }

  /** Whether the event means that a waiting message has left the queue, or will stay in it. */
  #mayEndWait(event: StreamEvent): boolean {
    if (event.type === "error") return true;
    if (event.type !== "queue_update") return false;
    return event.data.queued_messages.every(({ id }) => id !== this.#messageId);
  }

  #send(chunks: readonly UiChunk[]): void {
    if (chunks.length === 0 || this.closed) return;
    this.#input.out.write({ bytes: Buffer.from(encodeChunks(chunks)), entries: chunks });
  }

  #finish(chunks: readonly UiChunk[]): void {
    if (this.#ended) return;
    this.#send(chunks);
    this.#input.out.write({ bytes: Buffer.from(STREAM_END), entries: [] });
    this.stop();
    this.#input.out.end(null);
  }

  #fail(error: unknown): void {
    const { logger, turn } = this.#input;
    if (this.#ended) return;
    logger.warn({ err: error, chat_id: turn.chat_id }, "a turn could not be read");
    this.#finish([{ type: "error", errorText: COME_BACK }]);
  }
}

/** A snapshot as the events that a reader would have received. */
function snapshotEvents(chat_id: string, read: TurnSnapshot): StreamEvent[] {
  const { status, current_turn_id: turn_id, history_version, last_error, messages, has_more } = read;
  const action = status === "requires_action" ? read.required_action : null;
  const committed = messages.map((message): StreamEvent => {
    return { type: "messages", data: { chat_id, messages: [message], history_version, closes: [] } };
  });
  // In the middle of a turn nothing can be concluded.
  if (has_more) return committed;
  const failed = status === "error" && last_error !== null;
  return [
    ...committed,
    { type: "status", data: { chat_id, status, turn_id, history_version } },
    ...(failed ? [{ type: "error", data: { chat_id, error: last_error } } as const] : []),
    ...(action === null ? [] : [{ type: "action_required", data: { chat_id, ...action } } as const]),
    // If the turn runs, the reader sends the rest, and `caught_up` with it.
    ...(isActive(status) ? [] : [{ type: "caught_up", data: { chat_id } } as const]),
  ];
}

/** Groups chunks into few writes, none of them large. */
function portionsOf(chunks: readonly UiChunk[]): UiChunk[][] {
  const count = Math.ceil(chunks.length / chunksAtOnceMax);
  return Array.from({ length: count }, (_, i) =>
    chunks.slice(i * chunksAtOnceMax, (i + 1) * chunksAtOnceMax),
  );
}

function queueStands({ last_error }: TurnSnapshot): UiChunk[] {
  const words = last_error === null ? "The chat has failed." : last_error.message;
  return [{ type: "error", errorText: `${words} The message waits in the queue.` }];
}
