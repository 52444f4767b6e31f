// Tests: what git says has changed in a workspace, over HTTP: a real API, Temporal, worker, agent and git in between.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { boundRetries } from "../../activities/attempt/bound-retries.ts";
import { createUseWorkspaceFiles } from "../../activities/use-workspace-files.ts";
import { changesBytesMax } from "../../core/chat/limits.ts";
import { createFileCaller } from "../../delivery/run-file-call.ts";
import { createLogger } from "../../platform/logger.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import type { WorkspaceDriver } from "../../workspaces/driver.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { createWorkers, type TestWorkers } from "../support/turn/test-workers.ts";
import { openTemporal, type TestTemporal } from "../support/turn/workflow-run.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

const taskQueue = `changes-${randomUUID()}`;
const agent = await AgentFixture.start({ after });
let database: TestDatabase;
let temporal: TestTemporal;
let pool: Pool;
let api: TestApi;
let workers: TestWorkers;
let running: Promise<void>;
let workspace: string;
const shutdown = new AbortController();

before(async () => {
  [database, temporal] = await Promise.all([createTestDatabase(), openTemporal()]);
  pool = createPool(database.url, 5);
  const logger = createLogger({ level: "silent", role: "worker" });
  const caller = { temporal: () => temporal.client, pool, taskQueue, heartbeatTimeoutMs: 5_000, logger };
  api = await startTestApi({ databaseUrl: database.url, runFileCall: createFileCaller(caller) });
  const address = agent.address({ after }, "unix");
  const useWorkspaceFiles = createUseWorkspaceFiles({
    store: api.deps.store,
    driver: { name: "local", connect: () => Promise.resolve(address) } as unknown as WorkspaceDriver,
    openAgent,
    teller: { tell: () => Promise.resolve() },
    files: api.deps.files,
    shutdown: shutdown.signal,
    failpoint: () => undefined,
  });
  workers = await createWorkers(temporal, taskQueue, {
    activities: { useWorkspaceFiles: boundRetries(useWorkspaceFiles) },
    beside: ["tools"],
  });
  running = workers.run();
  const { body } = await api.call("POST /v1/workspaces", { body: { template: "blank" } });
  workspace = body.id;
  await setStatus("running");
});

after(async () => {
  workers.shutdown();
  shutdown.abort();
  await running;
  await api.stop();
  await pool.end();
  await temporal.close();
  await database.drop();
});

beforeEach(() => {
  for (const name of readdirSync(agent.root)) rmSync(at(name), { recursive: true });
});

async function setStatus(status: string): Promise<void> {
  const change = "update workspaces set status = $2, agent_status = 'ready' where id = $1";
  await api.pool.query(change, [workspace, status]);
}

const changes = () => api.call(`GET /v1/workspaces/${workspace}/changes`);
const at = (path: string) => join(agent.root, path);
const write = (path: string, text: string) => writeFileSync(at(path), text);

function git(folder: string, ...args: string[]): void {
  const who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.com"];
  execFileSync("git", ["-C", at(folder), ...who, ...args], { stdio: "ignore" });
}

function commitAll(folder: string): void {
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", "first");
}

test("U3 a workspace's changes are those since the last commit, new files included and ignored ones not", async () => {
  write("a.txt", "one\ntwo\n");
  write("gone.txt", "bye\n");
  write(".gitignore", "*.log\n");
  commitAll(".");
  write("a.txt", "one\nTWO\n");
  write("new file.txt", "hello\n");
  write("run.log", "noise\n");
  rmSync(at("gone.txt"));
  git(".", "add", "a.txt");
  const { status, body } = await changes();
  assert.equal(status, 200);
  assert.equal(body.in_git, true);
  assert.equal(body.truncated, false);
  for (const line of ["-two", "+TWO", "--- a/a.txt", "+++ b/a.txt", "+hello", "--- a/gone.txt", "-bye"])
    assert.ok(body.diff.includes(`\n${line}`), line);
  assert.match(body.diff, /^\+\+\+ b\/new file\.txt/m);
  assert.doesNotMatch(body.diff, /run\.log/);
});

test("U3 a repository without a commit shows all of its files, and one in a folder shows paths from the workspace", async () => {
  mkdirSync(at("shop"));
  git("shop", "init", "-q");
  write("shop/main.c", "int main;\n");
  git("shop", "add", "-A");
  write("shop/new.c", "int x;\n");
  const { body } = await changes();
  assert.equal(body.in_git, true);
  assert.match(body.diff, /^\+\+\+ b\/shop\/main\.c$/m);
  assert.match(body.diff, /^\+\+\+ b\/shop\/new\.c$/m);
});

test("U3 a workspace that is not in git says so, and one that is clean has no changes", async () => {
  write("a.txt", "one\n");
  assert.deepEqual((await changes()).body, { in_git: false, diff: "", truncated: false });
  commitAll(".");
  assert.deepEqual((await changes()).body, { in_git: true, diff: "", truncated: false });
});

test("U3 a repository's own programs are not run to show its changes, and its index stays as it is", async () => {
  write("a.txt", "one\n");
  write(".gitattributes", "*.txt diff=spy\n");
  commitAll(".");
  const spy = `touch ${at("spied")}; cat`;
  for (const name of ["diff.external", "diff.spy.textconv", "diff.spy.command", "core.fsmonitor"])
    git(".", "config", name, spy);
  write("a.txt", "two\n");
  const index = readFileSync(at(".git/index"));
  const { body } = await changes();
  assert.match(body.diff, /^\+two$/m);
  assert.equal(existsSync(at("spied")), false);
  assert.deepEqual(readFileSync(at(".git/index")), index);
});

test("U3 changes beyond the limit are cut, and the answer says so", async () => {
  commitAll(".");
  write(
    "big.txt",
    "x"
      .repeat(99)
      .concat("\n")
      .repeat(changesBytesMax / 50),
  );
  const { body } = await changes();
  assert.equal(body.truncated, true);
  assert.ok(Buffer.byteLength(body.diff) <= changesBytesMax);
  assert.match(body.diff, /^\+x{99}$/m);
});

test("U3 the changes of a workspace that is stopped, or somebody else's, are refused in words", async () => {
  const other = await api.newKey();
  const asked = await api.call(`GET /v1/workspaces/${workspace}/changes`, { key: other.key });
  assert.equal(asked.body.code, "workspace_not_found");
  await setStatus("stopped");
  const { status, body } = await changes();
  assert.deepEqual([status, body.code], [409, "workspace_not_running"]);
  await setStatus("running");
});
