// Builds everything a worker needs, passes it in, and takes it down in order.
import { Client } from "@temporalio/client";
import { Runtime, type Worker } from "@temporalio/worker";
import { warnOfSealedKeys } from "../api/start/sealed-keys.ts";
import { requireDatabase, StartRefusal } from "../api/start/start-checks.ts";
import { createDeliverer, type Deliverer } from "../delivery/deliver-outbox.ts";
import { createWorkspaceTeller, type WorkspaceTeller } from "../delivery/tell-workspace.ts";
import { StartError } from "../dev/start-error.ts";
import type { Config } from "../platform/config/config.ts";
import { createFailpoint, type Failpoint } from "../platform/failpoint.ts";
import type { Logger } from "../platform/logger.ts";
import { createMetricsRegistry, exposeReadings, type Reading, serveMetrics } from "../platform/metrics.ts";
import { createSecretBox } from "../platform/secrets/secret-box.ts";
import { connectTemporal } from "../platform/temporal.ts";
import { connectTemporalForWorker } from "../platform/temporal-for-worker.ts";
import { readDeploymentId } from "../store/access/deployment.ts";
import { createPool, type Pool } from "../store/database.ts";
import { createFileShelf, type FileShelf } from "../store/file/file-shelf.ts";
import { createModelBook } from "../store/model/model-book.ts";
import type { WorkerProcess } from "../store/presence/worker-processes.ts";
import { newWorker } from "../store/presence/worker-rows.ts";
import type { Store } from "../store/store.ts";
import { busReadings } from "../store/stream/bus-readings.ts";
import { createOffBus, createPostgresBus } from "../store/stream/live-bus.ts";
import { loadOwnTools, type OwnTools } from "../tools/own/load-own-tools.ts";
import { findTool } from "../tools/registry.ts";
import { startBuildKeeper } from "./builds/build-keeper.ts";
import { openBuild } from "./builds/own-build.ts";
import { createActivities } from "./create-activities.ts";
import { createDriver, warnOfDriver } from "./create-driver.ts";
import { createRecording } from "./create-recording.ts";
import { createWorkers } from "./create-workers.ts";
import { createLearningProviders } from "./learning-providers.ts";
import type { RepairCounts } from "./loops/end-wedged-runs.ts";
import { startFileMover } from "./loops/move-files.ts";
import { createReaper, type Reaper } from "./loops/reap-places.ts";
import { startDescriptionRelay, startReconciler, startRelay } from "./loops/repair-loops.ts";
import { startWorkspaceLoops } from "./loops/workspace-loops.ts";
import { partReadings, repairReadings } from "./part-readings.ts";
import { startPresence } from "./presence/start-presence.ts";
import { createPartStreams } from "./wire-part-streams.ts";
import { createWorkerMcp } from "./worker-mcp.ts";
import { createWorkerWeb } from "./worker-web.ts";

/** Starts a worker. When this resolves, it polls. Throws if Postgres or Temporal cannot be reached. */
export async function startWorker(config: Config, logger: Logger): Promise<{ stop(): Promise<void> }> {
  if (config.databaseUrl === undefined) throw new Error("DATABASE_URL is not set");
  installRuntime(logger);
  const { databaseUrl } = config;
  const pool = await openDatabase(config, logger);
  const bus = config.liveBus === "off" ? createOffBus() : createPostgresBus({ databaseUrl, logger });
  const modelBook = createModelBook(databaseUrl);
  const self = newWorker();
  const announce: Store["announce"] = (change) => bus.publish(change);
  const own = await loadOwnTools({ folder: config.toolsDir, logger });
  const store = workerStore(config, { pool, modelBook, announce, workerId: self.id }, own);
  const shutdown = new AbortController();
  const failpoint = createFailpoint(config.failpoint);
  const streams = createPartStreams({ config, store, bus, failpoint, logger });
  const models = createLearningProviders(config, { store, logger });
  const recording = createRecording(config, { pool, logger });
  const { driver, reaper, files } = await openPlaces(config, { store, failpoint, logger });
  const temporal = new Client(connectTemporal(config));
  const deliverer = openDeliverer(config, { store, temporal, failpoint, logger });
  const teller = openTeller(config, { store, temporal, logger });
  const mcp = createWorkerMcp(config, { pool, logger });
  const presence = await startPresence(config, { self, pool, temporal, failpoint, logger });
  const activities = createActivities({
    config,
    // What turns commit for other chats, their subagents and parents, is told at once. Nothing waits for it.
    store: { ...store, deliver: (rows) => void deliverer.deliver(rows) },
    bus,
    models,
    driver,
    teller,
    files,
    openPartStream: streams.openPartStream,
    readLostParts: streams.readLostParts,
    debug: recording.recorder,
    toolSources: [createWorkerWeb(config), own.source, mcp.source],
    shutdown: shutdown.signal,
    failpoint,
    logger,
  });
  const { connection, namespace } = await connectTemporalForWorker(config);
  const build = await openBuild(config, { id: self.id, pool, temporal, own_tools: own.report, logger });
  const poller = { connection, namespace, identity: self.identity, buildId: build.process.build_id };
  const workers = await createWorkers(config, { ...poller, activities, failpoint });
  const running = run(workers, logger);
  const counts: RepairCounts = { wedged_runs: 0, drained_runs: 0, abandoned_runs: 0 };
  const parts = { store, temporal, deliverer, reaper, teller, files, counts, logger };
  const loops = startLoops(config, { ...parts, process: build.process });
  await build.promote();
  const readings = [...busReadings(bus), ...partReadings(streams.counts), ...repairReadings(counts)];
  const others = [...presence.readings, ...models.readings, ...reaper.readings];
  const metrics = await startMetrics(config, [...readings, ...others]);
  return {
    async stop() {
      await build.untilHandedOver();
      // First no new tasks: what the activities give up must not come back here. They save a checkpoint and give up
      // while the worker still completes their tasks.
      running.takeNoMore();
      shutdown.abort();
      await Promise.all([running.ended, ...loops.map((loop) => loop.stop())]);
      await build.leave();
      // Not before: whatever is killed until now is noticed by the others.
      await presence.leave();
      // The client's own connection stays until the process ends. If it were closed under a call that is being retried,
      // the error could not be caught.
      await Promise.all([connection.close(), metrics?.stop(), mcp.close(), own.close()]);
      await Promise.all([bus.close(), modelBook.close(), recording.close()]);
      await pool.end();
    },
  };
}

/** Polls. If a worker ends by itself, so does the process: it would only look alive, and its supervisor starts a fresh one. */
function run(workers: readonly Worker[], logger: Logger) {
  const running = Promise.all(workers.map((worker) => worker.run()));
  let isStopping = false;
  const ended = running.catch((error: unknown) => {
    logger.fatal({ err: error }, "worker stopped by an error");
    if (!isStopping) process.exit(1);
  });
  return {
    ended,
    takeNoMore() {
      isStopping = true;
      for (const worker of workers) if (worker.getState() === "RUNNING") worker.shutdown();
    },
  };
}

/** The pool, on a database that this version can use. @throws StartError with an explanation */
async function openDatabase(config: Config, logger: Logger): Promise<Pool> {
  const { databaseUrl } = config;
  const pool = createPool(databaseUrl, config.databasePoolMax, config.databaseTimeoutMs);
  try {
    await requireDatabase(pool, databaseUrl);
    await warnOfSealedKeys({ db: pool, secrets: createSecretBox(config), logger });
    return pool;
  } catch (error) {
    await pool.end();
    throw error instanceof StartRefusal ? new StartError(error.message) : error;
  }
}

/** Where workspaces and files are, and the loop that looks after unknown workspaces. */
async function openPlaces(
  config: Config,
  { store, failpoint, logger }: Pick<LoopParts, "store" | "logger"> & { readonly failpoint: Failpoint },
) {
  const deployment = await readDeploymentId(store.pool);
  const driver = createDriver(config, logger, deployment);
  void warnOfDriver(driver, logger);
  const files = createFileShelf(store.pool, { ...config.files, failpoint });
  return { driver, files, reaper: createReaper({ store, driver, deployment, logger }) };
}

function openTeller(config: Config, parts: Pick<LoopParts, "store" | "temporal" | "logger">) {
  return createWorkspaceTeller({
    ...parts,
    temporal: () => parts.temporal,
    taskQueue: config.taskQueue,
    showTitles: config.temporalDetail === "full",
    consoleUrl: config.consoleUrl,
    heartbeatTimeoutMs: config.heartbeatTimeoutMs,
  });
}

function openDeliverer(
  config: Config,
  parts: Pick<LoopParts, "store" | "temporal" | "logger"> & { readonly failpoint: Failpoint },
): Deliverer {
  return createDeliverer({
    ...parts,
    temporal: () => parts.temporal,
    taskQueue: config.taskQueue,
    showTitles: config.temporalDetail === "full",
    consoleUrl: config.consoleUrl,
    heartbeatTimeoutMs: config.heartbeatTimeoutMs,
  });
}

/** The store as activities need it. */
function workerStore(
  config: Config,
  parts: Required<Pick<Store, "pool" | "modelBook" | "announce" | "workerId">>,
  own: Pick<OwnTools, "find">,
): Store {
  const flagsOf = (name: string) => (findTool(name) ?? own.find(name))?.flags;
  return {
    ...parts,
    queuedMessagesMax: config.queuedMessagesMax,
    workspacesPerUserMax: config.workspacesPerUserMax,
    stopsTurn: (name) => flagsOf(name)?.stops_turn === true,
    polls: (name) => flagsOf(name)?.polls === true,
    describes: { titles: config.titles === "model", summaries: config.turnSummaries },
    context: { hasSkills: config.skillsDir !== undefined },
    tellsWords: config.temporalDetail === "full",
  };
}

interface LoopParts {
  readonly store: Store;
  readonly temporal: Client;
  readonly reaper: Reaper;
  readonly files: FileShelf;
  readonly teller: WorkspaceTeller;
  readonly counts: RepairCounts;
  readonly deliverer: Deliverer;
  readonly logger: Logger;
  readonly process: WorkerProcess;
}

function startLoops(config: Config, parts: LoopParts) {
  const { store, temporal, deliverer, logger } = parts;
  const { reconcileAfterMs, taskQueue } = config;
  const { reaper, teller, counts } = parts;
  const deps = { store, temporal, deliverer, reconcileAfterMs, taskQueue, counts, logger };
  const relays = [startRelay(deps), startDescriptionRelay(deps)];
  const keeper = startBuildKeeper({ ...deps, worker: parts.process, buildLostMs: config.buildLostMs });
  const workspaces = startWorkspaceLoops({ ...deps, reaper, teller });
  return [...relays, startReconciler(deps), keeper, ...workspaces, ...startFileMover(parts.files, logger)];
}

async function startMetrics(config: Config, readings: readonly Reading[]) {
  if (config.metricsPort === undefined) return undefined;
  const metrics = createMetricsRegistry("worker");
  exposeReadings(metrics, readings);
  return serveMetrics(metrics, { host: config.metricsHost, port: config.metricsPort });
}

let isRuntimeInstalled = false;

/** The CLI handles signals and stops things in order, so the SDK must not install its own handlers. Once per process. */
function installRuntime(logger: Logger): void {
  if (isRuntimeInstalled) return;
  isRuntimeInstalled = true;
  Runtime.install({
    shutdownSignals: [],
    logger: {
      log: (_level, message, meta) => logger.info(meta, message),
      trace: (message, meta) => logger.trace(meta, message),
      debug: (message, meta) => logger.debug(meta, message),
      info: (message, meta) => logger.info(meta, message),
      warn: (message, meta) => logger.warn(meta, message),
      error: (message, meta) => logger.error(meta, message),
    },
  });
}
