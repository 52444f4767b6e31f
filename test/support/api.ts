// Test support: the API in this process on a free port, on a database of its own, with Temporal away: what it accepts
// then is what it accepts always (SPEC Q11). Every answer is held against the documented schema.

import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { Registry } from "prom-client";
import { createTurnStreams } from "../../api/ai-sdk/turn-streams.ts";
import { allRoutes } from "../../api/all-routes.ts";
import { createApp } from "../../api/app.ts";
import type { ApiDeps } from "../../api/deps.ts";
import { createKeyLookup } from "../../api/http/access/key-lookup.ts";
import { createReadRights } from "../../api/http/access/read-rights.ts";
import { PROBLEM_CONTENT_TYPE } from "../../api/http/problem.ts";
import { serve } from "../../api/http/serve.ts";
import { problem } from "../../api/schemas/common.ts";
import { createSignIn, type SignIn } from "../../api/sign-in/sign-in.ts";
import { createListTools } from "../../api/start/list-tools.ts";
import { createReadiness } from "../../api/start/readiness.ts";
import { Hubs } from "../../api/streams/chat/hubs.ts";
import { createStreamChat } from "../../api/streams/chat/stream-chat.ts";
import { type Feeds, openFeeds } from "../../api/streams/feed/feed-watch.ts";
import { StreamGate, type StreamGateInput } from "../../api/streams/stream-gate.ts";
import { type BuildLogs, openBuildLogs } from "../../api/streams/workspace/build-log-watch.ts";
import { openTerminals, type Terminals } from "../../api/streams/workspace/open-terminals.ts";
import type { UserRole } from "../../core/access/access.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import { createDeliverer } from "../../delivery/deliver-outbox.ts";
import { createFileCaller } from "../../delivery/run-file-call.ts";
import { createWorkspaceTeller } from "../../delivery/tell-workspace.ts";
import { openApiMcp } from "../../mcp/open-mcp.ts";
import { loadConfig } from "../../platform/config/config.ts";
import type { SignInConfig } from "../../platform/config/sign-in-config.ts";
import { createSchemaChecker } from "../../platform/json-schema/schema-checker.ts";
import { createLogger, type Logger } from "../../platform/logger.ts";
import { createSecretBox } from "../../platform/secrets/secret-box.ts";
import { createApiKey } from "../../store/access/api-keys.ts";
import { readUsableShares } from "../../store/access/shares.ts";
import { createUser } from "../../store/access/users.ts";
import { createPool, type Pool, type Queryable } from "../../store/database.ts";
import { createFileShelf, type FileShelf } from "../../store/file/file-shelf.ts";
import type { S3Settings } from "../../store/file/s3-blobs.ts";
import { seedModelConfigs } from "../../store/model/seed-models.ts";
import { listBuilds } from "../../store/presence/worker-builds.ts";
import type { Store } from "../../store/store.ts";
import { createOffBus, createPostgresBus } from "../../store/stream/live-bus.ts";
import { resolveProjectPath } from "../../tools/context/project-root.ts";
import { activeTools } from "../../tools/registry.ts";
import { listDeploymentSkills } from "../../tools/skills/skills-shelf.ts";
import { createTemplateShelf } from "../../workspaces/templates/templates.ts";
import { createTestDatabase, type TestDatabase } from "./database.ts";

/** A worker that was not seen for this long is gone. */
const buildLostMs = 30_000;

export interface CallOptions {
  readonly body?: unknown;
  /** Sent instead of `body`, as it is. */
  readonly text?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Null: no key is sent. */
  readonly key?: string | null;
}

// Answers are JSON of any shape; each test knows what it asked for.
// oxlint-disable-next-line typescript/no-explicit-any
type Json = any;

export interface Called {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Json;
}

export interface TestApi {
  readonly url: string;
  readonly deps: ApiDeps;
  readonly buildLogs: BuildLogs;
  readonly feeds: Feeds;
  readonly hubs: Hubs;
  readonly streams: StreamGate;
  readonly databaseUrl: string;
  readonly pool: Pool;
  readonly ownerId: string;
  readonly key: string;
  /** Calls with the first user's key unless told otherwise: `call("POST /v1/chats", {body})`. */
  call(what: string, options?: CallOptions): Promise<Called>;
  newKey(role?: UserRole): Promise<{ key: string; keyId: string; userId: string }>;
  stop(): Promise<void>;
}

export interface TestApiSettings {
  readonly projectRoots?: readonly string[];
  readonly rateLimits?: Partial<ApiDeps["rateLimits"]>;
  readonly trustedProxies?: readonly string[];
  readonly workspacesPerUserMax?: number;
  readonly queuedMessagesMax?: number;
  readonly fileBytesPerUserMax?: number;
  /** Absent: files stay in Postgres. */
  readonly objectStore?: S3Settings;
  readonly metricsNeedAdmin?: boolean;
  /** Absent: the first page is one of links. */
  readonly console?: ApiDeps["console"];
  readonly temporalUiUrl?: string;
  /** Beside the defaults: no issuer and no other origins. */
  readonly signIn?: Partial<SignInConfig>;
  /** The clock of tokens and of the issuer's keys. */
  readonly now?: () => number;
  /** Absent: no environment provider has a key, and each test of a provider answers. */
  readonly models?: ApiDeps["models"];
  /** Absent: there is no Temporal, and so no answer. */
  readonly runFileCall?: ApiDeps["runFileCall"];
  /** Of MCP servers; absent: programs may be started, and servers be on this machine. */
  readonly mcp?: Partial<Pick<ApiDeps["mcp"], "addressRules" | "allowStdio">>;
  /** Absent: the product's own. */
  readonly templatesDir?: string;
  /** Absent: there are no skills. */
  readonly skillsDir?: string;
  /** Absent: off; then streams of chats are not served either. */
  readonly liveBus?: "postgres";
  /** How long hubs and feeds stay that nobody reads; absent: the product's own. */
  readonly lingerMs?: number;
  readonly streams?: Partial<StreamGateInput>;
  /** Of the feeds; absent: the product's own. */
  readonly feedPollMs?: number;
  /** What the feeds ask goes through here. */
  readonly feedDb?: (pool: Pool) => Queryable;
  /** Of another test API, to be its second replica; absent: a database of its own. */
  readonly databaseUrl?: string;
  /** Gets each log line; nothing is logged without it. */
  readonly onLog?: (line: string) => void;
}

/** Without them there is no configuration, whatever its defaults. */
const neededVariables = {
  DATABASE_URL: "postgres://127.0.0.1/test",
  EVERTURN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
};
const testSecrets = createSecretBox({ secretKey: new Uint8Array(32).fill(7) });

const builtIn = () => Promise.resolve(activeTools({ projectPath: null }));

/** The client of MCP itself; programs may be started, and servers be on this machine. */
function testMcp(pool: Pool, settings: TestApiSettings): ApiDeps["mcp"] {
  const logger = loggerOf(settings);
  const place = { addressRules: { allowPrivate: true }, allowStdio: true, ...settings.mcp };
  return openApiMcp({ ...place, db: pool, secrets: testSecrets, logger });
}

export const testModels: ApiDeps["models"] = {
  secrets: testSecrets,
  environment: {},
  addressRules: { allowPrivate: false },
  testProvider: (_source, model) =>
    Promise.resolve({ ok: true, latency_ms: 1, message: `${model} answered.` }),
};

export async function startTestApi(settings: TestApiSettings = {}): Promise<TestApi> {
  const database = await openDatabase(settings.databaseUrl);
  const pool = createPool(database.url, 10);
  const logger = createLogger({ level: "silent", role: "api" });
  const links = { temporal: () => null };
  const buildLogs = openBuildLogs({ db: pool, logger });
  const bus = await openBus(database.url, settings);
  const terminals = openTerminals({ db: pool, bus, logger });
  const db = settings.feedDb?.(pool) ?? pool;
  const { feedPollMs: pollMs, lingerMs = 5_000 } = settings;
  const feeds = openFeeds({ db, bus, links, logger, lingerMs, pollMs });
  const readEpisodes = () => Promise.resolve([]);
  const hubs = new Hubs({ db: pool, bus, readEpisodes, links, logger, lingerMs });
  const signInConfig = { ...loadConfig(neededVariables).signIn, ...settings.signIn };
  const readRights = createReadRights({ db: pool, sessionIdleS: signInConfig.sessionIdleS });
  const streams = new StreamGate({
    readRights,
    readUsableShares: (ids) => readUsableShares(pool, ids),
    perKeyMax: 10_000,
    perUserMax: 10_000,
    perReplicaMax: 20_000,
    logger,
    ...settings.streams,
  });
  const signIn = await createSignIn({
    config: signInConfig,
    pool,
    logger: loggerOf(settings),
    secrets: testSecrets,
    readRights,
    wrongKeysPerMinuteMax: 1_000,
    ...settings.rateLimits,
    ...(settings.now !== undefined && { now: settings.now }),
  });
  const deps = testDeps({ pool, buildLogs, terminals, feeds, hubs, streams, signIn, bus }, settings);
  await seedModelConfigs(pool, [{ name: "Test model", provider: "openai", model: "test" }]);
  const newKey = async (role: UserRole = "member") => {
    const user = await createUser(pool, { name: role, role });
    const key = randomKey();
    const keyId = await createApiKey(pool, { user_id: user.id, name: "test", key });
    return { key, keyId, userId: user.id };
  };
  const owner = await newKey("admin");
  const served = await serve(createApp(deps), { host: "127.0.0.1", port: 0 });
  const url = `http://127.0.0.1:${served.port}`;
  return {
    url,
    deps,
    buildLogs,
    feeds,
    hubs,
    streams,
    databaseUrl: database.url,
    pool,
    ownerId: owner.userId,
    key: owner.key,
    newKey,
    call: (what, options = {}) => callApi(deps, url, { what, key: owner.key, ...options }),
    async stop() {
      streams.close();
      for (const each of [buildLogs, terminals, feeds, hubs]) each.close();
      await served.close(1_000);
      await bus.close();
      await pool.end();
      await database.drop();
    },
  };
}

async function openDatabase(url: string | undefined): Promise<TestDatabase> {
  return url === undefined ? createTestDatabase() : { url, drop: () => Promise.resolve() };
}

function loggerOf({ onLog }: TestApiSettings): Logger {
  const level = onLog === undefined ? "silent" : "debug";
  return createLogger({ level, role: "api" }, { write: (line) => onLog?.(line) });
}

async function openBus(databaseUrl: string, { liveBus }: TestApiSettings): Promise<LiveBus> {
  if (liveBus === undefined) return createOffBus();
  const bus = createPostgresBus({ databaseUrl, logger: createLogger({ level: "silent", role: "api" }) });
  await bus.ready;
  return bus;
}

interface TestParts {
  readonly pool: Pool;
  readonly buildLogs: BuildLogs;
  readonly terminals: Terminals;
  readonly feeds: Feeds;
  readonly hubs: Hubs;
  readonly streams: StreamGate;
  readonly signIn: SignIn;
  readonly bus: LiveBus;
}

function testFiles(pool: Pool, settings: TestApiSettings): FileShelf {
  return createFileShelf(pool, {
    bytesPerUserMax: settings.fileBytesPerUserMax ?? 1024 ** 3,
    objectStore: settings.objectStore ?? null,
  });
}

function testReadiness(pool: Pool, files: FileShelf) {
  return createReadiness({
    pool,
    pingTemporal: () => Promise.reject(new Error("away")),
    pingFiles: files.ping,
    secrets: testSecrets,
    taskQueue: "none",
  });
}

function testTerminals(terminals: Terminals, terminalBus: LiveBus) {
  return { openTerminal: async () => false, terminals, terminalBus, terminalsPerWorkspaceMax: 8 };
}

function testDeps(
  { pool, buildLogs, terminals, feeds, hubs, streams, signIn, bus }: TestParts,
  settings: TestApiSettings,
): ApiDeps {
  const store: Store = {
    pool,
    announce: (change) => bus.publish(change),
    queuedMessagesMax: settings.queuedMessagesMax ?? 20,
    workspacesPerUserMax: settings.workspacesPerUserMax ?? 10_000,
  };
  const logger = loggerOf(settings);
  const files = testFiles(pool, settings);
  const rateLimits = {
    requestsPerMinuteMax: 100_000,
    addressRequestsPerMinuteMax: 100_000,
    wrongKeysPerMinuteMax: 1_000,
    ...settings.rateLimits,
  };
  const keys = createKeyLookup(pool, logger, rateLimits);
  const shown = { showTitles: false, consoleUrl: null, heartbeatTimeoutMs: 5_000 };
  const temporalAway = { ...shown, temporal: () => null, failpoint: () => undefined, taskQueue: "test" };
  return {
    store,
    logger,
    metrics: new Registry(),
    deliverer: createDeliverer({ ...temporalAway, store, logger }),
    readiness: testReadiness(pool, files),
    links: { temporal: () => null },
    templates: createTemplateShelf(settings.templatesDir ?? "templates"),
    files,
    listSkills: () => listDeploymentSkills(settings.skillsDir),
    schemas: createSchemaChecker(),
    ...createListTools({ db: pool, taskQueue: "none", builtIn }),
    listWorkerBuilds: () => listBuilds(pool, "test", buildLostMs),
    workspaceTeller: createWorkspaceTeller({ ...temporalAway, store, logger }),
    runFileCall: settings.runFileCall ?? createFileCaller({ ...temporalAway, pool, logger }),
    workspaceLink: () => null,
    workspaceDriver: "local",
    ...testTerminals(terminals, bus),
    buildLogs,
    feeds,
    resolveProjectPath: (path) => resolveProjectPath(path, settings.projectRoots ?? []),
    streams,
    streamChat:
      settings.liveBus === undefined
        ? ({ response }) => Promise.resolve(void response.end())
        : createStreamChat({ store, hubs, bus, logger }),
    streamTurn: createTurnStreams({ store, hubs, bus, logger }),
    metricsNeedAdmin: settings.metricsNeedAdmin ?? false,
    signIn,
    keys,
    accessChanged() {
      keys.forget();
      signIn.forget();
      void streams.recheck();
    },
    rateLimits,
    trustedProxies: settings.trustedProxies ?? [],
    models: settings.models ?? testModels,
    mcp: testMcp(pool, settings),
    console: settings.console ?? null,
    temporalUiUrl: settings.temporalUiUrl ?? null,
  };
}

async function callApi(
  deps: ApiDeps,
  url: string,
  call: CallOptions & { readonly what: string },
): Promise<Called> {
  const [method, path] = call.what.split(" ") as [string, string];
  const text = call.text ?? (call.body === undefined ? undefined : JSON.stringify(call.body));
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(call.key != null && { Authorization: `Bearer ${call.key}` }),
      ...(text !== undefined && { "Content-Type": "application/json" }),
      ...call.headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const raw = await response.text();
  const type = response.headers.get("content-type") ?? "";
  const body: Json = type.includes("json") ? JSON.parse(raw) : raw;
  if (method !== "HEAD") holdAgainstDocument(deps, { method, path, status: response.status, type, body });
  return { status: response.status, headers: response.headers, body };
}

/** Success answers must be exactly what the document says, refusals problem documents with their own status in them. */
function holdAgainstDocument(
  deps: ApiDeps,
  answer: { method: string; path: string; status: number; type: string; body: Json },
): void {
  const where = `${answer.method} ${answer.path} → ${answer.status}`;
  if (answer.status >= 400 && answer.path !== "/readyz") {
    assert.ok(answer.type.startsWith(PROBLEM_CONTENT_TYPE), `${where} is a ${answer.type}`);
    assert.equal(problem.parse(answer.body).status, answer.status);
    return;
  }
  const path = (answer.path.split("?")[0] as string).split("/");
  const route = allRoutes(deps).find((each) => {
    const steps = each.path.split("/");
    const fits =
      steps.length === path.length && steps.every((step, i) => step.startsWith("{") || step === path[i]);
    return fits && each.method === answer.method.toLowerCase();
  });
  if (route === undefined) return;
  const spec = route.responses[answer.status];
  assert.ok(spec !== undefined, `${where} is not documented`);
  const isBytes = spec.or_bytes === true && answer.type.startsWith("application/octet-stream");
  const parsed = isBytes ? undefined : spec.schema?.safeParse(answer.body);
  assert.ok(
    parsed === undefined || parsed.success,
    `${where} differs from its schema: ${parsed?.error?.message}`,
  );
}

/** A key that nobody has yet. */
export function randomKey(): string {
  return `evt_${randomBytes(32).toString("base64url")}`;
}
