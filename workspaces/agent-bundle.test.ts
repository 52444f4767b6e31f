import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { promisify } from "node:util";
import { agentBundle } from "./agent-bundle.ts";

test("the agent's bundle is built once, and runs without anything else of this project", async (t) => {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-bundle-"));
  t.after(() => rm(folder, { recursive: true }));
  const [one, other] = await Promise.all([agentBundle(folder), agentBundle(folder)]);
  assert.deepEqual(one, other);
  const { mtimeMs, mode } = await stat(one.path);
  assert.equal(mode & 0o777, 0o644, "the users of workspaces can read it");
  await agentBundle(folder);
  assert.equal((await stat(one.path)).mtimeMs, mtimeMs);

  const alone = path.join(folder, "alone.mjs");
  await cp(one.path, alone);
  await assert.rejects(promisify(execFile)(process.execPath, [alone]), /the agent cannot start: --root/);
});
