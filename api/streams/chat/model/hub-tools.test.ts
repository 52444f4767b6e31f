// Output of tools that run side by side, at a hub and its readers, under any order of events: each reader ends
// with the output of each tool's newest attempt, in order and once, and with none of it after the commit.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../../../test/support/fixed-seed.ts";
import type { Message } from "../../../../core/chat/message.ts";
import { episodeName, mergeParts, type StreamPart } from "../../../../core/part/stream-part.ts";
import { createCheckedReader } from "../../../../core/stream/checked-reader.ts";
import type { ChatSnapshot, CommittedMessage } from "../../../../store/stream/read-chat-snapshot.ts";
import { type Cursor, decodeCursor, encodeCursor } from "./cursor.ts";
import type { EventBatch } from "./event-batch.ts";
import { HubModel } from "./hub-model.ts";
import { captureHub, freshBatches, packFresh, resumeBatches } from "./join-stream.ts";

const chatId = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const toolIds = ["c.1", "c2"] as const;
const historyVersion = 3;

/** A step whose tools run, then their results. */
class SimStep {
  version = 1;
  committed: CommittedMessage[] = [];
  readonly tools = toolIds.map((id) => ({ id, attempt: 1, parts: [] as StreamPart[] }));

  episode(tool: number): string {
    const { id, attempt } = this.#tool(tool);
    return episodeName(historyVersion, attempt, id);
  }

  parts(tool: number): readonly StreamPart[] {
    return this.#tool(tool).parts;
  }

  say(tool: number, text: string): void {
    const { id, parts } = this.#tool(tool);
    const seq = parts.length + 1;
    const part = { type: "tool-result", tool_call_id: id, result_delta: text } as const;
    parts.push({ from_seq: seq, seq, index: 0, role: "tool", part });
  }

  /** The worker is lost: another attempt of the call begins anew. Until it speaks, the old output stands. */
  retry(tool: number): void {
    const found = this.#tool(tool);
    found.attempt += 1;
    found.parts.length = 0;
    this.say(tool, "again ");
  }

  commit(): void {
    this.version += 1;
    const closes = this.tools.map((_, i) => this.episode(i));
    const message = { id: 1, role: "tool", content: [] } as unknown as Message;
    this.committed = [{ message, closes }];
  }

  outputs(): Map<string, string> {
    if (this.committed.length > 0) return new Map();
    const outputs = this.tools.map(({ id, parts }) => [id, parts.map(deltaOf).join("")] as const);
    return new Map(outputs.filter(([, text]) => text !== ""));
  }

  snapshot(since: number): ChatSnapshot {
    const done = this.committed.length > 0;
    const messages = done && since < this.version ? this.committed : [];
    const time = "2026-01-01T00:00:00.000Z";
    const chat = {
      id: chatId,
      status: "running",
      retry: null,
      generation_attempt: 0,
      reset_version: 1,
      snapshot_version: this.version,
      history_version: done ? historyVersion + 1 : historyVersion,
      current_turn_id: 1,
      created_at: time,
      updated_at: time,
      last_error: null,
      required_action: null,
    } as unknown as ChatSnapshot["chat"];
    const closes = messages.flatMap((item) => item.closes);
    return { chat, queued_messages: [], messages, closes, has_more: false };
  }

  #tool(tool: number) {
    return this.tools[tool] as (typeof this.tools)[number];
  }
}

function deltaOf({ part }: StreamPart): string {
  return part.type === "tool-result" ? part.result_delta : "";
}

/** A hub with one reader, which may be cut after any event. */
class SimWorld {
  readonly step = new SimStep();
  readonly model = new HubModel(chatId, { temporal: () => null });
  readonly checked = createCheckedReader(chatId);
  #cursor: Cursor | null = null;
  #connected = false;
  #eventsLeft = Number.POSITIVE_INFINITY;

  constructor() {
    this.look();
  }

  look(): void {
    const learned = this.model.learnState(this.step.snapshot(this.model.version));
    if (learned.type === "told") for (const batch of learned.batches) this.#take(batch);
  }

  hear(
    tool: number,
    slice: { readonly off: number; readonly count: number; readonly merged: boolean },
  ): void {
    const episode = this.step.episode(tool);
    const from = Math.max(0, this.model.lastSeqOf(episode) + slice.off);
    this.#learn(episode, this.step.parts(tool).slice(from, from + slice.count), slice.merged);
  }

  join(eventsLeft: number): void {
    this.#connected = true;
    this.#eventsLeft = eventsLeft;
    this.checked.reconnected();
    const capture = captureHub(this.model, this.#cursor);
    const { resume, position } = capture;
    const messages = position.version > (resume?.version ?? 0) ? this.step.committed : [];
    const shown = { messages, has_more: false };
    const batches =
      resume === null
        ? freshBatches(capture, packFresh(capture.state, shown))
        : resumeBatches(capture, shown);
    for (const batch of batches) this.#take(batch);
  }

  /** Everything arrives in the end. */
  settle(): void {
    this.#eventsLeft = Number.POSITIVE_INFINITY;
    this.look();
    toolIds.forEach((_, tool) => this.#learn(this.step.episode(tool), this.step.parts(tool), true));
    if (!this.#connected) this.join(Number.POSITIVE_INFINITY);
  }

  cutAfter(events: number): void {
    this.#eventsLeft = events;
  }

  shown(): Map<string, string> {
    const outputs = [...this.checked.view.previews].map(([slot, { content }]) => {
      const texts = [...content.values()].map((part) => (part.type === "tool-output" ? part.text : ""));
      return [slot, texts.join("")] as const;
    });
    return new Map(outputs.filter(([, text]) => text !== "").toSorted(([a], [b]) => (a < b ? -1 : 1)));
  }

  #learn(episode: string, parts: readonly StreamPart[], merged: boolean): void {
    if (parts.length === 0) return;
    const batch = this.model.learnParts(episode, merged ? mergeParts(parts) : parts);
    if (batch !== null) this.#take(batch);
  }

  #take(batch: EventBatch): void {
    for (const { event, cursor } of batch.entries) {
      if (this.#eventsLeft-- <= 0) this.#connected = false;
      if (!this.#connected) return;
      const id = cursor === null ? null : encodeCursor(chatId, cursor);
      this.checked.apply(event, id);
      if (id !== null) this.#cursor = decodeCursor(chatId, id);
    }
  }
}

const tool = fc.nat(1);
const action = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: fc.constant("say" as const), tool, text: fc.string({ minLength: 1 }) }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant("hear" as const),
      tool,
      // Where the hub stands, sometimes a little before (doubled) or after it (a gap).
      off: fc.constantFrom(0, 0, 0, -2, 1, 3),
      count: fc.integer({ min: 1, max: 6 }),
      merged: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("retry" as const), tool }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("look" as const) }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant("cut" as const), events: fc.nat(4) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant("join" as const),
      events: fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.nat(12)),
    }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

function act(world: SimWorld, next: Action): void {
  switch (next.do) {
    case "say":
      return world.step.say(next.tool, next.text);
    case "hear":
      return world.hear(next.tool, next);
    case "retry":
      return world.step.retry(next.tool);
    case "look":
      return world.look();
    case "cut":
      return world.cutAfter(next.events);
    case "join":
      return world.join(next.events);
  }
}

const actions = fc.array(action, { minLength: 5, maxLength: 80, size: "max" });

test("T4 however output of tools, attempts, cuts and joins interleave, a reader ends with each tool's output, once", () => {
  fc.assert(
    fc.property(actions, fc.boolean(), fc.nat(6), (before, commits, cutAfter) => {
      const world = new SimWorld();
      for (const next of before) act(world, next);
      if (commits) {
        world.cutAfter(cutAfter);
        world.step.commit();
      }
      world.settle();
      assert.deepEqual(world.checked.violations, []);
      assert.deepEqual(world.shown(), world.step.outputs());
    }),
    { numRuns: 600 },
  );
});
