// Tests: a whole Everturn on real parts: own database and task queue, API and workers as processes, a scripted model.
import { randomBytes, randomUUID } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import type { Chat } from "../../core/chat/message.ts";
import { type DemoModel, startDemoModel } from "../../dev/demo-model/server.ts";
import { COMPILE_CACHE } from "../../dev/stack-environment.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { createTestDatabase, type TestDatabase, testTemporalAddress } from "./database.ts";
import { ChatReader } from "./reader/chat-reader.ts";
import { type RunningRole, startRole } from "./roles/running-role.ts";
import { testDataFolder } from "./temporal-in-process.ts";
import { removeWorkspaces } from "./workspace/remove-workspaces.ts";

// Answers are JSON of any shape; each test knows what it asked for.
// oxlint-disable-next-line typescript/no-explicit-any
export type Json = any;

export interface EverturnOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Of the worker alone, such as a fail point. */
  readonly workerEnv?: Readonly<Record<string, string>>;
  readonly apiEnv?: Readonly<Record<string, string>>;
  readonly workers?: number;
  readonly liveBus?: "postgres" | "off";
  /** Another Temporal than the test run's. */
  readonly temporalAddress?: string;
  /** Another Postgres than the test run's: a database that is migrated already. */
  readonly databaseUrl?: string;
}

export interface Everturn {
  readonly model: DemoModel;
  readonly pool: Pool;
  readonly temporal: Client;
  readonly key: string;
  readonly url: string;
  readonly databaseUrl: string;
  /** Where the workspaces of the local driver are. */
  readonly workspacesDir: string;
  api: RunningRole;
  readonly workers: RunningRole[];
  /** Calls the API; throws unless the answer's status is 2xx. */
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  /** Calls the API and gives the answer whatever its status. */
  answer(method: string, path: string, body?: unknown): Promise<{ status: number; body: Json }>;
  createChat(content: string, more?: Record<string, unknown>): Promise<Chat>;
  reader(chatId: string): ChatReader;
  /** @param cli the `cli/main.ts` of another build */
  startWorker(env?: Readonly<Record<string, string>>, cli?: string): Promise<RunningRole>;
  /** What its processes get, for commands that a test runs. */
  readonly env: Readonly<Record<string, string>>;
  startApi(env?: Readonly<Record<string, string>>): Promise<RunningRole>;
  stop(): Promise<void>;
}

export interface EnvParts {
  readonly databaseUrl: string;
  readonly address: string;
  readonly model: DemoModel;
  readonly key: string;
  readonly workspacesDir: string;
}

/** Timeouts short enough for tests, with room for a slow machine where a healthy process must not be given up. */
export function testEnvironment({ databaseUrl, address, model, key, workspacesDir }: EnvParts) {
  return {
    PATH: process.env["PATH"] ?? "",
    HOME: process.env["HOME"] ?? "",
    HOST: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: address,
    EVERTURN_TASK_QUEUE: `test-${randomUUID()}`,
    EVERTURN_API_KEY: key,
    EVERTURN_SECRET_KEY: randomBytes(32).toString("base64"),
    EVERTURN_DATA_DIR: testDataFolder,
    NODE_COMPILE_CACHE: process.env["NODE_COMPILE_CACHE"] ?? COMPILE_CACHE,
    EVERTURN_WORKSPACES_DIR: workspacesDir,
    OPENAI_API_KEY: "demo",
    OPENAI_BASE_URL: `${model.url}/v1`,
    ANTHROPIC_API_KEY: "demo",
    ANTHROPIC_BASE_URL: model.url,
    EVERTURN_DEMO_MODEL: "1",
    // Only tests of titles have calls beside those of the turns.
    EVERTURN_TITLES: "words",
    EVERTURN_RETRY_BASE_MS: "50",
    EVERTURN_CHECKPOINT_MS: "200",
    EVERTURN_HEARTBEAT_TIMEOUT_MS: "3000",
    EVERTURN_RECONCILE_AFTER_MS: "3000",
    EVERTURN_SHUTDOWN_GRACE_MS: "10000",
    LOG_LEVEL: "warn",
  };
}

/** The first port is any free one; a restarted API keeps it, as it does behind a load balancer. */
async function startApiOn(port: number, env: Record<string, string>): Promise<RunningRole> {
  return startRole("api", { ...env, PORT: String(port) });
}

async function openDatabase(url: string | undefined): Promise<TestDatabase> {
  return url === undefined ? createTestDatabase() : { url, drop: () => Promise.resolve() };
}

/** Calls the API with the key and gives the answer whatever its status. */
export function createCaller(url: string, key: string): Everturn["answer"] {
  return async (method, path, body) => {
    const response = await fetch(url + path, {
      method,
      headers: {
        authorization: `Bearer ${key}`,
        ...(body !== undefined && { "content-type": "application/json" }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
}

/** The same, for answers that must be good ones. */
export function createStrictCaller(answer: Everturn["answer"]): Everturn["call"] {
  return async (method, path, body) => {
    const { status, body: answered } = await answer(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} answered ${status}: ${JSON.stringify(answered)}`);
    return answered;
  };
}

export async function startEverturn(options: EverturnOptions = {}): Promise<Everturn> {
  const database = await openDatabase(options.databaseUrl);
  const model = await startDemoModel();
  const address = options.temporalAddress ?? testTemporalAddress();
  const key = `evt_${randomBytes(16).toString("hex")}`;
  const workspacesDir = mkdtempSync(join(tmpdir(), "everturn-ws-"));
  const env = {
    ...testEnvironment({ databaseUrl: database.url, address, model, key, workspacesDir }),
    EVERTURN_LIVE_BUS: options.liveBus ?? "postgres",
    ...options.env,
  };
  const pool = createPool(database.url, 4);
  const connection = Connection.lazy({ address });
  const api = await startApiOn(0, { ...env, ...options.apiEnv });
  const port = api.port as number;
  const url = `http://127.0.0.1:${port}`;
  const workers: RunningRole[] = [];
  const readers: ChatReader[] = [];
  const answer = createCaller(url, key);
  const everturn: Everturn = {
    model,
    pool,
    key,
    url,
    databaseUrl: database.url,
    workspacesDir,
    api,
    workers,
    temporal: new Client({ connection }),
    answer,
    call: createStrictCaller(answer),
    createChat: (content, more = {}) => everturn.call("POST", "/v1/chats", { content, ...more }),
    reader(chatId) {
      const reader = new ChatReader(url, chatId, key);
      readers.push(reader);
      return reader;
    },
    env,
    async startWorker(more = {}, cli) {
      const worker = await startRole("worker", { ...env, ...more }, { cli });
      workers.push(worker);
      return worker;
    },
    async startApi(more = {}) {
      everturn.api = await startApiOn(port, { ...env, ...more });
      return everturn.api;
    },
    async stop() {
      for (const reader of readers) reader.close();
      await Promise.all([everturn.api.kill(), ...workers.map((worker) => worker.kill())]);
      await removeWorkspaces(workspacesDir);
      await Promise.all([connection.close(), pool.end(), model.stop()]);
      await database.drop();
    },
  };
  for (let i = 0; i < (options.workers ?? 1); i++) await everturn.startWorker({ ...options.workerEnv });
  return everturn;
}
