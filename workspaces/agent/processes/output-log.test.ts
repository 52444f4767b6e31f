import assert from "node:assert/strict";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { OutputLog } from "./output-log.ts";
import { OutputBudget, OutputSegments } from "./output-segments.ts";

const folder = mkdtempSync(join(tmpdir(), "output-log-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const limits = { segmentBytes: 16, outputBytesMax: 64 };
const memoryBytesMax = 24;
const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });

let made = 0;
function newFolder(): string {
  const path = join(folder, String(made++));
  mkdirSync(path);
  return path;
}

function newLog(path: string, budget = new OutputBudget(1_000), end?: number) {
  const faults: unknown[] = [];
  const segments = new OutputSegments(path, limits, budget);
  const input = { segments, memoryBytesMax, onDiskFault: (fault: unknown) => faults.push(fault) };
  return { log: end === undefined ? new OutputLog(input) : new OutputLog(input, end), segments, faults };
}

/** All that is kept from `offset` on, read as a follower does. */
function readAll(log: OutputLog, offset: number) {
  const first = log.read(offset, 7);
  const pieces = [first.bytes];
  for (let at = first.offset + first.bytes.length; at < log.end; ) {
    const next = log.read(at, 7);
    assert.equal(next.offset, at);
    assert(next.bytes.length > 0);
    pieces.push(next.bytes);
    at += next.bytes.length;
  }
  return { offset: first.offset, bytes: Buffer.concat(pieces) };
}

test("W5 output read from any offset is what was written there, while it is written and by a successor", () => {
  fc.assert(
    fc.property(chunks, fc.nat(400), (pieces, offset) => {
      const path = newFolder();
      const { log } = newLog(path);
      for (const piece of pieces) log.append(piece);
      const all = Buffer.concat(pieces);
      const check = (read: OutputLog) => {
        assert.equal(read.end, all.length);
        // Sixteen at a time are dropped, when sixty-four are full.
        assert(read.keptFrom <= Math.max(0, all.length - (64 - 16)));
        if (offset > all.length) return;
        const { offset: from, bytes } = readAll(read, offset);
        assert.equal(from, Math.max(offset, read.keptFrom));
        assert.deepEqual(bytes, all.subarray(from));
      };
      check(log);
      log.close();
      check(log);
      const { log: successor, segments } = newLog(path);
      assert(segments.bytes <= 64);
      check(successor);
    }),
    { numRuns: 60 },
  );
});

test("a disk that takes no more: the newest output is kept in memory, and where it begins is told", () => {
  // Below a file there can be no folder: that fails as a full disk does, at the first write.
  const file = join(folder, "file");
  writeFileSync(file, "");
  const { log, faults } = newLog(join(file, "nowhere"));
  for (let at = 0; at < 10; at++) log.append(Buffer.from(`line ${at}\n`));
  assert.equal(faults.length, 1);
  assert.deepEqual([log.end, log.keptFrom], [70, 70 - 24]);
  assert.equal(readAll(log, 0).bytes.toString(), "e 6\nline 7\nline 8\nline 9\n".slice(-24));
  log.close();
  assert.equal(readAll(log, 50).bytes.toString(), "ine 7\nline 8\nline 9\n");
});

test("a disk that fails later: what is on it is read with what follows, until memory has to drop that", () => {
  const path = newFolder();
  const { log, faults } = newLog(path);
  log.append(Buffer.from("0123456789abcdef"));
  // The next segment cannot be made: its name is taken.
  mkdirSync(join(path, `output-${"16".padStart(16, "0")}`));
  log.append(Buffer.from("ghij"));
  assert.deepEqual([faults.length, log.keptFrom], [1, 0]);
  assert.equal(readAll(log, 14).bytes.toString(), "efghij");
  log.append(Buffer.alloc(24, "x"));
  assert.deepEqual([log.end, log.keptFrom], [44, 20]);
  assert.equal(readAll(log, 0).bytes.toString(), "x".repeat(24));
});

test("a successor keeps of output that the disk lacks nothing but its length", () => {
  const path = newFolder();
  const { log } = newLog(path);
  log.append(Buffer.from("on disk"));
  log.close();
  const { log: loaded } = newLog(path, undefined, 100);
  assert.deepEqual([loaded.end, loaded.keptFrom], [100, 100]);
  assert.equal(loaded.read(0, 10).bytes.length, 0);
});

test("all output together holds no more than the budget: ended processes lose theirs first, then the longest", () => {
  const budget = new OutputBudget(80);
  const old = newLog(newFolder(), budget);
  old.log.append(Buffer.alloc(40, "a"));
  old.log.close();
  const small = newLog(newFolder(), budget);
  small.log.append(Buffer.alloc(20, "b"));
  const long = newLog(newFolder(), budget);
  for (let at = 0; at < 10; at++) long.log.append(Buffer.alloc(12, "c"));
  assert(budget.bytes <= 80);
  assert.equal(old.log.keptFrom, 40);
  assert.equal(small.log.keptFrom, 0);
  // More than its own limit of 64 takes from it.
  assert(long.log.keptFrom > 120 - 64);
  for (const { log } of [old, small, long]) log.remove();
  assert.equal(budget.bytes, 0);
});

test("what is forgotten leaves no file", () => {
  const path = newFolder();
  const { log } = newLog(path);
  log.append(Buffer.alloc(50));
  log.remove();
  assert.equal(existsSync(path), false);
});
