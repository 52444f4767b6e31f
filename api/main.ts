// The API speaks HTTP and the store; this file composes it: the only one here that builds things.
import { Client } from "@temporalio/client";
import type { LiveBus } from "../core/stream/bus-message.ts";
import { createDeliverer } from "../delivery/deliver-outbox.ts";
import { createWorkspaceTeller } from "../delivery/tell-workspace.ts";
import { StartError } from "../dev/start-error.ts";
import type { Config } from "../platform/config/config.ts";
import { createFailpoint } from "../platform/failpoint.ts";
import type { Logger } from "../platform/logger.ts";
import { createMetricsRegistry, exposeReadings, serveMetrics } from "../platform/metrics.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import { connectTemporal } from "../platform/temporal.ts";
import { readUsableKeys, seedAdminKey } from "../store/access/api-keys.ts";
import { purgeIdempotencyKeys } from "../store/chat/idempotency.ts";
import { createPool, type Pool } from "../store/database.ts";
import { purgeDebugRuns } from "../store/debug/debug-runs.ts";
import { createModelBook } from "../store/model/model-book.ts";
import { seedModelConfigs } from "../store/model/seed-models.ts";
import { purgeChatMarks } from "../store/row/chat-marks.ts";
import type { Store } from "../store/store.ts";
import { busReadings } from "../store/stream/bus-readings.ts";
import { type BusCounts, createOffBus, createPostgresBus } from "../store/stream/live-bus.ts";
import { resolveProjectPath } from "../tools/context/project-root.ts";
import { createTemplateShelf } from "../workspaces/templates/templates.ts";
import { createTurnStreams } from "./ai-sdk/turn-streams.ts";
import { createApp } from "./app.ts";
import type { ApiDeps, ModelSettings } from "./deps.ts";
import { ListenError, type Served, serve } from "./http/serve.ts";
import { createChatLinks, createWorkspaceLink } from "./routes/chat/chat-links.ts";
import { measureStreams } from "./start/measure-streams.ts";
import { ModelSeedError, modelSeeds } from "./start/model-seeds.ts";
import { createModelSettings } from "./start/model-settings.ts";
import { createReadiness } from "./start/readiness.ts";
import { warnOfSealedKeys } from "./start/sealed-keys.ts";
import { isLoopback, requireDatabase, requireKeyBeyondLoopback, StartRefusal } from "./start/start-checks.ts";
import { type BuildLogs, openBuildLogs } from "./streams/build-log/build-log-watch.ts";
import { Hubs } from "./streams/chat/hubs.ts";
import { createStreamChat } from "./streams/chat/stream-chat.ts";
import { createCheckpointReader } from "./streams/episode/checkpoint-reader.ts";
import { type Feeds, openFeeds } from "./streams/feed/feed-watch.ts";
import { StreamGate } from "./streams/stream-gate.ts";

const pingTemporalMaxMs = 1_500;
const purgeEveryMs = 3_600_000;

export interface RunningApi {
  readonly port: number;
  /** Ready no more, readers sent elsewhere, answers in flight finished; within the grace time. */
  stop(): Promise<void>;
}

/**
 * Starts one replica. Temporal may be down: requests are accepted and delivered later (SPEC Q11).
 * @throws StartError in words: Postgres away or not migrated, nobody could authenticate, the port is taken
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
  const hubs = createHubs(config, { store, bus, temporal, links, logger });
  const buildLogs = openBuildLogs({ db: pool, logger });
  const feeds = openFeeds({ db: pool, bus, links, logger });
  const streams = new StreamGate({
    readUsableKeys: (ids) => readUsableKeys(pool, ids),
    perKeyMax: config.streamsPerKeyMax,
    perReplicaMax: config.streamsMax,
    logger,
  });
  const parts = { store, temporal, namespace, links, hubs, buildLogs, feeds, streams, bus, logger };
  const deps = createDeps(config, parts);
  const served = await listen(config, deps).catch(async (error: unknown) => {
    await Promise.all([bus.close(), modelBook.close()]);
    throw error;
  });
  const purge = purgeNowAndThen(pool, logger);
  return {
    port: served.port,
    async stop() {
      deps.readiness.drain();
      clearInterval(purge);
      streams.close();
      // Readers first: an open stream would keep the server waiting until the grace time is over.
      hubs.close();
      buildLogs.close();
      feeds.close();
      await served.close(config.shutdownGraceMs);
      await Promise.all([bus.close(), modelBook.close()]);
      // Temporal's connection stays open to the end of the process: its client tries calls again by a timer nobody can stop,
      // and one that finds the connection closed throws where nothing catches it.
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
  readonly hubs: Hubs;
  readonly buildLogs: BuildLogs;
  readonly feeds: Feeds;
  readonly streams: StreamGate;
  readonly bus: LiveBus & BusCounts;
  readonly logger: Logger;
}

function createDeps(config: Config, parts: DepsParts): ApiDeps {
  const { store, temporal, links, hubs, buildLogs, feeds, streams, logger } = parts;
  const metrics = createMetricsRegistry("api");
  measureStreams(metrics, { hubs, buildLogs, feeds, streams });
  exposeReadings(metrics, busReadings(parts.bus));
  return {
    store,
    logger,
    metrics,
    links,
    ...createTellers(config, parts),
    readiness: createReadiness({
      pool: store.pool,
      pingTemporal: () => pingTemporal(temporal),
      secrets: createSecretBox(config),
    }),
    resolveProjectPath: (path) => resolveProjectPath(path, config.projectRoots),
    templates: createTemplateShelf(config.templatesDir),
    workspaceLink: createWorkspaceLink(config.temporalUiUrl, parts.namespace),
    workspaceDriver: config.workspaceDriver,
    buildLogs,
    feeds,
    streams,
    streamChat: createStreamChat({ store, hubs, bus: parts.bus, logger }),
    streamTurn: createTurnStreams({ store, hubs, bus: parts.bus, logger }),
    metricsNeedAdmin: !isLoopback(config.host),
    rateLimits: config.rateLimits,
    trustedProxies: config.trustedProxies,
    models: createModelSettings(config, createTester(config)),
    temporalUiUrl: config.temporalUiUrl ?? null,
  };
}

/** The SDKs of the providers are loaded when the first provider is tested, and not at each start. */
function createTester(config: Config): ModelSettings["testProvider"] {
  let tester: Promise<ModelSettings["testProvider"]> | undefined;
  return async (source, model) => {
    tester ??= import("../activities/provider/provider-tester.ts").then(({ createProviderTester }) =>
      createProviderTester({ ...config, secrets: createSecretBox(config) }),
    );
    return (await tester)(source, model);
  };
}

/** Who tells workflows what was committed. */
function createTellers(config: Config, { store, temporal, logger }: DepsParts) {
  const shared = {
    temporal: () => temporal,
    store,
    taskQueue: config.taskQueue,
    showTitles: config.temporalDetail === "full",
    heartbeatTimeoutMs: config.heartbeatTimeoutMs,
    logger,
  };
  return {
    deliverer: createDeliverer({ ...shared, failpoint: createFailpoint(config.failpoint) }),
    workspaceTeller: createWorkspaceTeller(shared),
  };
}

interface HubParts {
  readonly store: Store;
  readonly bus: LiveBus;
  readonly temporal: Client;
  readonly links: ApiDeps["links"];
  readonly logger: Logger;
}

function createHubs(config: Config, { store, bus, temporal, links, logger }: HubParts): Hubs {
  const secrets = createSecretBox(config);
  const readEpisodes = createCheckpointReader({
    client: temporal,
    db: store.pool,
    // Whatever this process would write: a worker of another setting may have sealed what is read.
    sealingOf: (chatId) => ({
      seal: (text) => secrets.seal(text, chatId),
      unseal: (text) => secrets.openAny(text, chatId),
    }),
  });
  return new Hubs({ db: store.pool, bus, readEpisodes, links, logger });
}

function pingTemporal(temporal: Client): Promise<unknown> {
  return temporal.withDeadline(Date.now() + pingTemporalMaxMs, () =>
    temporal.workflowService.getSystemInfo({}),
  );
}

/** Old answers of Idempotency-Keys, and old debug runs, go once an hour. A failure only means that they stay a little longer. */
function purgeNowAndThen(pool: Pool, logger: Logger): NodeJS.Timeout {
  const purge = () => {
    purgeIdempotencyKeys(pool).catch((error: unknown) => {
      logger.warn({ err: error }, "old Idempotency-Keys could not be purged");
    });
    purgeChatMarks(pool).catch((error: unknown) => {
      logger.warn({ err: error }, "old marks of chats could not be purged");
    });
    purgeDebugRuns(pool).catch((error: unknown) => {
      logger.warn({ err: error }, "old debug runs could not be purged");
    });
  };
  purge();
  return setInterval(purge, purgeEveryMs).unref();
}
