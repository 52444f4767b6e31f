// Dev holds the embedded stack: everything Everturn needs, started in order, watched, and stopped in the opposite order.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Config, loadConfig } from "../platform/config/config.ts";
import {
  type DataFolder,
  openDataFolder,
  readSecrets,
  type Secrets,
  wipeDataFolder,
} from "./data/data-folder.ts";
import { createRunningFile, endLeftoverParts, type StackAddresses } from "./data/running-file.ts";
import { freePort, isPortFree, nextFreePort } from "./free-port.ts";
import { findOrFetchSandbox } from "./install/sandbox-binary.ts";
import { makeBundles, rolePlan, runStopWorkspaces, stopWorkspacesIn } from "./part/everturn-parts.ts";
import { type Leash, startLeash } from "./part/leash.ts";
import { startPart } from "./part/part.ts";
import type { Part, PartEvent } from "./part/part-plan.ts";
import {
  type StackOptions,
  type Starting,
  startDatabase,
  startModel,
  startTemporal,
} from "./part/stack-services.ts";
import { resetPostgresHome } from "./postgres/postgres-home.ts";
import { broughtAlong, withStackDefaults } from "./stack-environment.ts";
import { StartError } from "./start-error.ts";

const EXAMPLE_PROJECT = fileURLToPath(new URL("../examples/project", import.meta.url));
// For one person: the heap's nursery stays at 1 MB, which takes some 40 MB less per process and a little time under load.
const NODE_FLAGS = ["--max-semi-space-size=1"];
const FOLDER_LOOK_EVERY_MS = 1_000;
const UNKNOWN_DATABASE_URL = "postgres://not-yet-started/everturn";

export interface Stack extends StackAddresses {
  readonly logFolder: string;
  /** False where DATABASE_URL was brought along. */
  readonly isOwnDatabase: boolean;
  /** Words for the model that answers. */
  readonly model: string;
  /** Pid of `api`, `worker`, `postgres` or `temporal`; undefined while it is being restarted. */
  pidOf(name: string): number | undefined;
  /** Resolves when the data folder is no longer there, or no longer ours: what runs on it has lost its files. */
  readonly lost: Promise<"lost">;
  /** Stops everything in order. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the stack: what the environment does not bring along is embedded.
 * @throws StartError or ConfigError with one clear message; nothing is left running then
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const folder = openDataFolder(options.dataDir);
  const leash = startLeash();
  const parts: Part[] = [];
  const running = createRunningFile(folder.path);
  const ending: Ending = { parts, leash, folder, removeRunning: running.remove, workerEnv: undefined };
  const stop = stopOnce(ending);
  try {
    await endLeftoverParts(folder.path);
    if (options.reset) {
      // Of a supervisor that was killed: agents outlive it, and their files are about to go.
      await stopWorkspacesIn(folder.path);
      resetPostgresHome(folder.path);
      wipeDataFolder(folder);
    }
    const secrets = readSecrets(folder, options.env);
    const config = checkedConfig(options.env, secrets);
    const onChange = (event: PartEvent) => {
      running.setPart(event.name, event.what === "died" ? undefined : event.pid);
      options.onChange?.(event);
    };
    const giveUp = new AbortController();
    const surroundings = { leash, logFolder: join(folder.path, "logs"), onChange, signal: giveUp.signal };
    const started = await startAll({ options, config, folder, secrets, surroundings, parts, giveUp });
    ending.workerEnv = started.env;
    running.setAddresses(started.addresses);
    const pidOf = (name: string) => parts.find((part) => part.name === name)?.pid();
    return {
      ...started.addresses,
      isOwnDatabase: !broughtAlong(options.env).database,
      model: started.model,
      logFolder: surroundings.logFolder,
      pidOf,
      lost: whenLost(folder),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startAll(starting: Starting) {
  const { options, config, parts, surroundings, secrets } = starting;
  const apiPort = await chooseApiPort(options, config);
  const base = withStackDefaults(options.env, secrets, EXAMPLE_PROJECT);
  const [database, temporal, model] = await allOrFirstError(starting.giveUp, [
    startDatabase(starting, base),
    startTemporal(starting),
    startModel(starting),
    prepareSandbox(starting),
    prepareBundle(starting, base),
  ]);
  const addressed = { ...base, DATABASE_URL: database, PORT: String(apiPort), HOST: config.host };
  const env = model.lead(temporal.lead(addressed));
  const settings = { env, shutdownGraceMs: config.shutdownGraceMs, nodeFlags: NODE_FLAGS };
  await allOrFirstError(
    starting.giveUp,
    (["worker", "api"] as const).map((role) =>
      options.progress.step(role === "api" ? "API" : "Worker", async () => {
        parts.push(await startPart(rolePlan(role, settings), surroundings));
      }),
    ),
  );
  const host = config.host === "0.0.0.0" || config.host === "::" ? "127.0.0.1" : config.host;
  const addresses: StackAddresses = {
    apiUrl: `http://${host}:${apiPort}`,
    apiKey: String(base["EVERTURN_API_KEY"]),
    databaseUrl: database,
    temporalAddress: temporal.address,
    temporalUiUrl: temporal.uiUrl,
    demoModelUrl: model.url,
  };
  return { addresses, model: model.words, env };
}

/** Looks, since a watch on a folder does not say everywhere that the folder itself went. */
function whenLost(folder: DataFolder): Promise<"lost"> {
  return new Promise((resolve) => {
    const timer = setInterval(() => {
      if (folder.isOurs()) return;
      clearInterval(timer);
      resolve("lost");
    }, FOLDER_LOOK_EVERY_MS).unref();
  });
}

/** Without one Everturn runs all the same, and its workspaces refuse to, in words. */
async function prepareSandbox({ options, config, surroundings }: Starting): Promise<void> {
  if (config.workspaceDriver !== "local" || config.bwrapPath !== undefined) return;
  await options.progress.step("Sandbox for workspaces", async (note) => {
    const { signal } = surroundings;
    const found = await findOrFetchSandbox(options.env, signal);
    if (found === null) note("none: install bubblewrap to use workspaces");
  });
}

async function prepareBundle({ options, folder, surroundings }: Starting, env: NodeJS.ProcessEnv) {
  await options.progress.step("Workflows", () =>
    makeBundles(join(folder.path, "bundles"), env, surroundings.signal),
  );
}

/** Faults of the environment are told before anything is started; what is started later stands in for now. */
function checkedConfig(env: NodeJS.ProcessEnv, secrets: Secrets): Config {
  const withSecrets = withStackDefaults(env, secrets, EXAMPLE_PROJECT);
  return loadConfig({ ...withSecrets, DATABASE_URL: env["DATABASE_URL"] || UNKNOWN_DATABASE_URL });
}

async function chooseApiPort({ env, isTransient }: StackOptions, { port, host }: Config): Promise<number> {
  if (port === 0 || (isTransient && !env["PORT"])) return freePort(host);
  if (!env["PORT"]) return nextFreePort(port, host);
  if (await isPortFree(port, host)) return port;
  throw new StartError(
    `Port ${port} on ${host} is taken. Stop what listens there, or set PORT to another (without PORT the next free one is used).`,
  );
}

interface Ending {
  readonly parts: Part[];
  readonly leash: Leash;
  readonly folder: DataFolder;
  readonly removeRunning: () => void;
  /** Of the worker that may have left agents of workspaces behind; undefined before there was one. */
  workerEnv: NodeJS.ProcessEnv | undefined;
}

function stopOnce(of: Ending) {
  let stopped: Promise<void> | undefined;
  const stopAll = async () => {
    // The API first: no new work comes in, and readers are told to come back. Then whatever the others need.
    for (const name of ["api", "worker", "demo-model", "temporal", "postgres"]) {
      await of.parts.find((part) => part.name === name)?.stop();
      if (name === "worker" && of.workerEnv !== undefined) await stopWorkspaces(of.workerEnv, of.folder);
    }
    of.removeRunning();
    of.leash.close();
    of.folder.unlock();
  };
  return () => (stopped ??= stopAll());
}

/** What cannot be ended is left, since all else ends too. */
async function stopWorkspaces(env: NodeJS.ProcessEnv, folder: DataFolder): Promise<void> {
  // The database may be what died.
  const inFolder = () => stopWorkspacesIn(folder.path);
  await runStopWorkspaces(env)
    .catch(inFolder)
    .catch(() => undefined);
}

/**
 * Like Promise.all, but the first failure ends what is still under way (a download, a build, a part that comes up) and waits
 * for that end: a part must be known before everything is stopped.
 * @throws what failed first; what failed because it was ended says nothing
 */
async function allOrFirstError<Results extends readonly unknown[]>(
  giveUp: AbortController,
  work: { [Index in keyof Results]: Promise<Results[Index]> },
) {
  const first = Promise.all(work) as Promise<Results>;
  first.catch(() => giveUp.abort());
  await Promise.allSettled(work);
  return first;
}
