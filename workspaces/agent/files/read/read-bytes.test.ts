import assert from "node:assert/strict";
import { symlinkSync, utimesSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { readRangeBytesMax } from "../file-limits.ts";
import { faultOf, someFiles } from "../files-fixture.ts";

test("W1 a range of raw bytes comes as it is, fewer at the end of the file", async (t) => {
  const { files, signal, put } = someFiles(t);
  const bytes = Uint8Array.from({ length: 1_000 }, (_, at) => at % 256);
  put("a.bin", bytes);
  const read = async (offset: number, length: number) =>
    new Uint8Array(await files.readBytes({ path: "a.bin", offset, length }, signal));
  assert.deepEqual(await read(0, 1_000), bytes);
  assert.deepEqual(await read(254, 4), Uint8Array.of(254, 255, 0, 1));
  assert.deepEqual(await read(998, 100), bytes.slice(998));
  assert.deepEqual(await read(5_000, 100), new Uint8Array());
});

test("W1 a range that is none, or too long, is refused", async (t) => {
  const { files, signal } = someFiles(t, { a: "x" });
  const length = readRangeBytesMax + 1;
  for (const [offset, asked] of [
    [-1, 1],
    [0.5, 1],
    [0, -1],
    [0, length],
    [Number.NaN, 1],
  ] as const) {
    assert.match(
      await faultOf(files.readBytes({ path: "a", offset, length: asked }, signal)),
      /^bad_request/,
    );
  }
  assert.match(await faultOf(files.readBytes({ path: ".", offset: 0, length: 1 }, signal)), /^not_a_file/);
});

test("W1 stat tells type, size and time, links followed inside", async (t) => {
  const { files, signal, root, outside } = someFiles(t, { "sub/a.txt": "four" });
  utimesSync(path.join(root, "sub/a.txt"), 1_000_000, 1_000_000);
  symlinkSync("sub/a.txt", path.join(root, "link"));
  symlinkSync(outside, path.join(root, "out"));
  const modified_at = "1970-01-12T13:46:40.000Z";
  const expected = { path: "sub/a.txt", type: "file", size: 4, modified_at };
  assert.deepEqual(await files.stat({ path: "sub/a.txt" }, signal), expected);
  assert.deepEqual(await files.stat({ path: "link" }, signal), expected);
  assert.equal((await files.stat({ path: "sub" }, signal)).type, "dir");
  assert.match(await faultOf(files.stat({ path: "out" }, signal)), /^outside_workspace/);
  assert.match(await faultOf(files.stat({ path: "sub/b.txt" }, signal)), /^not_found: .*"a\.txt"/);
});
