// The API. Here: one build's log in memory, read once for all its readers.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventSink, Frames } from "../sse-writer.ts";
import { type BuildLogSource, BuildLogWatch, type LogLine } from "./build-log-watch.ts";
import { followBuildLog } from "./follow-build-log.ts";

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

function watching(source: BuildLogSource, onFailed: (error: unknown) => void = () => undefined) {
  return new BuildLogWatch({ source, pollMs: 1, onFailed });
}

/** A reader that keeps what it is sent; `held` keeps it from taking more. */
function aSink(held: () => Promise<void> = () => Promise.resolve()) {
  const sent: string[] = [];
  let ended: number | null | undefined;
  const sink: EventSink<Frames> = {
    write: (frames) => void sent.push(frames.bytes.toString()),
    lagging: false,
    get closed() {
      return ended !== undefined;
    },
    drained: held,
    end: (retryMs) => {
      ended = retryMs;
    },
  };
  return {
    sink,
    sent,
    ended: () => ended,
    texts: () => [...sent.join("").matchAll(/"text":"([^"]*)"/g)].map((match) => match[1] as string),
  };
}

test("W3 readers see each line once and in order, then the end, whenever they come", async () => {
  const log = aLog();
  log.write("one", "two");
  const watch = watching(log.source);
  const early = aSink();
  const following = followBuildLog({ watch, sink: early.sink, after: 0 });
  assert.equal((await watch.next(1)).type, "lines");
  log.write("three");
  const late = aSink();
  const followingLate = followBuildLog({ watch, sink: late.sink, after: 2 });
  await watch.next(2);
  log.write("four");
  log.build = { status: "failed", error: "`npm test` ended with 1" };
  await Promise.all([following, followingLate]);
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
  const reader = aSink();
  await followBuildLog({ watch: watching(log.source), sink: reader.sink, after: 0 });
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
  const readers = Array.from({ length: 100 }, () => aSink());
  await Promise.all(readers.map(({ sink }) => followBuildLog({ watch, sink, after: 0 })));
  for (const reader of readers) assert.equal(reader.texts().length, 1_200);
  assert.deepEqual(log.reads, [0, 500, 1_000]);
});

test("what is too old to be kept is read for those who ask, once for all who ask together", async () => {
  const log = aLog();
  const long = "x".repeat(4_000);
  log.write(...Array.from({ length: 1_000 }, (_none, i) => `${i} ${long}`));
  log.build = { status: "succeeded", error: null };
  const watch = watching(log.source);
  assert.equal((await watch.next(1_000)).type, "end");
  const own = log.reads.length;
  const readers = Array.from({ length: 20 }, () => aSink());
  await Promise.all(readers.map(({ sink }) => followBuildLog({ watch, sink, after: 0 })));
  for (const reader of readers) {
    assert.deepEqual(
      reader.texts().map((text) => Number.parseInt(text, 10)),
      Array.from({ length: 1_000 }, (_none, i) => i),
    );
  }
  const older = log.reads.slice(own);
  assert.deepEqual(older, [...new Set(older)]);
});

test("a reader that takes nothing is sent nothing more, and goes on where it stood", async () => {
  const log = aLog();
  log.write("one");
  const watch = watching(log.source);
  const gate = Promise.withResolvers<void>();
  const slow = aSink(() => gate.promise);
  const following = followBuildLog({ watch, sink: slow.sink, after: 0 });
  await watch.next(0);
  log.write("two");
  log.build = { status: "succeeded", error: null };
  const fast = aSink();
  await followBuildLog({ watch, sink: fast.sink, after: 0 });
  assert.deepEqual(slow.texts(), ["one"]);
  gate.resolve();
  await following;
  assert.deepEqual(slow.texts(), ["one", "two"]);
});

test("a closed watch sends its readers away, to come back", async () => {
  const log = aLog();
  const watch = watching(log.source);
  const reader = aSink();
  const following = followBuildLog({ watch, sink: reader.sink, after: 0 });
  await new Promise(setImmediate);
  watch.close();
  await following;
  assert.ok(Number(reader.ended()) >= 500);
});

test("a look that fails is made again, and told of once", async () => {
  const log = aLog();
  const failures: unknown[] = [];
  log.fails = true;
  const watch = watching(log.source, (error) => failures.push(error));
  const step = watch.next(0);
  await new Promise(setImmediate);
  log.write("one");
  log.fails = false;
  assert.equal((await step).type, "lines");
  assert.equal(failures.length, 1);
  watch.close();
});

test("readers of a log that cannot be read are sent away in the end", async () => {
  const log = aLog();
  log.fails = true;
  const watch = watching(log.source);
  assert.equal((await watch.next(0)).type, "retry");
  assert.equal(watch.closed, true);
});

test("a log whose workspace is deleted ends in words", async () => {
  const log = aLog();
  log.build = null;
  const reader = aSink();
  await followBuildLog({ watch: watching(log.source), sink: reader.sink, after: 7 });
  assert.match(reader.sent.join(""), /"status":"cancelled","error":"the workspace was deleted"/);
});
