// Tests: the files of a workspace over HTTP: a real API, Temporal, worker and agent in between.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { boundRetries } from "../../activities/attempt/bound-retries.ts";
import { createUseWorkspaceFiles } from "../../activities/use-workspace-files.ts";
import { workspaceFileBytesMax } from "../../core/chat/limits.ts";
import { createFileCaller } from "../../delivery/run-file-call.ts";
import { createLogger } from "../../platform/logger.ts";
import { PURGES } from "../../store/chat/departure/purge.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { WORKSPACE_FILES } from "../../workflows/contract.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";
import { type WorkspaceDriver, WorkspaceError } from "../../workspaces/driver.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";
import { onePng } from "../support/odd/file-bytes.ts";
import { createWorkers, type TestWorkers } from "../support/turn/test-workers.ts";
import { openTemporal, type TestTemporal } from "../support/turn/workflow-run.ts";
import { AgentFixture } from "../support/workspace/agent-fixture.ts";

const MIB = 1024 ** 2;
const taskQueue = `files-${randomUUID()}`;
const logger = createLogger({ level: "silent", role: "worker" });

const agent = await AgentFixture.start({ after });
let database: TestDatabase;
let temporal: TestTemporal;
let api: TestApi;
let pool: Pool;
let workers: TestWorkers;
let running: Promise<void>;
let workspace: string;
/** Thrown at the next fail point of this name: what the worker has done by then, it does not know. */
let failAt: string | null = null;
let silence: WorkspaceError | null = null;
const shutdown = new AbortController();

before(async () => {
  [database, temporal] = await Promise.all([createTestDatabase(), openTemporal()]);
  pool = createPool(database.url, 5);
  api = await startTestApi({
    databaseUrl: database.url,
    runFileCall: createFileCaller({
      temporal: () => temporal.client,
      pool,
      taskQueue,
      heartbeatTimeoutMs: 5_000,
      logger,
    }),
  });
  const address = agent.address({ after }, "unix");
  const driver = {
    name: "local",
    connect: () => (silence === null ? Promise.resolve(address) : Promise.reject(silence)),
  } as unknown as WorkspaceDriver;
  const useWorkspaceFiles = createUseWorkspaceFiles({
    store: api.deps.store,
    driver,
    openAgent,
    teller: { tell: () => Promise.resolve() },
    files: api.deps.files,
    shutdown: shutdown.signal,
    failpoint(name) {
      if (name !== failAt) return;
      failAt = null;
      throw new Error("the worker has died");
    },
  });
  workers = await createWorkers(temporal, taskQueue, {
    activities: { useWorkspaceFiles: boundRetries(useWorkspaceFiles) },
    beside: ["tools"],
  });
  running = workers.run();
  workspace = await newWorkspace();
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

/** One that runs, as its row says. */
async function newWorkspace(status = "running"): Promise<string> {
  const { body } = await api.call("POST /v1/workspaces", { body: { template: "blank" } });
  await api.pool.query("update workspaces set status = $2, agent_status = 'ready' where id = $1", [
    body.id,
    status,
  ]);
  return body.id;
}

const place = (path?: string, id = workspace) =>
  `/v1/workspaces/${id}/files${path === undefined ? "" : `?path=${encodeURIComponent(path)}`}`;

const put = (path: string, bytes: Uint8Array | string, id = workspace) =>
  api.call(`PUT ${place(path, id)}`, {
    text: bytes,
    headers: { "Content-Type": "application/octet-stream" },
  });

async function load(path: string, key = api.key) {
  const response = await fetch(api.url + place(path), { headers: { Authorization: `Bearer ${key}` } });
  const { status, headers } = response;
  return { status, headers, bytes: Buffer.from(await response.arrayBuffer()) };
}

const refusal = ({ status, body }: { status: number; body: { code: string } }) => `${status} ${body.code}`;

async function leftBehind(): Promise<unknown[]> {
  const { rows } = await api.pool.query(
    "select id from files where origin = 'transit' union all select id from workspace_file_calls",
  );
  return rows;
}

test("C5 bytes put into a workspace come back as they were: any bytes, as an attachment, and nothing stays behind", async () => {
  const bytes = randomBytes(3 * MIB + 17);
  const first = await put("data/new/dump.bin", bytes);
  assert.deepEqual(
    [first.status, first.body],
    [200, { path: "data/new/dump.bin", size: bytes.length, created: true }],
  );
  assert.ok(readFileSync(join(agent.root, "data/new/dump.bin")).equals(bytes));
  assert.equal((await put("data/new/dump.bin", "short")).body.created, false);
  const got = await load("data/new/dump.bin");
  assert.equal(got.bytes.toString(), "short");
  assert.equal(got.headers.get("content-type"), "application/octet-stream");
  assert.equal(got.headers.get("x-content-type-options"), "nosniff");
  assert.match(got.headers.get("content-disposition") ?? "", /^attachment; filename=dump\.bin$/);
  assert.equal((await put("empty", "")).body.size, 0);
  assert.equal((await load("empty")).bytes.length, 0);
  assert.deepEqual(await leftBehind(), []);
});

test("C5 a folder of a workspace is listed, its own folder where no path is given", async () => {
  mkdirSync(join(agent.root, "listed/deep"), { recursive: true });
  writeFileSync(join(agent.root, "listed/a.txt"), "four");
  symlinkSync("a.txt", join(agent.root, "listed/link"));
  const { body } = await api.call(`GET ${place("listed")}`);
  assert.deepEqual(body, {
    path: "listed",
    entries: [
      { name: "a.txt", type: "file", size: 4 },
      { name: "deep", type: "dir", size: null },
      { name: "link", type: "symlink", size: null },
    ],
    truncated: false,
  });
  const root = await api.call(`GET ${place()}`);
  assert.ok(root.body.entries.some(({ name }: { name: string }) => name === "listed"));
  assert.equal((await load("listed/link")).bytes.toString(), "four", "a link within is followed");
});

test("W7 no path leaves the workspace, to read or to write", async () => {
  symlinkSync("/etc", join(agent.root, "out"));
  for (const path of ["../outside", "/etc/passwd", "out/passwd", "data/../../outside", "out"]) {
    assert.equal(refusal(await api.call(`GET ${place(path)}`)), "400 path_refused", path);
    assert.equal(refusal(await put(path, "x")), "400 path_refused", path);
  }
});

test("C5 what cannot be read or written is refused in words, each with its code", async () => {
  mkdirSync(join(agent.root, "folder"));
  assert.equal(refusal(await api.call(`GET ${place("no/such")}`)), "404 path_not_found");
  assert.equal(refusal(await put("folder", "x")), "400 path_refused");
  assert.equal(refusal(await put("folder/", "x")), "400 path_refused");
  assert.equal(refusal(await put("missing/../a", "x")), "400 path_refused");
  assert.equal(refusal(await put("large", Buffer.alloc(10 * MIB + 1))), "413 body_too_large");
  for (const path of ["", "a\0b", "x".repeat(5_000)])
    assert.equal(refusal(await api.call(`GET ${place(path)}`)), "400 invalid_request", path.slice(0, 9));
  assert.equal(refusal(await api.call(`PUT ${place()}`, { text: "x" })), "400 invalid_request");
  const { truncate } = await import("node:fs/promises");
  writeFileSync(join(agent.root, "huge"), "");
  await truncate(join(agent.root, "huge"), workspaceFileBytesMax + 1);
  assert.equal(refusal(await api.call(`GET ${place("huge")}`)), "413 file_too_large");
  assert.deepEqual(await leftBehind(), []);
});

test("A2 the files of somebody else's workspace are not there", async () => {
  const { key } = await api.newKey();
  writeFileSync(join(agent.root, "mine.txt"), "mine");
  for (const what of [`GET ${place("mine.txt")}`, `PUT ${place("mine.txt")}`])
    assert.equal(
      refusal(await api.call(what, { key, text: what.startsWith("PUT") ? "x" : (undefined as never) })),
      "404 workspace_not_found",
    );
  const body = { path: "mine.txt" };
  assert.equal(refusal(await api.call(`POST ${place()}/attach`, { key, body })), "404 workspace_not_found");
  assert.equal(readFileSync(join(agent.root, "mine.txt"), "utf8"), "mine");
});

test("W9 a workspace that does not run refuses before a byte is sent, and says how it is", async () => {
  const stopped = await newWorkspace("stopped");
  for (const answer of [await api.call(`GET ${place("a", stopped)}`), await put("a", "x", stopped)]) {
    assert.equal(refusal(answer), "409 workspace_not_running");
    assert.match(answer.body.detail, /is stopped: start it/);
  }
});

test("W9 an agent that does not answer is a 503 with the driver's words, and nothing stays behind", async () => {
  const silent = await newWorkspace();
  silence = new WorkspaceError("agent_failed", "no socket");
  const answer = await put("a", "x", silent);
  silence = null;
  assert.equal(refusal(answer), "503 workspace_unreachable");
  assert.match(answer.body.detail, /does not answer: no socket/);
  assert.deepEqual(await leftBehind(), []);
});

test("W5 a worker that dies after a write, before it could say so: the next one answers, and writes nothing again", async () => {
  failAt = "fileCall:done";
  const answer = await put("once.txt", "once");
  assert.equal(failAt, null, "it has died");
  // A second write would have found the file there.
  assert.deepEqual([answer.status, answer.body], [200, { path: "once.txt", size: 4, created: true }]);
});

test("W5 a worker that dies before it has done anything is made up for", async () => {
  failAt = "fileCall:begun";
  assert.equal((await put("second.txt", "x")).status, 200);
  assert.equal(failAt, null);
});

test("C5 without a Temporal or a worker a request gives up in words, and what comes late changes nothing", async () => {
  const away = createFileCaller({
    temporal: () => null,
    pool: api.pool,
    taskQueue,
    heartbeatTimeoutMs: 5_000,
    logger,
  });
  const row = { id: workspace, owner_id: api.ownerId };
  const answer = await away(row, { kind: "write", path: "late", file_id: null });
  assert.deepEqual([answer.type, "fault" in answer && answer.fault], ["fault", "unreachable"]);
  // A run that somebody starts for it now finds nothing to do.
  await temporal.client.workflow.execute(WORKSPACE_FILES, {
    taskQueue,
    workflowId: randomUUID(),
    args: [{ call_id: randomUUID(), heartbeat_timeout_ms: 5_000 }],
  });
  assert.deepEqual(await leftBehind(), []);
});

test("C5 one of the user's files is copied into a workspace, and a workspace's file becomes one of the user's", async () => {
  const csv = "city,people\nBern,134\n";
  const headers = { "Content-Type": "text/csv" };
  const { body: stored } = await api.call("POST /v1/files?name=table.csv", { text: csv, headers });
  const save = (body: object) => api.call(`POST ${place()}`, { body });
  assert.deepEqual((await save({ file_id: stored.id })).body, {
    path: "table.csv",
    size: csv.length,
    created: true,
  });
  assert.equal((await save({ file_id: stored.id, path: "in/t.csv" })).body.path, "in/t.csv");
  assert.equal(readFileSync(join(agent.root, "in/t.csv"), "utf8"), csv);
  assert.equal(refusal(await save({ file_id: randomUUID() })), "404 file_not_found");
  assert.equal(refusal(await save({ file_id: stored.id, path: "../t.csv" })), "400 path_refused");

  writeFileSync(join(agent.root, "chart.png"), onePng);
  const attach = (body: object) => api.call(`POST ${place()}/attach`, { body });
  const { status, body: chart } = await attach({ path: "chart.png" });
  assert.deepEqual(
    [status, chart.name, chart.media_type, chart.origin],
    [201, "chart.png", "image/png", "upload"],
  );
  assert.equal((await attach({ path: "in/t.csv", name: "renamed.csv" })).body.media_type, "text/csv");
  writeFileSync(join(agent.root, "program"), Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0, 0, 0]));
  assert.equal(refusal(await attach({ path: "program" })), "400 file_refused");
  assert.equal(refusal(await attach({ path: "in" })), "400 path_refused");
  assert.equal(refusal(await attach({ path: "nowhere" })), "404 path_not_found");
  writeFileSync(join(agent.root, "large.txt"), Buffer.alloc(10 * MIB + 1, "x"));
  assert.equal(refusal(await attach({ path: "large.txt" })), "413 file_too_large");
  // Copied: its bytes in the workspace may change.
  assert.deepEqual(await leftBehind(), []);
});

test("C5 what an API that has died left of such requests is removed an hour later", async () => {
  await api.pool.query(
    `insert into workspace_file_calls (id, workspace_id, kind, path, created_at)
     values ($1, $3, 'look', 'a', now()), ($2, $3, 'look', 'a', now() - interval '2 hours')`,
    [randomUUID(), randomUUID(), workspace],
  );
  await api.pool.query(
    `insert into files (id, owner_id, name, media_type, origin, last_used_at)
     values ($1, $2, 'x', 'x', 'transit', now() - interval '2 hours')`,
    [randomUUID(), api.ownerId],
  );
  for (const purge of Object.values(PURGES)) await purge(api.pool);
  assert.equal((await leftBehind()).length, 1, "the young one");
  await api.pool.query("delete from workspace_file_calls");
  const { body } = await api.call("GET /v1/files");
  assert.ok(body.items.every(({ origin }: { origin: string }) => origin !== "transit"));
});
