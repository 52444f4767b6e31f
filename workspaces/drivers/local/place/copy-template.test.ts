import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { WorkspaceError } from "../../../driver.ts";
import { copyTemplate } from "./copy-template.ts";
import { removeTree } from "./remove-tree.ts";

const signal = new AbortController().signal;

async function aTemplate(t: TestContext) {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-copy-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const from = path.join(folder, "template");
  await mkdir(path.join(from, "src"), { recursive: true });
  await writeFile(path.join(from, "src", "run.sh"), "echo hi\n");
  await chmod(path.join(from, "src", "run.sh"), 0o555);
  await writeFile(path.join(folder, "secret"), "secret");
  const lines: string[] = [];
  const copy = {
    from,
    to: path.join(folder, "files"),
    owner: null,
    signal,
    log: (line: string) => lines.push(line),
  };
  return { folder, from, copy, lines };
}

test("W1 a workspace begins with the template's files, which are its own to write", async (t) => {
  const { copy, lines } = await aTemplate(t);
  await copyTemplate(copy);
  assert.equal(await readFile(path.join(copy.to, "src", "run.sh"), "utf8"), "echo hi\n");
  assert.equal((await stat(path.join(copy.to, "src", "run.sh"))).mode & 0o777, 0o755);
  assert.deepEqual(lines, ["Copied 1 files."]);
});

test("W7 links that stay in the template stay links; those that lead out of it, and pipes, are left out and told", async (t) => {
  const { from, folder, copy, lines } = await aTemplate(t);
  await symlink("src/run.sh", path.join(from, "inside"));
  await symlink("../../secret", path.join(from, "src", "up"));
  await symlink(path.join(folder, "secret"), path.join(from, "absolute"));
  await symlink("..", path.join(from, "parent"));
  await copyTemplate(copy);
  assert.equal(await readlink(path.join(copy.to, "inside")), "src/run.sh");
  assert.deepEqual((await readdir(copy.to, { recursive: true })).toSorted(), ["inside", "src", "src/run.sh"]);
  assert.equal(lines.filter((line) => line.startsWith("Left out")).length, 3);
});

test("W2 a copy that was cut short is not there, and is done again", async (t) => {
  const { from, copy } = await aTemplate(t);
  await symlink("/nowhere", path.join(from, "absolute"));
  const abort = new AbortController();
  const reason = new Error("enough");
  const cut = copyTemplate({ ...copy, signal: abort.signal, log: () => abort.abort(reason) });
  await assert.rejects(cut, (error) => error === reason);
  assert.equal(existsSync(copy.to), false);
  await copyTemplate(copy);
  assert.deepEqual(await readdir(copy.to), ["src"]);
});

test("W1 without files it begins empty; with files that are gone it does not begin", async (t) => {
  const { copy, from } = await aTemplate(t);
  await rm(from, { recursive: true });
  await assert.rejects(copyTemplate(copy), WorkspaceError);
  await copyTemplate({ ...copy, from: null });
  assert.deepEqual(await readdir(copy.to), []);
});

test("W7 removing a tree follows no link, opens locked folders, and is done when nothing is there", async (t) => {
  const { folder, from } = await aTemplate(t);
  const locked = path.join(from, "src", "locked");
  await mkdir(locked);
  await writeFile(path.join(locked, "file"), "x");
  await symlink(folder, path.join(locked, "out"));
  await chmod(locked, 0o000);
  await removeTree(from);
  assert.equal(existsSync(from), false);
  assert.equal(await readFile(path.join(folder, "secret"), "utf8"), "secret");
  await removeTree(from);
});
