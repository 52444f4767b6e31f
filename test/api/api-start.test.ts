import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createServer } from "node:net";
import { after, before, test } from "node:test";
import { pino } from "pino";
import { type RunningApi, startApi } from "../../api/main.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { randomKey } from "../support/api.ts";
import { createTestDatabase, type TestDatabase } from "../support/database.ts";

const logger = pino({ level: "silent" });
const key = randomKey();
let database: TestDatabase;

before(async () => {
  database = await createTestDatabase();
});

after(() => database.drop());

function environment(more: Record<string, string> = {}) {
  return loadConfig({
    PORT: "0",
    DATABASE_URL: database.url,
    EVERTURN_SECRET_KEY: randomBytes(32).toString("base64"),
    EVERTURN_API_KEY: key,
    EVERTURN_DEFAULT_MODEL: "openai/test",
    // Nobody listens there: Temporal is away.
    TEMPORAL_ADDRESS: "127.0.0.1:1",
    ...more,
  });
}

async function running<T>(work: (api: RunningApi, url: string) => Promise<T>, more = {}): Promise<T> {
  const api = await startApi(environment(more), logger);
  try {
    return await work(api, `http://127.0.0.1:${api.port}`);
  } finally {
    await api.stop();
  }
}

const authorized = { Authorization: `Bearer ${key}`, "Content-Type": "application/json" };

async function post(url: string, body: object): Promise<{ status: number; body: { id: string } }> {
  const response = await fetch(url, { method: "POST", headers: authorized, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as { id: string } };
}

test("Q11 the API starts and accepts while Temporal cannot be reached; the delivery waits in the outbox", async () => {
  await running(async (_api, url) => {
    const created = await post(`${url}/v1/chats`, { content: "x" });
    assert.equal(created.status, 201);
    const ready = await fetch(`${url}/readyz`);
    const report = (await ready.json()) as { status: string };
    assert.equal(`${ready.status} ${report.status}`, "200 degraded");
  });
});

test("the default model and the admin key of the environment are seeded once, however often it starts", async () => {
  for (let i = 0; i < 2; i++) {
    await running(async (_api, url) => {
      const response = await fetch(`${url}/v1/model-configs`, { headers: authorized });
      const { items } = (await response.json()) as { items: { model: string; is_default: boolean }[] };
      assert.deepEqual(
        items.map((item) => [item.model, item.is_default]),
        [["test", true]],
      );
    });
  }
});

test("O2 on stopping, readers are told to come back elsewhere and nobody's stream stays open", async () => {
  const api = await startApi(environment(), logger);
  const url = `http://127.0.0.1:${api.port}`;
  const { body: chat } = await post(`${url}/v1/chats`, { content: "x" });
  const stream = await fetch(`${url}/v1/chats/${chat.id.toUpperCase()}/stream`, { headers: authorized });
  assert.match(stream.headers.get("content-type") ?? "", /^text\/event-stream/);
  const frames = stream.text();
  await api.stop();
  assert.match(await frames, /retry: ?\d+/);
});

test("Postgres unreachable at start is one clear message without the password", async () => {
  const DATABASE_URL = "postgres://user:secretpassword@127.0.0.1:1/none";
  await assert.rejects(startApi(environment({ DATABASE_URL }), logger), (error: Error) => {
    assert.equal(error.name, "StartError");
    assert.match(error.message, /Postgres cannot be reached at 127\.0\.0\.1:1\/none \(DATABASE_URL\)/);
    assert.doesNotMatch(error.message, /secretpassword/);
    return true;
  });
});

test("O3 a database without the schema is one clear message", async () => {
  const DATABASE_URL = new URL(database.url);
  DATABASE_URL.pathname = "/postgres";
  const start = startApi(environment({ DATABASE_URL: DATABASE_URL.href }), logger);
  await assert.rejects(start, /lacks migrations \(0001-chats\.sql.*everturn -- migrate/);
});

test("A6 listening beyond loopback without any key is refused", async () => {
  const empty = await createTestDatabase();
  try {
    const config = environment({ DATABASE_URL: empty.url, HOST: "0.0.0.0", EVERTURN_API_KEY: "" });
    await assert.rejects(startApi(config, logger), /no API key: set EVERTURN_API_KEY/);
    const withKey = await startApi({ ...config, apiKey: key }, logger);
    await withKey.stop();
  } finally {
    await empty.drop();
  }
});

test("a taken port is one clear message, and what was opened is closed again", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  const address = taken.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  await assert.rejects(startApi(environment({ PORT: String(port) }), logger), /port is taken\. Set PORT/);
  await new Promise((resolve) => taken.close(resolve));
});

test("a default model that names no provider is one clear message", async () => {
  const config = environment({ EVERTURN_DEFAULT_MODEL: "gpt" });
  await assert.rejects(startApi(config, logger), /EVERTURN_DEFAULT_MODEL.*expected openai\/<model>/);
});
