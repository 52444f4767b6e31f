// Builds and starts one replica of the API. Nothing else in this room builds things or joins rooms.
import { Client } from "@temporalio/client";
import type { LiveBus } from "../core/stream/bus-message.ts";
import { createDeliverer } from "../delivery/deliver-outbox.ts";
import { createTerminalOpener } from "../delivery/open-terminal.ts";
import { createFileCaller } from "../delivery/run-file-call.ts";
import { createWorkspaceTeller } from "../delivery/tell-workspace.ts";
import { StartError } from "../dev/start-error.ts";
import type { Config } from "../platform/config/config.ts";
import { createFailpoint } from "../platform/failpoint.ts";
import { createSchemaChecker } from "../platform/json-schema/schema-checker.ts";
import type { Logger } from "../platform/logger.ts";
import { createMetricsRegistry, exposeReadings, serveMetrics } from "../platform/metrics.ts";
import { consoleFolder } from "../platform/programs/console-folder.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import { connectTemporal } from "../platform/temporal.ts";
import { seedAdminKey } from "../store/access/seed-admin.ts";
import { createPool, type Pool } from "../store/database.ts";
import { createFileShelf } from "../store/file/file-shelf.ts";
import { createModelBook } from "../store/model/model-book.ts";
import { seedModelConfigs } from "../store/model/seed-models.ts";
import { listBuilds } from "../store/presence/worker-builds.ts";
import type { Store } from "../store/store.ts";
import { busReadings } from "../store/stream/bus-readings.ts";
import { type BusCounts, createOffBus, createPostgresBus } from "../store/stream/live-bus.ts";
import { resolveProjectPath } from "../tools/context/project-root.ts";
import { listDeploymentSkills } from "../tools/skills/skills-shelf.ts";
import { createTemplateShelf } from "../workspaces/templates/templates.ts";
import { createTurnStreams } from "./ai-sdk/turn-streams.ts";
import { createApp } from "./app.ts";
import type { ApiDeps, ModelSettings } from "./deps.ts";
import { createReadRights } from "./http/access/read-rights.ts";
import { ListenError, type Served, serve } from "./http/serve.ts";
import { createConsoleShelf } from "./routes/console/console-shelf.ts";
import { createSignIn, type SignIn } from "./sign-in/sign-in.ts";
import { createListTools } from "./start/list-tools.ts";
import { createMcpSettings } from "./start/mcp-settings.ts";
import { measureStreams } from "./start/measure-streams.ts";
import { ModelSeedError, modelSeeds } from "./start/model-seeds.ts";
import { createModelSettings } from "./start/model-settings.ts";
import { type Access, openAccess } from "./start/open-access.ts";
import { openStreams, type Streams } from "./start/open-streams.ts";
import { startPurging } from "./start/purge.ts";
import { createReadiness } from "./start/readiness.ts";
import { warnOfSealedKeys } from "./start/sealed-keys.ts";
import {
  isReachable,
  requireDatabase,
  requireKeyBeyondLoopback,
  StartRefusal,
} from "./start/start-checks.ts";
import { createChatLinks, createWorkspaceLink } from "./start/temporal-links.ts";
import { createStreamChat } from "./streams/chat/stream-chat.ts";

const pingTemporalMaxMs = 1_500;

export interface RunningApi {
  readonly port: number;
  /** Stops being ready, sends readers elsewhere and finishes answers in flight, within the grace time. */
  stop(): Promise<void>;
}

/**
 * Starts one replica. Temporal may be down: requests are accepted and delivered later (SPEC Q11).
 * @throws StartError with a clear message: Postgres is down or not migrated, nobody could authenticate, the port is taken
 */
export async function startApi(config: Config, logger: Logger): Promise<RunningApi> {
  const pool = createPool(config.databaseUrl, config.databasePoolMax, config.databaseTimeoutMs);
  try {
    await prepare(config, pool);
    return await run(config, pool, logger);
  } catch (error) {
    await pool.end();
    const inWords =
      error instanceof StartRefusal || error instanceof ListenError || error instanceof ModelSeedError;
    throw inWords ? new StartError(error.message) : error;
  }
}

/** What must be in the database before the first request. */
async function prepare(config: Config, pool: Pool): Promise<void> {
  const seeds = modelSeeds(config);
  await requireDatabase(pool, config.databaseUrl);
  await seedAdminKey(pool, config.apiKey);
  await seedModelConfigs(pool, seeds);
  await requireKeyBeyondLoopback(pool, config.host);
}

async function run(config: Config, pool: Pool, logger: Logger): Promise<RunningApi> {
  const { databaseUrl, queuedMessagesMax, workspacesPerUserMax } = config;
  await warnOfSealedKeys({ db: pool, secrets: createSecretBox(config), logger });
  const bus = config.liveBus === "off" ? createOffBus() : createPostgresBus({ databaseUrl, logger });
  const modelBook = createModelBook(databaseUrl);
  const announce: Store["announce"] = (change) => bus.publish(change);
  const store: Store = { pool, announce, queuedMessagesMax, workspacesPerUserMax, modelBook };
  const { connection, namespace } = connectTemporal(config);
  const temporal = new Client({ connection, namespace });
  const links = createChatLinks(config.temporalUiUrl, namespace);
  const readRights = createReadRights({ db: pool, sessionIdleS: config.signIn.sessionIdleS });
  const streams = openStreams(config, { pool, bus, temporal, links, readRights, logger });
  const secrets = createSecretBox(config);
  const signIn = await createSignIn({
    ...config.rateLimits,
    config: config.signIn,
    pool,
    logger,
    secrets,
    readRights,
  });
  const access = openAccess(config, { pool, gate: streams.gate, signIn, logger });
  const deps = createDeps(config, {
    store,
    temporal,
    namespace,
    links,
    streams,
    access,
    signIn,
    bus,
    logger,
  });
  const closeListeners = () => Promise.all([bus.close(), modelBook.close(), access.close()]);
  const served = await listen(config, deps).catch(async (error: unknown) => {
    await closeListeners();
    throw error;
  });
  const purge = startPurging(deps);
  return {
    port: served.port,
    async stop() {
      deps.readiness.drain();
      purge.stop();
      // Readers first: an open stream would keep the server waiting until the grace time is over.
      streams.close();
      await served.close(config.shutdownGraceMs);
      await closeListeners();
      // Temporal's connection stays open until the process ends: its client repeats calls by a timer that cannot be stopped,
      // and a call on a closed connection throws where nothing catches it.
      await pool.end();
    },
  };
}

/** The API, and the page of its metrics where that has a port of its own. @throws ListenError */
async function listen(config: Config, deps: ApiDeps): Promise<Served> {
  const served = await serve(createApp(deps), config);
  const { apiMetricsPort: port, metricsHost: host } = config;
  if (port === undefined) return served;
  const metrics = await serveMetrics(deps.metrics, { host, port }).catch(async (error: unknown) => {
    await served.close(0);
    const names = { host: "METRICS_HOST", port: "EVERTURN_API_METRICS_PORT" };
    throw new ListenError({ host, port }, error as NodeJS.ErrnoException, names);
  });
  return {
    port: served.port,
    close: async (graceMs) => void (await Promise.all([served.close(graceMs), metrics.stop()])),
  };
}

interface DepsParts {
  readonly store: Store;
  readonly temporal: Client;
  readonly namespace: string;
  readonly links: ApiDeps["links"];
  readonly streams: Streams;
  readonly access: Access;
  readonly signIn: SignIn;
  readonly bus: LiveBus & BusCounts;
  readonly logger: Logger;
}

function createDeps(config: Config, parts: DepsParts): ApiDeps {
  const { store, temporal, links, bus, logger } = parts;
  const { hubs, feeds, buildLogs, terminals, gate } = parts.streams;
  const metrics = createMetricsRegistry("api");
  const files = createFileShelf(store.pool, config.files);
  measureStreams(metrics, parts.streams);
  exposeReadings(metrics, busReadings(bus));
  return {
    store,
    logger,
    metrics,
    links,
    ...createTellers(config, parts),
    readiness: createReadiness({
      pool: store.pool,
      pingTemporal: () => pingTemporal(temporal),
      pingFiles: files.ping,
      secrets: createSecretBox(config),
      taskQueue: config.taskQueue,
    }),
    resolveProjectPath: (path) => resolveProjectPath(path, config.projectRoots),
    templates: createTemplateShelf(config.templatesDir),
    files,
    listSkills: () => listDeploymentSkills(config.skillsDir),
    ...createToolList(config, store),
    listWorkerBuilds: () => listBuilds(store.pool, config.taskQueue, config.buildLostMs),
    schemas: createSchemaChecker(),
    workspaceLink: createWorkspaceLink(config.temporalUiUrl, parts.namespace),
    workspaceDriver: config.workspaceDriver,
    buildLogs,
    terminals,
    terminalBus: bus,
    terminalsPerWorkspaceMax: config.terminalsPerWorkspaceMax,
    feeds,
    streams: gate,
    streamChat: createStreamChat({ store, hubs, bus, logger }),
    streamTurn: createTurnStreams({ store, hubs, bus, logger }),
    metricsNeedAdmin: isReachable(config),
    keys: parts.access.keys,
    accessChanged: parts.access.changed,
    signIn: parts.signIn,
    rateLimits: config.rateLimits,
    trustedProxies: config.trustedProxies,
    models: createModelSettings(config, createTester(config)),
    mcp: createMcpSettings(config, async (secrets) =>
      (await import("../mcp/open-mcp.ts")).openApiMcp({ ...config.mcp, db: store.pool, secrets, logger }),
    ),
    console: config.hasConsole ? createConsoleShelf(consoleFolder()) : null,
    temporalUiUrl: config.temporalUiUrl ?? null,
  };
}

/** Loads the SDKs of the providers when the first provider is tested, not at each start. */
function createTester(config: Config): ModelSettings["testProvider"] {
  let tester: Promise<ModelSettings["testProvider"]> | undefined;
  return async (source, model) => {
    tester ??= import("../activities/provider/provider-tester.ts").then(({ createProviderTester }) =>
      createProviderTester({ ...config, secrets: createSecretBox(config) }),
    );
    return (await tester)(source, model);
  };
}

function createToolList({ taskQueue }: Config, { pool }: Store) {
  const builtIn = async () => (await import("../tools/registry.ts")).activeTools({ projectPath: null });
  return createListTools({ db: pool, taskQueue, builtIn });
}

/** Builds what tells workflows about commits. */
function createTellers(config: Config, { store, temporal, logger }: DepsParts) {
  const shared = {
    temporal: () => temporal,
    store,
    taskQueue: config.taskQueue,
    showTitles: config.temporalDetail === "full",
    consoleUrl: config.consoleUrl,
    heartbeatTimeoutMs: config.heartbeatTimeoutMs,
    logger,
  };
  return {
    deliverer: createDeliverer({ ...shared, failpoint: createFailpoint(config.failpoint) }),
    workspaceTeller: createWorkspaceTeller(shared),
    runFileCall: createFileCaller({ ...shared, pool: store.pool }),
    openTerminal: createTerminalOpener(shared),
  };
}

function pingTemporal(temporal: Client): Promise<unknown> {
  return temporal.withDeadline(Date.now() + pingTemporalMaxMs, () =>
    temporal.workflowService.getSystemInfo({}),
  );
}
