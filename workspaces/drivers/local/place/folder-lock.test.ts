import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { withFolderLock } from "./folder-lock.ts";

const fixture = fileURLToPath(new URL("folder-lock.fixture.ts", import.meta.url));
const signal = new AbortController().signal;

async function aLock(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-lock-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const lock = path.join(folder, "locks", "one");
  const file = path.join(folder, "number");
  await writeFile(file, "0");
  const start = (turns: number, wish = ""): ChildProcess =>
    spawn(process.execPath, [fixture, lock, file, String(turns), wish], { stdio: "inherit" });
  return { lock, file, start };
}

test("W2 turns of several processes never overlap, and nothing is left of them", async (t) => {
  const { lock, file, start } = await aLock(t);
  const ends = await Promise.all([8, 8, 8].map((turns) => once(start(turns), "exit")));
  assert.deepEqual(ends, [
    [0, null],
    [0, null],
    [0, null],
  ]);
  assert.equal(await readFile(file, "utf8"), "24");
  assert.equal(existsSync(lock), false);
});

test("W2 whoever died in its turn holds nobody up", async (t) => {
  const { lock, file, start } = await aLock(t);
  assert.deepEqual(await once(start(1, "die"), "exit"), [null, "SIGKILL"]);
  assert.equal(existsSync(lock), true);
  const turns = [1, 2, 3].map((turn) => withFolderLock(lock, signal, async () => turn));
  assert.deepEqual(await Promise.all(turns), [1, 2, 3]);
  assert.equal(await readFile(file, "utf8"), "1");
  assert.equal(existsSync(lock), false);
});

test("W2 who gives up waiting throws its reason; a turn that fails ends like any other", async (t) => {
  const { lock } = await aLock(t);
  const reason = new Error("enough");
  const abort = new AbortController();
  const failing = withFolderLock(lock, signal, async () => {
    const waiting = withFolderLock(lock, abort.signal, async () => "never");
    abort.abort(reason);
    await assert.rejects(waiting, (error) => error === reason);
    throw new Error("the work's own");
  });
  await assert.rejects(failing, /the work's own/);
  assert.equal(await withFolderLock(lock, signal, async () => "next"), "next");
});
