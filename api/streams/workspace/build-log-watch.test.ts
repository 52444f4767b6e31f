// One build's log in memory, read once for all its readers.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventSink } from "../sse-writer.ts";
import type { Frames } from "../stream-log.ts";
import { StreamReader } from "../stream-reader.ts";
import { type BuildLogSource, BuildLogWatch, type LogLine } from "./build-log-watch.ts";

type Build = Awaited<ReturnType<BuildLogSource["readBuild"]>>;

/** A log that the test writes, and counts the reads of. */
function aLog() {
  const lines: LogLine[] = [];
  const reads: number[] = [];
  const state = { build: { status: "running", error: null } as Build, fails: false };
  const source: BuildLogSource = {
    readBuild: () =>
      state.fails ? Promise.reject(new Error("the database is away")) : Promise.resolve(state.build),
    readLines(afterSeq, limit) {
      reads.push(afterSeq);
      return Promise.resolve(lines.slice(afterSeq, afterSeq + limit));
    },
  };
  const write = (...texts: string[]) => {
    for (const text of texts) lines.push({ seq: lines.length + 1, at: "2026-11-21T10:00:00.000Z", text });
  };
  return Object.assign(state, { reads, source, write });
}

function watching(source: BuildLogSource, warn: (error: unknown) => void = () => undefined) {
  return new BuildLogWatch({ source, pollMs: 1, about: {}, logger: { warn } });
}

/** A reader that keeps what it is sent; it takes no more while `held` waits. */
function follow(watch: BuildLogWatch, place = 0, held: Promise<void> | null = null) {
  const sent: string[] = [];
  const watchers = new Set<() => void>();
  const look = () => {
    for (const each of watchers) each();
  };
  let waits = held !== null;
  let ended: number | null | undefined;
  const sink: EventSink<Frames> = {
    write(frames) {
      sent.push(frames.bytes.toString());
      look();
    },
    get full() {
      return waits && sent.length > 0;
    },
    get closed() {
      return ended !== undefined;
    },
    async drained() {
      await held;
      waits = false;
    },
    end(retryMs) {
      ended = retryMs;
      look();
    },
  };
  const until = (holds: () => boolean) =>
    new Promise<void>((resolve) => {
      const each = () => {
        if (holds()) resolve();
      };
      watchers.add(each);
      each();
    });
  new StreamReader({ watch, sink, place }).start();
  const texts = () => [...sent.join("").matchAll(/"text":"([^"]*)"/g)].map((match) => match[1] as string);
  return {
    sent,
    ended: () => ended,
    texts,
    took: (count: number) => until(() => texts().length >= count),
    untilEnd: () => until(() => ended !== undefined),
  };
}

test("W3 readers see each line once and in order, then the end, whenever they come", async () => {
  const log = aLog();
  log.write("one", "two");
  const watch = watching(log.source);
  const early = follow(watch);
  await early.took(2);
  log.write("three");
  const late = follow(watch, 2);
  await late.took(1);
  log.write("four");
  log.build = { status: "failed", error: "`npm test` ended with 1" };
  await Promise.all([early.untilEnd(), late.untilEnd()]);
  assert.deepEqual(early.texts(), ["one", "two", "three", "four"]);
  assert.deepEqual(late.texts(), ["three", "four"]);
  const end = `event: end\ndata: ${JSON.stringify(log.build)}\n\n`;
  for (const reader of [early, late]) {
    assert.equal(reader.sent.at(-1), end);
    assert.equal(reader.ended(), null);
  }
});

test("a line is one frame with its number as id, whatever stands in it", async () => {
  const log = aLog();
  log.write("a\r\nb\u2028 😀");
  log.build = { status: "succeeded", error: null };
  const reader = follow(watching(log.source));
  await reader.untilEnd();
  assert.equal(
    reader.sent[0],
    'id: 1\nevent: log\ndata: {"seq":1,"at":"2026-11-21T10:00:00.000Z","text":"a\\r\\nb\\u2028 😀"}\n\n',
  );
});

test("a hundred readers cost the store no more reads than one", async () => {
  const log = aLog();
  log.write(...Array.from({ length: 1_200 }, (_none, i) => `line ${i}`));
  log.build = { status: "succeeded", error: null };
  const watch = watching(log.source);
  const readers = Array.from({ length: 100 }, () => follow(watch));
  await Promise.all(readers.map((reader) => reader.untilEnd()));
  for (const reader of readers) assert.equal(reader.texts().length, 1_200);
  assert.deepEqual(log.reads, [0, 500, 1_000]);
});

test("what is too old to be kept is read for those who ask, once for all who ask together", async () => {
  const log = aLog();
  const long = "x".repeat(4_000);
  log.write(...Array.from({ length: 1_000 }, (_none, i) => `${i} ${long}`));
  log.build = { status: "succeeded", error: null };
  const watch = watching(log.source);
  await follow(watch, 1_000).untilEnd();
  const own = log.reads.length;
  const readers = Array.from({ length: 20 }, () => follow(watch));
  await Promise.all(readers.map((reader) => reader.untilEnd()));
  for (const reader of readers) {
    assert.deepEqual(
      reader.texts().map((text) => Number.parseInt(text, 10)),
      Array.from({ length: 1_000 }, (_none, i) => i),
    );
  }
  const older = log.reads.slice(own);
  assert.ok(older.length > 0);
  assert.deepEqual(older, [...new Set(older)]);
});

test("a reader that takes nothing is sent nothing more, and goes on where it stood", async () => {
  const log = aLog();
  log.write("one");
  const watch = watching(log.source);
  const gate = Promise.withResolvers<void>();
  const slow = follow(watch, 0, gate.promise);
  await slow.took(1);
  log.write("two");
  log.build = { status: "succeeded", error: null };
  await follow(watch).untilEnd();
  assert.deepEqual(slow.texts(), ["one"]);
  gate.resolve();
  await slow.untilEnd();
  assert.deepEqual(slow.texts(), ["one", "two"]);
});

test("a closed watch sends its readers away, to come back", async () => {
  const watch = watching(aLog().source);
  const reader = follow(watch);
  watch.close("retry");
  await reader.untilEnd();
  assert.ok(Number(reader.ended()) >= 500);
});

test("a look that fails is made again, and told of once", async () => {
  const log = aLog();
  const failures: unknown[] = [];
  log.fails = true;
  const watch = watching(log.source, (error) => failures.push(error));
  const reader = follow(watch);
  await new Promise(setImmediate);
  log.write("one");
  log.fails = false;
  await reader.took(1);
  assert.equal(failures.length, 1);
  watch.close("retry");
});

test("readers of a log that cannot be read are sent away in the end", async () => {
  const log = aLog();
  log.fails = true;
  const watch = watching(log.source);
  const reader = follow(watch);
  await reader.untilEnd();
  assert.ok(Number(reader.ended()) >= 500);
  assert.equal(watch.ended, "retry");
});

test("a log whose workspace is deleted ends in words", async () => {
  const log = aLog();
  log.build = null;
  const reader = follow(watching(log.source), 7);
  await reader.untilEnd();
  assert.match(reader.sent.join(""), /"status":"cancelled","error":"the workspace was deleted"/);
});
