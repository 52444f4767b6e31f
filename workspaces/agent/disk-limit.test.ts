import assert from "node:assert/strict";
import { chmod, link, mkdir, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { DiskLimit } from "./disk-limit.ts";

const mib = 1024 * 1024;

async function aWorkspace(t: TestContext) {
  const root = await mkdtemp(path.join(tmpdir(), "everturn-disk-"));
  t.after(() => rm(root, { recursive: true, force: true }));
  const folders = ["files", "tmp"].map((name) => path.join(root, name));
  for (const folder of folders) await mkdir(folder);
  const [files = "", temporary = ""] = folders;
  const exceeded: string[] = [];
  let isBusy = false;
  const disk = new DiskLimit({
    folders,
    mib: 4,
    isBusy: () => isBusy,
    onExceeded: (words) => exceeded.push(words),
  });
  const begin = () => (isBusy = true);
  return { files, temporary, disk, begin, exceeded };
}

const isFull = {
  code: "no_space",
  message: "The workspace may use 4 MiB of disk, and they are used up.",
  hint: "Remove what is not needed, then try again.",
};

test("W10 what would be too much is not written, by a measurement made then", async (t) => {
  const { files, temporary, disk } = await aWorkspace(t);
  const write = (file: string, mibs: number) =>
    disk.write(mibs * mib, () => writeFile(file, Buffer.alloc(mibs * mib, 1)));
  await write(path.join(files, "a"), 3);
  await assert.rejects(write(path.join(files, "b"), 2), isFull);
  assert.deepEqual(await readdir(files), ["a"]);
  await rm(path.join(files, "a"));
  await write(path.join(files, "b"), 2);
  // Two at once have not room for both.
  const both = [1, 2].map((name) => write(path.join(files, `c${name}`), 1.5));
  assert.deepEqual((await Promise.allSettled(both)).map(({ status }) => status).toSorted(), [
    "fulfilled",
    "rejected",
  ]);
  // Whoever wrote it, and wherever.
  await writeFile(path.join(temporary, "d"), Buffer.alloc(5 * mib, 1));
  await assert.rejects(write(path.join(files, "e"), 2), isFull);
});

test("W10 a file with several names counts once, and one with holes as much as it takes", async (t) => {
  const { files, temporary, disk } = await aWorkspace(t);
  const nothing = () => Promise.resolve();
  await writeFile(path.join(files, "a"), Buffer.alloc(2 * mib, 1));
  await link(path.join(files, "a"), path.join(temporary, "b"));
  await writeFile(path.join(files, "holes"), "");
  await truncate(path.join(files, "holes"), 1024 * mib);
  await assert.rejects(disk.write(5 * mib, nothing), isFull);
  // 2 MiB are used.
  await disk.write(1 * mib, nothing);
  await assert.rejects(disk.write(3 * mib, nothing), isFull);
});

test("W10 a command under which the workspace grows beyond its limit is told, one that makes room is not", async (t) => {
  const { files, disk, begin, exceeded } = await aWorkspace(t);
  // More than there may be at all is refused after a measurement.
  const measured = () =>
    assert.rejects(
      disk.write(5 * mib, () => Promise.resolve()),
      isFull,
    );
  await writeFile(path.join(files, "a"), Buffer.alloc(6 * mib, 1));
  await measured();
  begin();
  await rm(path.join(files, "a"));
  await writeFile(path.join(files, "b"), Buffer.alloc(5 * mib, 1));
  await measured();
  await writeFile(path.join(files, "c"), Buffer.alloc(1 * mib, 1));
  await measured();
  assert.deepEqual(exceeded, [
    "The workspace may use 4 MiB of disk, and they are used up. The command was ended.",
  ]);
});

/** `du` is this script until the test is over. Gives the path of a file that exists once it has begun: a line each time. */
async function withDu(t: TestContext, script: string): Promise<string> {
  const bin = await mkdtemp(path.join(tmpdir(), "everturn-du-"));
  await writeFile(path.join(bin, "du"), `#!/bin/sh\ncd '${bin}'\necho >> begun\n${script}\n`);
  await chmod(path.join(bin, "du"), 0o755);
  const before = process.env["PATH"];
  process.env["PATH"] = `${bin}:${before}`;
  t.after(async () => {
    process.env["PATH"] = before;
    await rm(bin, { recursive: true });
  });
  return path.join(bin, "begun");
}

test("W10 a write waits a few seconds for a measurement, then writes unless the last one forbids it", async (t) => {
  const { files, disk } = await aWorkspace(t);
  await disk.write(mib, () => writeFile(path.join(files, "a"), Buffer.alloc(mib, 1)));
  await withDu(t, "while [ -e begun ]; do sleep 0.02; done");
  const unmeasured = await aWorkspace(t);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const tooMuch = disk.write(4 * mib, () => Promise.resolve());
  const written = unmeasured.disk.write(mib, () => Promise.resolve("written"));
  t.mock.timers.tick(5_000);
  await assert.rejects(tooMuch, isFull);
  assert.equal(await written, "written");
  // The next one need not wait: the clock stands still.
  assert.equal(await unmeasured.disk.write(mib, () => Promise.resolve("at once")), "at once");
});

test("W10 a measurement that fails is not made again for each write", async (t) => {
  // The rest after it is as many times as long.
  const begun = await withDu(t, "sleep 0.2; exit 1");
  const { disk } = await aWorkspace(t);
  for (const name of ["a", "b", "c"]) {
    assert.equal(await disk.write(mib, () => Promise.resolve(name)), name);
  }
  assert((await readFile(begun, "utf8")).length <= 2, "the one when it was opened, and one for a write");
});
