// The API speaks HTTP and the store; this file: one reader of a hub. It is brought to where the hub stands, then follows.
// One that cannot keep up is let go and brought up to date again when it can, instead of growing our memory (SPEC T7).
import { readerLagBytesMax, readerLagEventsMax } from "../../../core/chat/limits.ts";
import type { Cursor } from "../cursor.ts";
import type { EventBatch } from "../event-batch.ts";
import type { EventSink } from "../sse-writer.ts";
import type { ChatHub } from "./chat-hub.ts";
import type { HubEnd, HubReader } from "./hub-reader.ts";
import { type Capture, captureHub, freshBatches, resumeBatches } from "./join-stream.ts";

export interface ChatReaderInput {
  readonly hub: ChatHub;
  readonly sink: EventSink;
  /** Newest messages of a snapshot. */
  readonly messagesMax: number;
  readonly onFailed: (error: unknown) => void;
}

/** What is told while a reader is still being brought up to date. */
interface Pending {
  readonly batches: EventBatch[];
  events: number;
  bytes: number;
}

/** Readers come back at different times, so that a restart does not bring all of them at once. */
const retryMinMs = 500;
const retrySpreadMs = 1_000;

export class ChatReader implements HubReader {
  readonly #input: ChatReaderInput;
  /** `live`: batches go straight out. `joining`: they wait. `behind`: they are dropped, a join will make up for them. */
  #mode: "joining" | "behind" | "live" = "behind";
  #pending: Pending = noPending();
  #position: Cursor | null = null;
  /** Tells an outdated join from the present one. */
  #round = 0;

  constructor(input: ChatReaderInput) {
    this.#input = input;
  }

  /**
   * Begins to follow the hub, which must be ready.
   * @param cursor where the reader left off, if anywhere
   * @param looks whether the state is read again first: what happened before the reader asked must be seen
   */
  start(cursor: Cursor | null, looks: boolean): void {
    this.#input.hub.attach(this);
    void this.#join(cursor, looks);
  }

  stop(): void {
    this.#round += 1;
    this.#mode = "behind";
    this.#input.hub.detach(this);
  }

  deliver(batch: EventBatch): void {
    if (this.#mode === "joining") this.#wait(batch);
    else if (this.#mode === "live") this.#send(batch);
  }

  resync(): void {
    void this.#join(null, false);
  }

  end(reason: HubEnd): void {
    this.stop();
    this.#input.sink.end(
      reason === "deleted" ? null : retryMinMs + Math.floor(Math.random() * retrySpreadMs),
    );
  }

  #wait(batch: EventBatch): void {
    const pending = this.#pending;
    pending.batches.push(batch);
    pending.events += batch.entries.length;
    pending.bytes += batch.bytes.length;
    if (pending.events <= readerLagEventsMax && pending.bytes <= readerLagBytesMax) return;
    pending.batches.length = 0;
    this.#mode = "behind";
  }

  #send(batch: EventBatch): void {
    const { sink } = this.#input;
    if (sink.lagging) {
      this.#mode = "behind";
      const round = this.#round;
      void sink.drained().then(() => {
        if (round === this.#round) void this.#join(this.#position, false);
      });
      return;
    }
    sink.write(batch);
    this.#position = batch.cursor ?? this.#position;
  }

  /** Joins, and again as long as so much is told meanwhile that it cannot wait. A later call makes this one stop. */
  async #join(cursor: Cursor | null, looks: boolean): Promise<void> {
    const { hub, sink } = this.#input;
    const round = ++this.#round;
    const over = () => round !== this.#round || sink.closed || hub.ended !== null;
    this.#mode = "behind";
    try {
      if (looks || (cursor !== null && cursor.version > hub.model.version)) await hub.refresh();
      if (cursor !== null && isAhead(cursor, hub)) await hub.lookUpParts();
      let from = cursor;
      while (!over()) {
        const reached = await this.#joinOnce(from, over);
        if (reached === "live") return;
        from = reached;
      }
    } catch (error) {
      if (over()) return;
      this.#input.onFailed(error);
      this.end("retry");
    }
  }

  /** Brings the reader to where the hub stands now. `live` when it follows from here, else where to join from again. */
  async #joinOnce(from: Cursor | null, over: () => boolean): Promise<Cursor | null | "live"> {
    const { hub, sink } = this.#input;
    const capture = captureHub(hub.model, from);
    this.#pending = noPending();
    this.#mode = "joining";
    const batches = await this.#snapshot(capture);
    if (batches === null) return null;
    // Let go of as they are sent: a slow reader's snapshot must not stay whole in memory until its end.
    for (let batch = batches.shift(); batch !== undefined && !over(); batch = batches.shift()) {
      sink.write(batch);
      if (sink.lagging) await sink.drained();
    }
    if (over()) return null;
    this.#position = capture.position;
    // Cast: batches that waited may have changed the mode meanwhile, which the compiler cannot see.
    if ((this.#mode as string) === "behind") return this.#position;
    this.#mode = "live";
    for (const batch of this.#pending.batches) this.deliver(batch);
    this.#pending = noPending();
    return "live";
  }

  /** Null when so much was missed that the reader must start anew. */
  async #snapshot(capture: Capture): Promise<EventBatch[] | null> {
    const { hub, messagesMax } = this.#input;
    if (capture.resume === null)
      return freshBatches(capture, await hub.messages.newest(capture.state, messagesMax));
    const shown = await hub.messages.between(capture.resume.version, capture.position.version);
    return shown.has_more ? null : resumeBatches(capture, shown);
  }
}

/** Whether the reader has seen parts that the hub has not. */
function isAhead(cursor: Cursor, hub: ChatHub): boolean {
  const { episode, seq } = hub.model.cursor;
  return cursor.episode !== null && cursor.episode === episode && cursor.seq > seq;
}

function noPending(): Pending {
  return { batches: [], events: 0, bytes: 0 };
}
