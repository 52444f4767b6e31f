import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Express } from "express";
import { Registry } from "prom-client";
import { createApp } from "../../api/app.ts";
import { serve } from "../../api/http/serve.ts";
import { buildLogEvents, chatEvents, feedEvents, terminalEvents } from "../../api/schemas/stream-events.ts";
import { createReadiness } from "../../api/start/readiness.ts";
import { warnOfSealedKeys } from "../../api/start/sealed-keys.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { createPool } from "../../store/database.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { renderCallList, writtenCallList } from "../support/docs/call-list.ts";
import { eventReferencePath, renderEventReference } from "../support/docs/event-reference.ts";

const anotherKey = createSecretBox({ secretKey: new Uint8Array(32).fill(9) });

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

interface Operation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly responses: Readonly<Record<string, unknown>>;
  /** Empty where everybody may call. */
  readonly security?: readonly unknown[];
}

/** What Express really serves, read from its router. */
function mounted(app: Express): string[] {
  const routes = app.router.stack.flatMap((layer) => layer.route ?? []);
  // The 405 behind each path is mounted for every method there is; a call of ours for one.
  const ours = routes.filter((route) => route.stack.length === 1);
  return ours.map((route) => `${route.stack[0]?.method} ${route.path.replace(/:(\w+)/g, "{$1}")}`).sort();
}

test("the document names exactly the routes that are mounted", async () => {
  const { body } = await api.call("GET /openapi.json", { key: null });
  const documented = Object.entries(body.paths as Record<string, object>).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method} ${path}`),
  );
  assert.deepEqual(documented.sort(), mounted(createApp({ ...api.deps, metrics: new Registry() })));
});

test("the document is OpenAPI 3.1: parameters of each path are described, each call says how it is refused", async () => {
  const { body } = await api.call("GET /openapi.json", { key: null });
  assert.match(body.openapi, /^3\.1/);
  const operationIds = new Set<string>();
  const paths = body.paths as Record<string, Record<string, Operation>>;
  for (const [path, methods] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(methods)) {
      assert.ok(!operationIds.has(operation.operationId), operation.operationId);
      operationIds.add(operation.operationId);
      const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
      const described = (operation.parameters ?? []).filter((one) => one.in === "path");
      assert.deepEqual(
        described.map((one) => one.name),
        named,
        `${method} ${path}`,
      );
      const isPublic = operation.security?.length === 0;
      if (path.startsWith("/v1/") && !isPublic) assert.ok(operation.responses["401"], `${method} ${path}`);
    }
  }
});

test("the document has every event of the streams as a component, and each stream refers to its own", async () => {
  const { body } = await api.call("GET /openapi.json", { key: null });
  const { schemas } = body.components;
  const streams = {
    "/v1/chats/{chat}/stream": chatEvents,
    "/v1/chats/watch": feedEvents,
    "/v1/workspaces/{workspace}/builds/{build}/logs": buildLogEvents,
    "/v1/workspaces/{workspace}/terminals/{terminal}/output": terminalEvents,
  };
  const componentOf = (ref: string) => schemas[ref.replace("#/components/schemas/", "")];
  for (const [path, events] of Object.entries(streams)) {
    const { schema } = body.paths[path].get.responses["200"].content["text/event-stream"];
    const refs = (componentOf(schema.$ref).oneOf as { $ref: string }[]).map(({ $ref }) => $ref);
    assert.deepEqual(
      refs.map((ref) => componentOf(ref).properties.event.const),
      Object.keys(events),
      path,
    );
    for (const ref of refs) assert.equal(componentOf(ref).properties.data.type, "object", ref);
  }
});

test("docs/events.md is what the schemas of the events say", () => {
  const words = "`node test/support/docs/event-reference.ts` writes the page anew";
  assert.equal(readFileSync(eventReferencePath, "utf8"), renderEventReference(), words);
});

test("docs/rest-api.md lists every call of the OpenAPI document", () => {
  assert.equal(writtenCallList(), renderCallList(), "renew it with `node test/support/docs/call-list.ts`");
});

test("the docs page and all it loads come from here, under a strict policy", async () => {
  const page = await api.call("GET /docs", { key: null });
  const policy = page.headers.get("content-security-policy") ?? "";
  assert.match(policy, /script-src 'self'/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
  const loaded = [...(page.body as string).matchAll(/(?:src|href)="([^"]+)"/g)].map(
    (match) => match[1] as string,
  );
  assert.ok(loaded.length >= 4);
  assert.doesNotMatch(page.body, /<script>|style=|onload=/);
  for (const path of loaded) {
    assert.ok(path.startsWith("/docs/"), path);
    const file = await api.call(`GET ${path}`, { key: null });
    assert.equal(file.status, 200, path);
  }
  assert.equal((await api.call("GET /docs/package.json", { key: null })).status, 404);
});

test("the first page says what this is and leads on", async () => {
  const { body, headers } = await api.call("GET /", { key: null });
  assert.match(headers.get("content-type") ?? "", /html/);
  assert.match(body, /Everturn 0\.\d+\.\d+[^]*\/docs/);
});

test("O1 health, readiness and metrics need no key", async () => {
  const health = await api.call("GET /healthz", { key: null });
  assert.equal(health.body.status, "ok");
  const ready = await api.call("GET /readyz", { key: null });
  assert.equal(ready.status, 200);
  const { checks, status } = ready.body;
  assert.deepEqual([checks.postgres.ok, checks.migrations.ok, checks.draining.ok], [true, true, true]);
  // Temporal is away, requests are accepted all the same.
  assert.deepEqual([status, checks.temporal.ok], ["degraded", false]);
  const metrics = await api.call("GET /metrics", { key: null });
  assert.match(
    metrics.body,
    /everturn_http_request_seconds_count\{method="GET",route="\/healthz",status="200"\} 1/,
  );
});

test("O1 where others can reach the API its metrics are for admins' keys alone", async () => {
  const open = await startTestApi({
    databaseUrl: api.databaseUrl,
    metricsNeedAdmin: true,
    temporalUiUrl: "http://127.0.0.1:1",
  });
  try {
    const member = await open.newKey();
    const status = async (key: string | null) => (await open.call("GET /metrics", { key })).status;
    const { body: chats } = await open.call("POST /v1/api-keys", { body: { name: "x", scope: "chats" } });
    const { body: read } = await open.call("POST /v1/api-keys", { body: { name: "x", scope: "read" } });
    assert.deepEqual(
      await Promise.all([null, "evt_wrong", member.key, chats.key, read.key, open.key].map(status)),
      [401, 401, 403, 403, 200, 200],
    );
    assert.equal((await open.call("GET /healthz", { key: null })).status, 200);
    assert.doesNotMatch((await open.call("GET /", { key: null })).body, /metrics|Temporal/);
  } finally {
    await open.stop();
  }
});

test("O1 without Postgres the replica is not ready, and its calls are refused as unavailable", async () => {
  const pool = createPool("postgres://nobody@127.0.0.1:1/none", 1);
  const pingTemporal = () => Promise.resolve();
  const readiness = createReadiness({ pool, pingTemporal, secrets: anotherKey, taskQueue: "none" });
  const report = await readiness.report();
  assert.equal(report.status, "not_ready");
  assert.deepEqual([report.checks.postgres.ok, report.checks.temporal.ok], [false, true]);
  assert.doesNotMatch(JSON.stringify(report), /127\.0\.0\.1|nobody/);
  await pool.end();
});

test("O1 another secret key than the stored API keys were sealed with is said in words, without names", async () => {
  const other = await startTestApi();
  try {
    const provider = {
      name: "secret-name",
      kind: "openai-compatible",
      base_url: "https://example.com",
      api_key: "k-123",
    };
    const made = await other.call("POST /v1/model-providers", { body: provider });
    assert.equal(made.status, 201, JSON.stringify(made.body));
    const right = await other.call("GET /readyz");
    assert.deepEqual(right.body.checks.secret_key, { ok: true });
    const pingTemporal = () => Promise.resolve();
    const probes = { pool: other.pool, pingTemporal, secrets: anotherKey, taskQueue: "none" };
    const report = await createReadiness(probes).report();
    assert.equal(report.status, "degraded");
    assert.match(
      report.checks.secret_key.detail ?? "",
      /^EVERTURN_SECRET_KEY does not open the stored API key of a model provider: start with the key that sealed/,
    );
    assert.doesNotMatch(JSON.stringify(report), /secret-name|k-123/);
    const said: unknown[] = [];
    const logger = { error: (...words: unknown[]) => void said.push(words) };
    await warnOfSealedKeys({ db: other.pool, secrets: anotherKey, logger });
    assert.deepEqual(said, [[{ providers: ["secret-name"] }, report.checks.secret_key.detail]]);
  } finally {
    await other.stop();
  }
});

test("while Postgres is away calls are answered 503, to be tried again", async () => {
  const pool = createPool("postgres://nobody@127.0.0.1:1/none", 1);
  const deps = { ...api.deps, store: { ...api.deps.store, pool }, metrics: new Registry() };
  const served = await serve(createApp(deps), { host: "127.0.0.1", port: 0 });
  try {
    const response = await fetch(`http://127.0.0.1:${served.port}/v1/chats`, {
      headers: { Authorization: `Bearer ${api.key}` },
    });
    const { code } = (await response.json()) as { code: string };
    assert.equal(`${response.status} ${code}`, "503 unavailable");
    assert.ok(Number(response.headers.get("retry-after")) > 0);
  } finally {
    await served.close(1_000);
    await pool.end();
  }
});

test("O6 A5 log lines carry request and chat, and neither text, search words nor keys", async () => {
  const lines: string[] = [];
  const other = await startTestApi({ onLog: (line) => lines.push(line) });
  const { body: chat } = await other.call("POST /v1/chats", {
    body: { content: "private words" },
    headers: { "X-Request-Id": "r-1" },
  });
  await other.call("GET /v1/chats?q=private", { headers: { "X-Request-Id": "r-2" } });
  await other.stop();
  const all = lines.join("");
  assert.doesNotMatch(all, /private/);
  assert.equal(all.includes(other.key), false);
  const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const created = logged.find((line) => line["request_id"] === "r-1");
  assert.deepEqual([created?.["chat_id"], created?.["status"]], [chat.id, 201]);
  assert.equal(logged.find((line) => line["request_id"] === "r-2")?.["path"], "/v1/chats");
});

test("O2 a draining server is not ready and takes no new work", async () => {
  const other = await startTestApi();
  try {
    other.deps.readiness.drain();
    const ready = await other.call("GET /readyz");
    assert.equal(`${ready.status} ${ready.body.checks.draining.ok}`, "503 false");
    const answer = await other.call("POST /v1/chats", { body: { content: "x" } });
    assert.equal(`${answer.status} ${answer.body.code}`, "503 draining");
    assert.ok(Number(answer.headers.get("retry-after")) > 0);
    assert.equal((await other.call("GET /healthz")).status, 200);
  } finally {
    await other.stop();
  }
});
