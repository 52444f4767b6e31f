// Workspaces: archives are judged by the tar program of the machine, not by our own reader.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { lstat, mkdtemp, readFile, readlink, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type TarEntry, writeTar } from "./tar.ts";

const owner = { mode: 0o644, uid: 1000, gid: 1000 };

async function archive(entries: Iterable<TarEntry>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of writeTar(entries)) pieces.push(piece);
  return Buffer.concat(pieces);
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), "everturn-tar-"));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function unpack(t: TestContext, entries: Iterable<TarEntry>): Promise<string> {
  const into = await folder(t);
  execFileSync("tar", ["-xpf", "-", "-C", into, "--no-same-owner"], { input: await archive(entries) });
  return into;
}

test("files, folders and links come out as they went in, with their modes", async (t) => {
  const into = await unpack(t, [
    { ...owner, type: "folder", path: "a", mode: 0o755 },
    { ...owner, type: "file", path: "a/one.txt", bytes: Buffer.from("eins\n") },
    { ...owner, type: "file", path: "a/run", bytes: Buffer.from("#!/bin/sh\n"), mode: 0o4755 },
    { ...owner, type: "link", path: "a/link", target: "one.txt", mode: 0o777 },
    { ...owner, type: "file", path: "a/empty", bytes: Buffer.alloc(0) },
  ]);
  assert.equal(await readFile(join(into, "a/one.txt"), "utf8"), "eins\n");
  assert.equal((await lstat(join(into, "a/one.txt"))).mode & 0o7777, 0o644);
  assert.equal((await lstat(join(into, "a/run"))).mode & 0o7777, 0o755, "set-user-id is dropped");
  assert.equal(await readlink(join(into, "a/link")), "one.txt");
  assert.equal((await lstat(join(into, "a/empty"))).size, 0);
});

test("names of any length and script survive, at each edge of the header's field", async (t) => {
  const names = [
    "x".repeat(99),
    "x".repeat(100),
    "x".repeat(101),
    `${"d".repeat(120)}/${"e".repeat(120)}/${"f".repeat(120)}`,
    "Größe 量.txt",
    "with\nnewline",
    " leading and trailing ",
  ];
  const into = await unpack(
    t,
    names.map((path) => ({ ...owner, type: "file", path, bytes: Buffer.from(path) })),
  );
  for (const name of names) assert.equal(await readFile(join(into, name), "utf8"), name);
});

test("a long target of a link survives", async (t) => {
  const target = `${"t/".repeat(90)}end`;
  const into = await unpack(t, [{ ...owner, type: "link", path: "link", target }]);
  assert.equal(await readlink(join(into, "link")), target);
});

test("owners and times are those given", async () => {
  const bytes = await archive([
    { ...owner, type: "file", path: "f", bytes: Buffer.from("x"), uid: 1234, modifiedAt: 1e9 + 0.5 },
  ]);
  const listing = execFileSync("tar", ["-tvf", "-", "--numeric-owner"], { input: bytes, encoding: "utf8" });
  assert.match(listing, /^-rw-r--r-- 1234\/1000 +1 .* f$/m);
});

test("sizes at the edge of a block are padded to blocks, and the end is two empty ones", async (t) => {
  for (const size of [0, 1, 511, 512, 513, 1024]) {
    const bytes = await archive([{ ...owner, type: "file", path: "f", bytes: Buffer.alloc(size, "z") }]);
    assert.equal(bytes.length, 512 + Math.ceil(size / 512) * 512 + 1024);
    assert.ok(bytes.subarray(-1024).every((byte) => byte === 0));
    const into = await folder(t);
    execFileSync("tar", ["-xf", "-", "-C", into], { input: bytes });
    assert.equal((await lstat(join(into, "f"))).size, size);
  }
});

test("a file on disk is sent as it is; one that grew or shrank since is refused", async (t) => {
  const at = await folder(t);
  const source = join(at, "source");
  await writeFile(source, Buffer.alloc(200_000, "s"));
  const entry = { ...owner, type: "file-on-disk", path: "copy", source } as const;
  const into = await unpack(t, [{ ...entry, size: 200_000 }]);
  assert.deepEqual(await readFile(join(into, "copy")), await readFile(source));
  await assert.rejects(archive([{ ...entry, size: 199_999 }]), /changed while it was sent/);
  await assert.rejects(archive([{ ...entry, size: 200_001 }]), /changed while it was sent/);
});

test("the same entries are the same bytes", async () => {
  const entries: TarEntry[] = [{ ...owner, type: "file", path: "f", bytes: Buffer.from("same") }];
  assert.deepEqual(await archive(entries), await archive(entries));
});
