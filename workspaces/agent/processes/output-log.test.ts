// The workspace agent: output is what was written, from wherever it is read, as far as it is kept.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import fc from "fast-check";
import { OutputLog } from "./output-log.ts";
import { OutputRing } from "./output-ring.ts";
import { loadSpool, OutputSpool } from "./output-spool.ts";
import { SpoolBudget } from "./spool-budget.ts";

const folder = mkdtempSync(join(tmpdir(), "output-log-"));
after(() => rmSync(folder, { recursive: true, force: true }));

const spoolLimits = { segmentBytes: 16, spoolBytesMax: 64 };
const limits = { ringBytes: 24, unwrittenBytesMax: 12 };
const chunks = fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 });

function unexpected(fault: unknown): void {
  assert.fail(String(fault));
}

let made = 0;
function newFolder(): string {
  const path = join(folder, String(made++));
  mkdirSync(path);
  return path;
}

function newLog(path: string, budget = new SpoolBudget(1_000)) {
  const faults: unknown[] = [];
  const spool = new OutputSpool(path, spoolLimits);
  const log = new OutputLog({ spool, budget, limits, onSpoolFault: (fault) => faults.push(fault) });
  return { log, spool, faults };
}

async function append(log: OutputLog, bytes: Uint8Array): Promise<void> {
  // As the source of a process does: what one read brings is less than half the ring, and it waits when told to.
  for (let at = 0; at < bytes.length; at += 12) {
    if (!log.append(bytes.subarray(at, at + 12))) await log.drained();
  }
}

/**
 * All that is kept from `offset` on, read as a follower does. The beginning of a log that is still written to disk may be
 * dropped under its reader, who then goes on at the first byte kept.
 */
async function readAll(log: OutputLog, offset: number) {
  let first = await log.read(offset, 7);
  let pieces = [first.bytes];
  let at = first.offset + first.bytes.length;
  while (at < log.end) {
    const next = await log.read(at, 7);
    if (next.offset > at && next.offset <= log.keptFrom) {
      first = next;
      pieces = [];
      at = next.offset;
    }
    assert.equal(next.offset, at);
    assert(next.bytes.length > 0);
    pieces.push(next.bytes);
    at += next.bytes.length;
  }
  return { offset: first.offset, bytes: Buffer.concat(pieces) };
}

test("a ring holds the newest bytes, whatever the sizes of what comes", () => {
  fc.assert(
    fc.property(chunks, fc.integer({ min: 1, max: 50 }), fc.nat(100), (pieces, bytesMax, begin) => {
      const ring = new OutputRing(bytesMax, begin);
      let all = Buffer.alloc(0);
      for (const piece of pieces) {
        ring.append(piece);
        all = Buffer.concat([all, piece]);
        assert.equal(ring.end, begin + all.length);
        assert.equal(ring.start, begin + Math.max(0, all.length - bytesMax));
        assert.deepEqual(ring.read(ring.start, bytesMax), all.subarray(ring.start - begin));
      }
      ring.shrink();
      assert.deepEqual(ring.read(ring.start, bytesMax), all.subarray(ring.start - begin));
    }),
    { numRuns: 500 },
  );
});

test("W5 output read from any offset is what was written there, in memory, on disk and by a successor", async () => {
  await fc.assert(
    fc.asyncProperty(chunks, fc.nat(400), async (pieces, offset) => {
      const path = newFolder();
      const { log } = newLog(path);
      for (const piece of pieces) await append(log, piece);
      const all = Buffer.concat(pieces);
      const check = async (read: OutputLog) => {
        assert.equal(read.end, all.length);
        // Sixteen at a time are dropped, when sixty-four are full.
        assert(read.keptFrom <= Math.max(0, all.length - (64 - 16)));
        if (offset > all.length) return;
        const { offset: from, bytes } = await readAll(read, offset);
        // While the log is open, its beginning may go between the reading and this look.
        assert(from >= offset && from <= Math.max(offset, read.keptFrom));
        assert.deepEqual(bytes, all.subarray(from));
      };
      await check(log);
      await log.close();
      await check(log);
      const spool = await loadSpool(path, spoolLimits);
      assert(spool.bytes <= 64);
      await check(new OutputLog({ spool, budget: new SpoolBudget(1_000), limits, onSpoolFault: unexpected }));
    }),
    { numRuns: 60 },
  );
});

test("a disk that takes no more: the newest output is kept in memory, and where it begins is told", async () => {
  // A folder that is not there fails as a full disk does: at the first write.
  const { log, faults } = newLog(join(folder, "nowhere"));
  for (let at = 0; at < 10; at++) await append(log, Buffer.from(`line ${at}\n`));
  assert.equal(faults.length, 1);
  assert.deepEqual([log.end, log.keptFrom], [70, 70 - 24]);
  assert.equal((await readAll(log, 0)).bytes.toString(), "e 6\nline 7\nline 8\nline 9\n".slice(-24));
  await log.close();
  assert.equal((await readAll(log, 50)).bytes.toString(), "ine 7\nline 8\nline 9\n");
});

test("a successor keeps of output that the disk lacks nothing but its length", async () => {
  const path = newFolder();
  const { log } = newLog(path);
  await append(log, Buffer.from("on disk"));
  await log.close();
  const spool = await loadSpool(path, spoolLimits);
  const parts = { spool, budget: new SpoolBudget(1_000), limits, onSpoolFault: unexpected };
  const loaded = new OutputLog({ ...parts, end: 100 });
  assert.deepEqual([loaded.end, loaded.keptFrom], [100, 100]);
  assert.equal((await loaded.read(0, 10)).bytes.length, 0);
});

test("all spools together hold no more than the budget: ended ones lose theirs first, then the longest", async () => {
  const budget = new SpoolBudget(80);
  const old = newLog(newFolder(), budget);
  await append(old.log, Buffer.alloc(40, "a"));
  await old.log.close();
  const small = newLog(newFolder(), budget);
  await append(small.log, Buffer.alloc(20, "b"));
  const long = newLog(newFolder(), budget);
  for (let at = 0; at < 10; at++) await append(long.log, Buffer.alloc(12, "c"));
  await long.log.drained();
  assert(budget.bytes <= 80);
  assert.equal(old.log.keptFrom, 40);
  assert.equal(small.log.keptFrom, 0);
  // More than its own limit of 64 takes from it.
  assert(long.log.keptFrom > 120 - 64);
  for (const { log } of [old, small, long]) await log.remove();
  assert.equal(budget.bytes, 0);
});

test("what is forgotten leaves no file", async () => {
  const path = newFolder();
  const { log } = newLog(path);
  await append(log, Buffer.alloc(50));
  await log.remove();
  assert.deepEqual(readdirSync(path), []);
});
