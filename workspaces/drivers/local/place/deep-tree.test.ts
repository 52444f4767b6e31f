import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, lstatSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { giveTree, TreeCursor } from "../../../agent/files/place/tree-cursor.ts";
import { copyTemplate } from "./copy-template.ts";
import { removeTree } from "./remove-tree.ts";

// Six thousand bytes of path.
const levels = 120;
const name = "deep".repeat(12);

/** A chain of folders with a file at its end, and a name that is no UTF-8 at its top, made by going down step by step. */
async function aDeepTree(t: TestContext): Promise<{ folder: string; top: string }> {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-deep-"));
  t.after(async () => {
    await removeTree(folder);
    assert.equal(existsSync(folder), false);
  });
  const make = `
    const { mkdirSync, writeFileSync } = require("node:fs");
    mkdirSync("top");
    process.chdir("top");
    writeFileSync(Buffer.from("caf\\u00e9", "latin1"), "raw");
    for (let at = 0; at < ${levels}; at++) {
      mkdirSync("${name}");
      process.chdir("${name}");
    }
    writeFileSync("end.txt", "the end");`;
  execFileSync(process.execPath, ["-e", make], { cwd: folder });
  return { folder, top: path.join(folder, "top") };
}

/** What the file at the end of the chain holds, and whose it is. */
async function endOf(top: string): Promise<{ text: string; uid: number }> {
  const cursor = await TreeCursor.at(top);
  try {
    for (let at = 0; at < levels; at++) await cursor.enter(Buffer.from(name));
    const end = cursor.path(Buffer.from("end.txt")).toString();
    const read = `process.stdout.write(require("node:fs").readFileSync("end.txt"))`;
    const text = execFileSync(process.execPath, ["-e", read], { cwd: path.dirname(end), encoding: "utf8" });
    return { text, uid: lstatSync(end).uid };
  } finally {
    await cursor.close();
  }
}

test("W10 a tree deeper than a path may be long is copied, given away and removed", async (t) => {
  const { folder, top } = await aDeepTree(t);
  const to = path.join(folder, "copy");
  const lines: string[] = [];
  const { signal } = new AbortController();
  await copyTemplate({ from: top, to, owner: null, signal, log: (line) => lines.push(line) });
  assert.deepEqual(lines, ["Copied 2 files."]);
  assert.equal((await endOf(to)).text, "the end");
  const owner = process.getuid?.() === 0 ? 54_321 : lstatSync(to).uid;
  await giveTree(to, owner);
  assert.equal((await endOf(to)).uid, owner);
  await assert.rejects(rm(to, { recursive: true }), { code: "ENAMETOOLONG" });
  await removeTree(to);
  assert.equal(existsSync(to), false);
});
