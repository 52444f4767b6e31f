// The log of a build over real HTTP, at replicas that share a database; the lines are written as a worker would.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";
import { BuildLogReader } from "../support/reader/build-log-reader.ts";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

interface Built {
  readonly url: string;
  readonly path: string;
  readonly buildId: string;
  readonly workspaceId: string;
}

async function aBuild(at = api): Promise<Built> {
  const { body } = await at.call("POST /v1/workspaces", { body: { template: "blank" } });
  const path = body.links.logs as string;
  return { url: at.url + path, path, buildId: body.build.id, workspaceId: body.id };
}

async function write(build: Built, from: number, to: number): Promise<void> {
  await api.pool.query(
    "insert into build_logs (build_id, seq, text) select $1, seq, 'line ' || seq from generate_series($2::int, $3::int) seq",
    [build.buildId, from, to],
  );
}

async function end(build: Built, status: string, error: string | null = null): Promise<void> {
  await api.pool.query(
    "update workspace_builds set status = $2, error = $3, finished_at = now() where id = $1",
    [build.buildId, status, error],
  );
}

function reader(build: Built, headers: Record<string, string> = {}, query = ""): Promise<BuildLogReader> {
  return new BuildLogReader().connect(build.url + query, { Authorization: `Bearer ${api.key}`, ...headers });
}

function lines(from: number, to: number): string[] {
  return Array.from({ length: to - from + 1 }, (_none, i) => `line ${from + i}`);
}

test("W3 the log streams while the build runs and ends by itself with how it ended", async () => {
  const build = await aBuild();
  const early = await reader(build);
  await write(build, 1, 3);
  await early.took(3);
  const late = await reader(build);
  await late.took(3);
  await write(build, 4, 5);
  await end(build, "failed", "`npm test` ended with exit code 1");
  for (const one of [early, late]) {
    await one.ended();
    assert.deepEqual(one.texts, lines(1, 5));
    assert.deepEqual(
      one.events.map((event) => event.id),
      ["1", "2", "3", "4", "5", null],
    );
    assert.deepEqual(one.events.at(-1), {
      type: "end",
      id: null,
      data: { status: "failed", error: "`npm test` ended with exit code 1" },
    });
    assert.equal(one.retryMs, null);
  }
  assert.equal(api.buildLogs.size, 0);
});

test("a reader goes on after the last line it knows, by header, which wins, or by query", async () => {
  const build = await aBuild();
  await write(build, 1, 1_300);
  await end(build, "succeeded");
  const cases: readonly [Record<string, string>, string, number][] = [
    [{}, "", 1],
    [{ "Last-Event-ID": "1298" }, "", 1_299],
    [{}, "?after=1200", 1_201],
    [{ "Last-Event-ID": "2" }, "?after=1200", 3],
    [{ "Last-Event-ID": "not ours" }, "?after=1200", 1],
    [{ "Last-Event-ID": "1300" }, "", 1_301],
    [{ "Last-Event-ID": "99999999" }, "", 1_301],
  ];
  for (const [headers, query, from] of cases) {
    const one = await reader(build, headers, query);
    await one.ended();
    assert.deepEqual(one.texts, lines(from, 1_300));
    assert.equal(one.events.at(-1)?.type, "end");
  }
});

test("a cut reader that resumes at another replica has each line once", async () => {
  const other = await startTestApi({ databaseUrl: api.databaseUrl });
  try {
    const build = await aBuild();
    await write(build, 1, 40);
    const first = await reader(build);
    await first.took(1);
    await first.cut();
    await write(build, 41, 60);
    await end(build, "succeeded");
    const id = first.events.at(-1)?.id as string;
    const second = await reader({ ...build, url: other.url + build.path }, { "Last-Event-ID": id });
    await second.ended();
    assert.deepEqual([...first.texts, ...second.texts], lines(1, 60));
  } finally {
    await other.stop();
  }
});

test("many readers of a build share one watch, and when they have gone nobody looks any more", async () => {
  const build = await aBuild();
  const readers = await Promise.all(Array.from({ length: 30 }, () => reader(build)));
  await write(build, 1, 2);
  await Promise.all(readers.map((one) => one.took(2)));
  assert.equal(api.buildLogs.size, 1);
  await Promise.all(readers.map((one) => one.cut()));
  while (api.buildLogs.size > 0) await new Promise(setImmediate);
});

test("O2 a replica that shuts down sends its readers away with retry:, and takes no new ones", async () => {
  const other = await startTestApi({ databaseUrl: api.databaseUrl });
  const build = await aBuild();
  await write(build, 1, 1);
  const one = await reader({ ...build, url: other.url + build.path });
  await one.took(1);
  other.buildLogs.close();
  await one.ended();
  assert.ok(Number(one.retryMs) >= 500);
  assert.deepEqual(one.texts, lines(1, 1));
  const refused = await other.call(`GET ${build.path}`, { key: api.key });
  assert.equal(`${refused.status} ${refused.body.code}`, "503 draining");
  await other.stop();
});

test("a workspace deleted under its reader ends the log in words", async () => {
  const build = await aBuild();
  await write(build, 1, 1);
  const one = await reader(build);
  await one.took(1);
  await api.pool.query("delete from workspaces where id = $1", [build.workspaceId]);
  await one.ended();
  assert.deepEqual(one.events.at(-1)?.data, { status: "cancelled", error: "the workspace was deleted" });
});

test("A2 A3 a build of another workspace, an unknown one and a wrong query are refused", async () => {
  const [build, other] = [await aBuild(), await aBuild()];
  const at = `/v1/workspaces/${build.workspaceId}/builds`;
  for (const id of [other.buildId, build.workspaceId, "1"]) {
    const { status, body } = await api.call(`GET ${at}/${id}/logs`);
    assert.equal(`${status} ${body.code}`, "404 build_not_found");
  }
  const wrong = await api.call(`GET ${build.path}?after=first`);
  assert.equal(`${wrong.status} ${wrong.body.errors[0].path}`, "400 after");
  const head = await api.call(`HEAD ${build.path}`);
  assert.equal(head.status, 200);
});
