// Activities. Here: what the queue of recorded calls promises when the database is slow, away, or chokes on a call.
import assert from "node:assert/strict";
import { test } from "node:test";
import { debugQueuedCallsMax } from "../../core/chat/limits.ts";
import { type DebugCallRecord, debugRunKey } from "../../store/debug/write-debug-calls.ts";
import { createDebugQueue, type QueuedCall } from "./debug-queue.ts";

function record(name: string): DebugCallRecord {
  const empty = { request: null, response: null, usage: null, error: null, metadata: null };
  const run = {
    kind: "chat_turn",
    run_status: "in_progress",
    run_finished_at: null,
    reset_version: 0,
  } as const;
  const ids = {
    chat_id: "c",
    name,
    trigger_message_id: 1,
    history_tip_message_id: 1,
    provider: "p",
    model: "m",
  };
  const step = {
    number: 1,
    operation: "stream",
    status: "in_progress",
    started_at: "",
    finished_at: null,
  } as const;
  return { ...run, ...ids, ...step, ...empty, attempts: [] };
}

function call(name: string, render: () => DebugCallRecord = () => record(name)): QueuedCall {
  return { runKey: debugRunKey(record(name)), heldBytes: 1, render };
}

interface World {
  /** Names of the runs of each write. */
  readonly writes: string[][];
  readonly warnings: object[];
}

function queueOn(write: (names: string[]) => string[] | Promise<string[]>) {
  const world: World = { writes: [], warnings: [] };
  const queue = createDebugQueue({
    async write(records) {
      const names = records.map(({ name }) => name);
      world.writes.push(names);
      return new Set((await write(names)).map((name) => debugRunKey(record(name))));
    },
    isUnavailable: (error) => error instanceof Error && error.message === "away",
    logger: { warn: (about: object) => void world.warnings.push(about) } as never,
  });
  return { ...world, queue };
}

test("B4 calls go in one write; a call put twice before it is written once, as it then is", async () => {
  let rendered = 0;
  const { queue, writes } = queueOn(() => []);
  const twice = call("a", () => (rendered++, record("a")));
  queue.put(twice);
  queue.put(call("b"));
  queue.put(twice);
  await queue.close();
  assert.deepEqual(writes, [["a", "b"]]);
  assert.equal(rendered, 1);
});

test("B4 two calls of one run are written one after the other", async () => {
  const { queue, writes } = queueOn(() => []);
  queue.put(call("a"));
  queue.put(call("a"));
  await queue.close();
  assert.deepEqual(writes, [["a"], ["a"]]);
});

test("B4 a locked chat's call, and all of them while the database is away, are tried again", async () => {
  let writes = 0;
  const world = queueOn(() => {
    writes++;
    if (writes === 1) throw new Error("away");
    return writes === 2 ? ["b"] : [];
  });
  world.queue.put(call("a"));
  world.queue.put(call("b"));
  await world.queue.close();
  assert.deepEqual(world.writes, [["a", "b"], ["a", "b"], ["b"]]);
  assert.deepEqual(world.warnings, []);
});

test("B4 a call that cannot be written takes no other with it, and is counted", async () => {
  const { queue, writes, warnings } = queueOn((names) => {
    if (names.includes("bad")) throw new Error("invalid input");
    return [];
  });
  for (const name of ["a", "bad", "b"]) queue.put(call(name));
  queue.put(
    call("unrenderable", () => {
      throw new Error("a bug");
    }),
  );
  await queue.close();
  assert.deepEqual(writes, [["a", "bad", "b"], ["a"], ["bad"], ["b"]]);
  assert.ok(warnings.some((about) => "dropped" in about && about.dropped === 1));
});

test("B4 what a slow database leaves no room for is dropped and counted, and nobody waits", async () => {
  const { promise, resolve } = Promise.withResolvers<string[]>();
  const { queue, writes, warnings } = queueOn(() => promise);
  const more = 7;
  for (let i = 0; i < debugQueuedCallsMax + more; i++) queue.put(call(String(i)));
  resolve([]);
  await queue.close();
  assert.equal(writes.flat().length, debugQueuedCallsMax);
  assert.deepEqual(warnings, [{ dropped: more }]);
});
