// What a feed tells when the database fails in the middle of a look. With a database of its own, that fails when told to.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { BusMessage, LiveBus } from "../../../core/stream/bus-message.ts";
import type { Queryable } from "../../../store/database.ts";
import type { FeedChatRow } from "../../../store/stream/feed-chats.ts";
import type { EventSink } from "../sse-writer.ts";
import type { Frames } from "../stream-log.ts";
import { StreamReader } from "../stream-reader.ts";
import { FeedWatch } from "./feed-watch.ts";

const owner = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const ids = Array.from({ length: 600 }, (_, i) => `0193e4a2-7c3b-7d4e-8f5a-${String(i).padStart(12, "0")}`);

test("T8 more changes than are told one by one reach readers also when a read fails in the same look", async () => {
  const database = new FailingDatabase();
  let hear: (message: BusMessage) => void = () => undefined;
  const bus = {
    up: true,
    subscribe: (_topic: unknown, listener: typeof hear) => {
      hear = listener;
      return { listening: Promise.resolve(), end: () => undefined };
    },
    onReconnect: () => () => undefined,
  } as unknown as LiveBus;
  const links = { temporal: () => null };
  const logger = { warn: () => undefined };
  const watch = new FeedWatch(owner, {
    db: database as unknown as Queryable,
    bus,
    links,
    logger,
    pollMs: 10,
  });
  await watch.ready;
  const sink = new Sink();
  new StreamReader({ watch, place: { toldMs: null, taken: null }, sink }).start();
  await sink.snapshot;
  const next = sink.next();
  database.fails = 2;
  database.changed = true;
  const chat_id = ids[0] ?? "";
  hear({ type: "changed", chat_id, owner_id: owner, version: 2, status: "waiting" } as BusMessage);
  await next;
  assert.equal(database.fails, 0);
  watch.close("retry");
});

class FailingDatabase {
  changed = false;
  /** So many reads of single chats fail. */
  fails = 0;
  #nowMs = 1_800_000_000_000;

  async query({ text, values }: { text: string; values: readonly unknown[] }) {
    if (text.includes("now_ms")) {
      this.#nowMs += 1;
      const changes = this.#changesAfter(values[1] as number | null);
      return { rows: [{ now_ms: this.#nowMs, changes, projects: [] }] };
    }
    if (!text.includes("any($2")) return { rows: ids.slice(0, 200).map((id) => this.#row(id)) };
    if (this.fails > 0) {
      this.fails -= 1;
      throw new Error("away");
    }
    return { rows: (values[1] as string[]).map((id) => this.#row(id)) };
  }

  /** All chats change at one moment. */
  #changesAfter(since: number | null) {
    const at_ms = 1_800_000_000_000 + 500;
    if (!this.changed || (since !== null && Math.round(since * 1000) >= at_ms)) return [];
    this.#nowMs = Math.max(this.#nowMs, at_ms);
    const change = { snapshot_version: 2, last_read_message_id: 0, gone: false, at_ms };
    return ids.slice(0, 500).map((id) => ({ ...change, id }));
  }

  #row(id: string): FeedChatRow {
    const times = { created_at: new Date(0).toISOString(), updated_at: new Date(this.#nowMs).toISOString() };
    const version = this.changed ? 2 : 1;
    const numbers = { snapshot_version: version, history_version: 1, last_read_message_id: 0 };
    const row = {
      id,
      owner_id: owner,
      title: "a chat",
      status: "waiting",
      labels: {},
      retry: null,
      read_at: null,
    };
    return { ...row, ...times, ...numbers, archived: false } as unknown as FeedChatRow;
  }
}

class Sink implements EventSink<Frames> {
  readonly full = false;
  readonly closed = false;
  #told: () => void = () => undefined;
  readonly snapshot = this.next();

  /** Resolves with the next snapshot. */
  next(): Promise<void> {
    return new Promise((resolve) => (this.#told = resolve));
  }

  write(batch: Frames): void {
    if (String(batch.bytes).includes("event: snapshot")) this.#told();
  }

  drained(): Promise<void> {
    return Promise.resolve();
  }

  end(): void {}
}
