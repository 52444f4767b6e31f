// Runs the commands of the compose file, with its environments, as plain processes on what the image would hold.
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createServer as createSocketServer } from "node:net";
import { dirname } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import pg from "pg";
import { startDemoModel } from "../../dev/demo-model/server.ts";
import {
  type ComposeFile,
  type ComposeService,
  exampleEnvironment,
  readComposeFile,
  serviceOf,
} from "./containers-compose.ts";
import { filesOfImage, layOutImage } from "./containers-image.ts";

/** Addresses inside the compose network, and what stands in for them here. */
type Substitutions = Readonly<Record<string, string>>;

// The compose file allows a minute (`start_period`, then six tries); twice that on a machine with other work.
const healthyWithinMs = 120_000;
const probePauseMs = 200;

test("migrate, api and worker start by their compose commands, answer a chat, and leave on SIGTERM", async (t) => {
  const model = await startDemoModel();
  t.after(() => model.stop());
  // As somebody fills in .env: a key and a compatible server. Which services get them is the file's own matter.
  const provider = { OPENAI_API_KEY: "demo", OPENAI_BASE_URL: `${model.url}/v1` };
  const file = readComposeFile({ ...exampleEnvironment, ...provider });
  const databaseUrl = await emptyDatabase(t);
  const image = layOutImage();
  t.after(() => rmSync(image, { recursive: true, force: true }));
  const filesBefore = filesOfImage(image);
  const ports = { api: await freePort(), worker: await freePort(), apiMetrics: await freePort() };
  const substitutions: Substitutions = {
    [serviceOf(file, "migrate").environment?.["DATABASE_URL"] ?? ""]: databaseUrl,
    "temporal:7233": required("EVERTURN_TEST_TEMPORAL_ADDRESS"),
    "3100": String(ports.api),
    "9464": String(ports.worker),
    "9465": String(ports.apiMetrics),
  };

  const surroundings = { file, image, substitutions };
  const migrate = start(t, "migrate", surroundings);
  assert.deepEqual(await exitOf(migrate), { code: 0, signal: null }, outputOf(migrate));

  const api = start(t, "api", surroundings);
  const worker = start(t, "worker", surroundings);
  await Promise.all([turnsHealthy(api), turnsHealthy(worker)]);
  const ready = await fetch(`http://127.0.0.1:${ports.api}/readyz`);
  assert.equal(ready.status, 200);
  assert.match(ready.headers.get("content-type") ?? "", /json/);
  assert.equal(typeof (await ready.json()), "object");
  // O1 The compose file lets others reach the API: its own page wants a key, the ports of the metrics do not.
  assert.equal((await fetch(`http://127.0.0.1:${ports.api}/metrics`)).status, 401);
  for (const port of [ports.worker, ports.apiMetrics]) {
    assert.match(await (await fetch(`http://127.0.0.1:${port}/metrics`)).text(), /everturn_/);
  }

  const page = await fetch(`http://127.0.0.1:${ports.api}/`);
  assert.match(
    await page.text(),
    /<script type="module"[^>]* src="\/assets\//,
    "the console is in the image",
  );

  const answered = await chatUntilAnswered(`http://127.0.0.1:${ports.api}`, "Say hello");
  assert.equal(answered.status, "waiting", JSON.stringify(answered));
  assert.ok(answered.messages.some(({ role }) => role === "assistant"));

  for (const started of [api, worker]) {
    started.child.kill("SIGTERM");
    assert.deepEqual(await exitOf(started), { code: 0, signal: null }, outputOf(started));
  }
  assert.deepEqual(filesOfImage(image), filesBefore, "a container's file system is read-only, except /tmp");
});

test("the health probe tells an answer from an error and from silence", async (t) => {
  const server = createServer((request, response) =>
    response.writeHead(request.url === "/ok" ? 200 : 503).end(),
  );
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const probe = async (url: string): Promise<unknown> => {
    const [code] = await once(spawn(process.execPath, ["deploy/probe.ts", url], { stdio: "ignore" }), "exit");
    return code;
  };
  assert.equal(await probe(`${address}/ok`), 0);
  assert.equal(await probe(`${address}/broken`), 1);
  assert.equal(await probe(`http://127.0.0.1:${await freePort()}/ok`), 1);
});

interface Surroundings {
  readonly file: ComposeFile;
  readonly image: string;
  readonly substitutions: Substitutions;
}

interface Started extends Surroundings {
  readonly name: string;
  readonly service: ComposeService;
  readonly child: ChildProcess;
  readonly output: string[];
}

/** Starts a service's command in the image's folder with the service's environment, and nothing of the test's own. */
function start(t: TestContext, name: string, surroundings: Surroundings): Started {
  const service = serviceOf(surroundings.file, name);
  const child = spawnInImage(surroundings, service.command ?? [], service);
  t.after(() => child.kill("SIGKILL"));
  const output: string[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream?.on("data", (chunk: Buffer) => output.push(chunk.toString()));
  return { ...surroundings, name, service, child, output };
}

function spawnInImage(
  surroundings: Surroundings,
  command: readonly string[],
  service: ComposeService,
): ChildProcess {
  const [program, ...args] = command.map((word) => substitute(word, surroundings.substitutions));
  const environment = Object.entries(service.environment ?? {}).map(([name, value]) => [
    name,
    substitute(value, surroundings.substitutions),
  ]);
  const env = { PATH: dirname(process.execPath), ...Object.fromEntries(environment) } as NodeJS.ProcessEnv;
  return spawn(program ?? "", args, { cwd: surroundings.image, env, stdio: ["ignore", "pipe", "pipe"] });
}

/** One pass over the text, whole words only: what was put in is not replaced again. */
function substitute(text: string, substitutions: Substitutions): string {
  const escaped = Object.keys(substitutions).map((from) => from.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const pattern = new RegExp(`(?<!\\d)(?:${escaped.join("|")})(?!\\d)`, "g");
  return text.replaceAll(pattern, (from) => substitutions[from] ?? from);
}

/** Runs the service's health check until it succeeds, as the engine would. */
async function turnsHealthy(started: Started): Promise<void> {
  const deadline = performance.now() + healthyWithinMs;
  const [, ...check] = started.service.healthcheck?.test ?? [];
  while (performance.now() < deadline) {
    assert.equal(started.child.exitCode, null, `${started.name} ended: ${outputOf(started)}`);
    const [code] = await once(spawnInImage(started, check, started.service), "exit");
    if (code === 0) return;
    await delay(probePauseMs);
  }
  assert.fail(`${started.name} did not turn healthy: ${outputOf(started)}`);
}

interface Answered {
  readonly status: string;
  readonly messages: readonly { readonly role: string }[];
}

/** Sends a message as the first admin and looks at the chat until the turn is over. */
async function chatUntilAnswered(url: string, content: string): Promise<Answered> {
  const headers = {
    authorization: `Bearer ${exampleEnvironment.EVERTURN_API_KEY}`,
    "content-type": "application/json",
  };
  const created = await fetch(`${url}/v1/chats`, {
    method: "POST",
    headers,
    body: JSON.stringify({ content }),
  });
  const chat = (await created.json()) as { id: string };
  assert.equal(created.status, 201, JSON.stringify(chat));
  const deadline = performance.now() + healthyWithinMs;
  for (;;) {
    const [{ status }, { messages }] = (await Promise.all(
      [`/v1/chats/${chat.id}`, `/v1/chats/${chat.id}/messages`].map(async (path) =>
        (await fetch(url + path, { headers })).json(),
      ),
    )) as [Answered, Answered];
    if (status !== "running" || performance.now() > deadline) return { status, messages };
    await delay(probePauseMs);
  }
}

async function exitOf(started: Started): Promise<{ code: number | null; signal: string | null }> {
  const { child } = started;
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  return { code: child.exitCode, signal: child.signalCode };
}

function outputOf(started: Started): string {
  return `${started.name} wrote:\n${started.output.join("").slice(-4_000)}`;
}

/** A database nobody has migrated yet, on the Postgres of the test run. */
async function emptyDatabase(t: TestContext): Promise<string> {
  const url = new URL(required("EVERTURN_TEST_DATABASE_URL"));
  const name = `everturn_containers_${process.pid}`;
  await runOn(url.href, `CREATE DATABASE ${name}`);
  t.after(() => runOn(url.href, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`));
  return new URL(`/${name}${url.search}`, url).href;
}

async function runOn(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

async function freePort(): Promise<number> {
  const server = createSocketServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}

function required(name: string): string {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set: run by npm test`);
  return value;
}
