// Tests: `doctor` says what is wrong, and with each trouble what to do.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import {
  lookAtApi,
  lookAtClock,
  lookAtKey,
  lookAtMigrations,
  lookAtWorkers,
  type Server,
} from "../../cli/doctor/look-at-api.ts";
import { lookAtDisk } from "../../cli/doctor/look-at-disk.ts";
import { lookAtProviders } from "../../cli/doctor/look-at-providers.ts";
import { Everturn } from "../../client/index.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { startEverturn, type Everturn as World } from "../support/everturn.ts";

let world: World;
before(async () => {
  world = await startEverturn();
});
after(() => world.stop());

function serverAt(url: string, apiKey = world.key): Server {
  return { url, client: new Everturn({ baseUrl: url, apiKey, retriesMax: 0 }) };
}

/** A server that answers everything alike. */
async function stub(
  answer: { readonly status: number; readonly body?: object; readonly headers?: Record<string, string> },
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { "content-type": "application/json", ...answer.headers });
    response.end(JSON.stringify(answer.body ?? {}));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}

const NAMES = [
  "postgres",
  "migrations",
  "temporal",
  "secret_key",
  "workers",
  "own_tools",
  "files",
  "draining",
];

function readiness(faulty: string, detail: string): object {
  const checks = NAMES.map((name) => [name, name === faulty ? { ok: false, detail } : { ok: true }]);
  return { status: "not_ready", checks: Object.fromEntries(checks) };
}

test("a stack that works has nothing to be mended", async () => {
  const server = serverAt(world.url);
  assert.match(await lookAtApi(server), /is ready$/u);
  assert.match(await lookAtKey(server), /\(admin\), scope full$/u);
  assert.equal(await lookAtMigrations(server), "the database is up to date");
  assert.equal(await lookAtWorkers(server), "1 running");
  assert.equal(await lookAtClock(server), "as the server's");
});

test("an API that is away, a key that is refused and workers that are missing come with a way out", async () => {
  await assert.rejects(
    lookAtApi(serverAt("http://127.0.0.1:9")),
    /does not answer .* Start it with `npm start`/u,
  );
  await assert.rejects(
    lookAtKey(serverAt(world.url, "evt_wrong")),
    /Make another one with `npm run everturn -- keys`/u,
  );
  await Promise.all(world.workers.map((worker) => worker.stop()));
  await assert.rejects(lookAtWorkers(serverAt(world.url)), /none runs.*npm run everturn -- worker/u);
});

test("each check of an API that is not well comes with a way out", async () => {
  for (const name of NAMES) {
    await stub({ status: 503, body: readiness(name, "it is broken") }, async (url) => {
      const server = serverAt(url);
      const look = name === "migrations" ? lookAtMigrations : name === "workers" ? lookAtWorkers : lookAtApi;
      await assert.rejects(
        look(server),
        (error: Error) => /it is broken/u.test(error.message) && error.message.length > 60,
        name,
      );
    });
  }
});

test("a clock that is off is told in seconds", async () => {
  const date = new Date(Date.now() - 3_600_000).toUTCString();
  await stub({ status: 200, body: { status: "ok" }, headers: { date } }, async (url) => {
    await assert.rejects(lookAtClock(serverAt(url)), /differ by 3(?:599|600|601) s.*NTP/u);
  });
});

test("a disk that is nearly full is told while there is time", () => {
  const full = () => ({ bavail: 10, bsize: 4_096 });
  assert.throws(
    () => lookAtDisk("/nowhere/at/all", full as never),
    /0\.0 GiB free at \/,.*EVERTURN_DATA_DIR/u,
  );
  assert.match(lookAtDisk("."), /GiB free$/u);
});

test("a provider that refuses the key, has trouble or is away comes with a way out", async () => {
  const config = (url: string) =>
    loadConfig({
      DATABASE_URL: "postgres://127.0.0.1/x",
      EVERTURN_SECRET_KEY: Buffer.alloc(32).toString("base64"),
      OPENAI_API_KEY: "k",
      OPENAI_BASE_URL: url,
    });
  await stub({ status: 401 }, async (url) => {
    await assert.rejects(lookAtProviders(config(url)), /refuses the key \(401\)\. Set OPENAI_API_KEY/u);
  });
  await stub({ status: 503 }, async (url) => {
    await assert.rejects(lookAtProviders(config(url)), /answers 503.*try again by themselves/u);
  });
  await assert.rejects(lookAtProviders(config("http://127.0.0.1:9")), /does not answer.*OPENAI_BASE_URL/u);
  await stub({ status: 200 }, async (url) =>
    assert.equal(await lookAtProviders(config(url)), "openai answers (200)"),
  );
});
