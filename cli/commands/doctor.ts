// `doctor`: checks each part that Everturn needs and says what is wrong.
import { accessSync, constants, existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { Everturn } from "../../client/index.ts";
import { readRunning, type StackAddresses } from "../../dev/data/running-file.ts";
import { checkPostgres, checkTemporal } from "../../dev/part/outside-services.ts";
import { findPostgresBinaries } from "../../dev/postgres/postgres-binaries.ts";
import { unprivilegedUser } from "../../dev/postgres/unprivileged-user.ts";
import { broughtAlong } from "../../dev/stack-environment.ts";
import { StartError } from "../../dev/start-error.ts";
import { findTemporalBinary } from "../../dev/temporal/temporal-binary.ts";
import { type Config, ConfigError, loadConfig } from "../../platform/config/config.ts";
import { createLogger } from "../../platform/logger.ts";
import {
  lookAtApi,
  lookAtClock,
  lookAtKey,
  lookAtMigrations,
  lookAtWorkers,
  type Server,
} from "../doctor/look-at-api.ts";
import { lookAtDisk } from "../doctor/look-at-disk.ts";
import { lookAtProviders } from "../doctor/look-at-providers.ts";

// Stand-ins for what `start` creates, so that the rest of the environment can be checked.
const MADE_BY_START = {
  DATABASE_URL: "postgres://made-by-start/everturn",
  EVERTURN_SECRET_KEY: Buffer.alloc(32).toString("base64"),
};

interface Examination {
  readonly name: string;
  /** Returns what was found. Throws an error that says what is wrong. */
  readonly look: () => string | Promise<string>;
}

/** Prints one line per check, and exits with 1 if one of them found a fault. */
export async function doctor(): Promise<void> {
  const env = process.env;
  const dataDir = resolve(env["EVERTURN_DATA_DIR"] || ".data");
  const server = serverOf(env, readRunning(dataDir)?.addresses);
  const examinations: Examination[] = [
    { name: "Node", look: () => `${process.versions.node} on ${process.platform} ${process.arch}` },
    { name: "Environment", look: () => `no faults, log level ${settings(env).logLevel}` },
    { name: "Data folder", look: () => writable(dataDir) },
    { name: "Disk", look: () => lookAtDisk(dataDir) },
    { name: "Running", look: () => readRunning(dataDir)?.addresses.apiUrl ?? "nothing in this data folder" },
    { name: "Postgres", look: () => postgres(env) },
    { name: "Temporal", look: () => temporal(env) },
    { name: "Model", look: () => model(env) },
    { name: "Workspaces", look: () => workspaces(env) },
    ...(server === null ? [] : examinationsOf(server)),
  ];
  let faults = 0;
  for (const { name, look } of examinations) {
    try {
      process.stdout.write(`  ✔ ${name}: ${await look()}\n`);
    } catch (error) {
      faults += 1;
      process.stdout.write(`  ✘ ${name}: ${error instanceof Error ? error.message : String(error)}\n`);
    }
  }
  if (faults > 0) process.exit(1);
}

/** The API that runs here, or the one that the environment names; null: none. */
function serverOf(env: NodeJS.ProcessEnv, running: StackAddresses | undefined): Server | null {
  const url = env["EVERTURN_URL"] || running?.apiUrl;
  if (url === undefined) return null;
  const apiKey = env["EVERTURN_API_KEY"] || (url === running?.apiUrl ? running.apiKey : undefined);
  return { url, client: new Everturn({ baseUrl: url, apiKey, retriesMax: 0 }) };
}

function examinationsOf(server: Server): Examination[] {
  return [
    { name: "API", look: () => lookAtApi(server) },
    { name: "API key", look: () => lookAtKey(server) },
    { name: "Migrations", look: () => lookAtMigrations(server) },
    { name: "Workers", look: () => lookAtWorkers(server) },
    { name: "Clock", look: () => lookAtClock(server) },
  ];
}

function settings(env: NodeJS.ProcessEnv): Config {
  const set = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  return loadConfig({ ...MADE_BY_START, ...set });
}

function writable(dataDir: string): string {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  try {
    accessSync(folder, constants.W_OK);
  } catch {
    throw new StartError(`${folder} cannot be written. Set EVERTURN_DATA_DIR to another folder.`);
  }
  return dataDir;
}

async function postgres(env: NodeJS.ProcessEnv): Promise<string> {
  const url = env["DATABASE_URL"];
  if (url) return `version ${await checkPostgres(url)} at ${new URL(url).host}${new URL(url).pathname}`;
  const user = unprivilegedUser(process.getuid?.());
  // Only a start writes to the data folder; this copy goes elsewhere.
  const copyFolder = join(tmpdir(), "everturn-doctor");
  return `embedded, programs of ${findPostgresBinaries({ env, user, copyFolder })}`;
}

async function temporal(env: NodeJS.ProcessEnv): Promise<string> {
  if (!broughtAlong(env).temporal) return `embedded, ${await findTemporalBinary({ env, isQuick: true })}`;
  const { address, namespace, registration } = await checkTemporal(settings(env).temporalEnvironment);
  if (registration.problem !== null)
    throw new StartError(`${address} answers, but search attributes: ${registration.problem}`);
  return `${address}, namespace ${namespace}, search attributes ${registration.words}`;
}

async function model(env: NodeJS.ProcessEnv): Promise<string> {
  if (!broughtAlong(env).provider) return "demo model (neither OPENAI_API_KEY nor ANTHROPIC_API_KEY is set)";
  let config: Config;
  try {
    config = settings(env);
  } catch (error) {
    if (error instanceof ConfigError) throw new StartError("not looked at, the environment has faults");
    throw error;
  }
  const answers = await lookAtProviders(config);
  return config.demoModel ? `demo model: ${answers}` : answers;
}

async function workspaces(env: NodeJS.ProcessEnv): Promise<string> {
  const { createDriver } = await import("../../worker/create-driver.ts");
  const config = settings(env);
  const driver = createDriver(config, createLogger({ level: "silent", role: "cli" }), "doctor");
  // As a worker would find it: a program in the cache counts, and nothing is downloaded.
  const warnings = await driver.probe();
  return [`driver ${driver.name} works`, ...warnings].join("; ");
}
