// A hub's model, its captures and its readers under any order of events: whatever is lost, doubled, early,
// late or cut off, in the end each reader shows what the store holds, and nothing was shown twice on the way.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../../test/support/fixed-seed.ts";
import type { Message } from "../../../../core/chat/message.ts";
import { episodeName, mergeParts, type StreamPart } from "../../../../core/part/stream-part.ts";
import { shownContent } from "../../../../core/stream/chat-reducer.ts";
import { type CheckedReader, createCheckedReader } from "../../../../core/stream/checked-reader.ts";
import type { ChatSnapshot, CommittedMessage } from "../../../../store/stream/read-chat-snapshot.ts";
import { type Cursor, decodeCursor, encodeCursor } from "./cursor.ts";
import type { EventBatch } from "./event-batch.ts";
import { HubModel } from "./hub-model.ts";
import { captureHub, freshBatches, packFresh, resumeBatches } from "./join-stream.ts";

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const links = { temporal: () => null };

type Stored = CommittedMessage & { readonly version: number };

/** The store and the worker of one chat, in memory. */
class SimChat {
  version = 1;
  history = 1;
  attempt = 0;
  reset = 1;
  retry: unknown = null;
  status = "running";
  messages: Stored[] = [];
  parts: StreamPart[] = [];
  #nextId = 1;

  get episode(): string {
    return episodeName(this.history, this.attempt);
  }

  begin(): void {
    if (this.status !== "running") this.#insert("user", "q", []);
    this.status = "running";
    // Half of what the lost attempt wrote was checkpointed: the new one says it again.
    const kept = this.retry === null ? this.parts.slice(0, Math.ceil(this.parts.length / 2)) : [];
    this.parts = [];
    this.attempt += 1;
    this.version += 1;
    this.retry = null;
    for (const part of kept) this.say((part.part as { text: string }).text);
  }

  say(text: string): void {
    const seq = this.parts.length + 1;
    this.parts.push({
      from_seq: seq,
      seq,
      index: seq % 5 === 0 ? 1 : 0,
      role: "assistant",
      part: { type: "text", text },
    });
  }

  fail(): void {
    this.version += 1;
    this.retry = { attempt: 1 };
  }

  commit(): void {
    this.#insert("assistant", this.parts.map(({ part }) => (part as { text: string }).text).join(""), [
      this.episode,
    ]);
    this.status = "waiting";
  }

  /** The turn ends in error, with nothing worth keeping. */
  drop(): void {
    this.version += 1;
    this.status = "error";
    this.parts = [];
  }

  edit(): void {
    this.messages = [];
    this.#insert("user", "edited", []);
    this.reset = this.version;
    this.status = "running";
  }

  #insert(role: string, text: string, closes: string[]): void {
    this.version += 1;
    const message = { id: this.#nextId++, role, content: [{ type: "text", text }] } as unknown as Message;
    this.messages.push({ message, closes, version: this.version });
    this.history += 1;
    this.attempt = 0;
    this.retry = null;
    this.parts = [];
  }

  since(version: number, upTo = this.version): CommittedMessage[] {
    return this.messages.filter((item) => item.version > version && item.version <= upTo);
  }

  snapshot(since: number): ChatSnapshot {
    const chat = {
      id: chatId,
      status: this.status,
      retry: this.retry,
      generation_attempt: this.attempt,
      reset_version: this.reset,
      snapshot_version: this.version,
      history_version: this.history,
      current_turn_id: 1,
      created_at: "2026-01-01T00:00:00.000Z",
      updated_at: "2026-01-01T00:00:00.000Z",
      last_error: null,
      required_action: null,
    } as unknown as ChatSnapshot["chat"];
    const messages = this.since(since);
    const closes = messages.flatMap((item) => item.closes);
    return { chat, queued_messages: [], messages, closes, has_more: false };
  }
}

/** A client and the server's side of its connection. */
class SimReader {
  readonly checked: CheckedReader = createCheckedReader(chatId);
  cursor: Cursor | null = null;
  connected = false;

  /** The connection breaks after so many events. */
  eventsLeft = Number.POSITIVE_INFINITY;

  take(batch: EventBatch): void {
    for (const { event, cursor } of batch.entries) {
      if (this.eventsLeft-- <= 0) this.connected = false;
      if (!this.connected) return;
      const id = cursor === null ? null : encodeCursor(chatId, cursor);
      this.checked.apply(event, id);
      if (id !== null) this.cursor = decodeCursor(chatId, id);
    }
  }

  join(model: HubModel, chat: SimChat): void {
    this.connected = true;
    this.checked.reconnected();
    const capture = captureHub(model, this.cursor);
    const range = (since: number) => ({
      messages: chat.since(since, capture.position.version),
      has_more: false,
    });
    const batches =
      capture.resume === null
        ? freshBatches(capture, packFresh(capture.state, range(0)))
        : resumeBatches(capture, range(capture.resume.version));
    for (const batch of batches) this.take(batch);
  }
}

class SimHub {
  readonly model = new HubModel(chatId, links);
  readonly readers: SimReader[];
  readonly #chat: SimChat;

  constructor(chat: SimChat, readers: SimReader[]) {
    this.#chat = chat;
    this.readers = readers;
    this.look();
  }

  look(): void {
    const learned = this.model.learnState(this.#chat.snapshot(this.model.version));
    if (learned.type === "told") for (const batch of learned.batches) this.tell(batch);
    else
      for (const reader of this.readers.filter(({ connected }) => connected)) {
        reader.cursor = null;
        reader.join(this.model, this.#chat);
      }
  }

  hear(episode: string, parts: readonly StreamPart[]): void {
    const batch = this.model.learnParts(episode, parts);
    if (batch !== null) this.tell(batch);
  }

  tell(batch: EventBatch): void {
    for (const reader of this.readers) reader.take(batch);
  }
}

const which = fc.nat(1);
const action = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("say" as const),
      text: fc.string({ minLength: 1, maxLength: 3 }),
    }),
  },
  {
    weight: 10,
    // Where the hub stands, sometimes a little before (doubled) or after it (a gap).
    arbitrary: fc.record({
      do: fc.constant("hear" as const),
      hub: which,
      off: fc.constantFrom(0, 0, 0, -2, 1, 3),
      count: fc.integer({ min: 1, max: 6 }),
      merged: fc.boolean(),
    }),
  },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("look" as const), hub: which }) },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constantFrom("begin" as const, "commit" as const, "fail" as const) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("edit" as const, "drop" as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({ do: fc.constant("cut" as const), reader: which, eventsLeft: fc.nat(4) }),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      reader: which,
      hub: which,
      eventsLeft: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(15)),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

/** Two replicas, two readers; each hub hears an arbitrary slice of the parts, of this or an earlier moment. */
class SimWorld {
  readonly chat = new SimChat();
  readonly readers = [new SimReader(), new SimReader()] as const;
  readonly hubs: readonly SimHub[];

  constructor() {
    this.chat.edit();
    this.chat.begin();
    this.hubs = [new SimHub(this.chat, []), new SimHub(this.chat, [])];
  }

  act(next: Action): void {
    const { chat } = this;
    const idle = chat.attempt === 0 || chat.retry !== null || chat.status !== "running";
    switch (next.do) {
      case "say":
        if (!idle) chat.say(next.text);
        return;
      case "hear": {
        const hub = this.hubs[next.hub] as SimHub;
        const from = Math.max(0, hub.model.lastSeqOf(chat.episode) + next.off);
        const parts = chat.parts.slice(from, from + next.count);
        if (parts.length > 0) hub.hear(chat.episode, next.merged ? mergeParts(parts) : parts);
        return;
      }
      case "look":
        return this.hubs[next.hub]?.look();
      case "begin":
        return chat.begin();
      case "commit":
        if (!idle) chat.commit();
        return;
      case "fail":
        if (!idle) chat.fail();
        return;
      case "edit":
        return chat.edit();
      case "drop":
        if (!idle) chat.drop();
        return;
      case "cut":
        (this.readers[next.reader] as SimReader).eventsLeft = next.eventsLeft;
        return;
      case "join":
        return this.join(next.reader, next.hub, next.eventsLeft);
    }
  }

  leave(index: number): SimReader {
    const reader = this.readers[index] as SimReader;
    reader.connected = false;
    for (const { readers } of this.hubs)
      if (readers.includes(reader)) readers.splice(readers.indexOf(reader), 1);
    return reader;
  }

  join(index: number, hubIndex: number, eventsLeft: number): void {
    const reader = this.leave(index);
    const hub = this.hubs[hubIndex] as SimHub;
    // As the handler does: a cursor from a replica that is further on makes this one look first.
    if ((reader.cursor?.version ?? 0) > hub.model.version) hub.look();
    hub.readers.push(reader);
    reader.eventsLeft = eventsLeft;
    reader.join(hub.model, this.chat);
  }

  /** Everything arrives in the end. */
  settle(): void {
    for (const reader of this.readers) reader.eventsLeft = Number.POSITIVE_INFINITY;
    for (const hub of this.hubs) {
      hub.look();
      if (this.chat.parts.length > 0) hub.hear(this.chat.episode, mergeParts(this.chat.parts));
    }
    this.readers.forEach((reader, i) => {
      if (!reader.connected) this.join(i, i, Number.POSITIVE_INFINITY);
    });
  }
}

function textShown(reader: SimReader): string[] {
  return shownContent(reader.checked.view).map(({ content }) =>
    content.map((part) => ("text" in part ? part.text : "")).join("|"),
  );
}

function textStored(chat: SimChat): string[] {
  const committed = chat.messages.map(({ message }) =>
    message.content.map((part) => ("text" in part ? part.text : "")).join("|"),
  );
  if (chat.parts.length === 0 || chat.retry !== null || chat.status !== "running") return committed;
  const places = [0, 1].map((index) => chat.parts.filter((part) => part.index === index));
  const texts = places.map((parts) => parts.map(({ part }) => (part as { text: string }).text).join(""));
  return [...committed, texts.filter((_, i) => places[i]?.length !== 0).join("|")];
}

test("T4 however events, losses, cuts and replicas interleave, readers end with the store and saw nothing twice", () => {
  fc.assert(
    fc.property(fc.array(action, { minLength: 10, maxLength: 120, size: "max" }), (actions) => {
      const world = new SimWorld();
      for (const next of actions) world.act(next);
      world.settle();
      for (const reader of world.readers) {
        assert.deepEqual(reader.checked.violations, []);
        assert.deepEqual(textShown(reader), textStored(world.chat));
      }
    }),
    { numRuns: 600 },
  );
});
