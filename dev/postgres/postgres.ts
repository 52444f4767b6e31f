// Dev holds the embedded stack: Postgres in a folder of ours, on a port of ours, as a user it accepts.
import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { startPart } from "../part/part.ts";
import type { Part, PartPlan, PartSurroundings } from "../part/part-plan.ts";
import { FinalProbeError } from "../part/part-readiness.ts";
import { plainEnvironment } from "../stack-environment.ts";
import { StartError } from "../start-error.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { postgresHome } from "./postgres-home.ts";
import { endLeftover } from "./postgres-leftover.ts";
import { giveTo, type User, unprivilegedUser } from "./unprivileged-user.ts";

const run = promisify(execFile);

const USER = "everturn";
const READY_WITHIN_MS = 60_000;
const GRACE_MS = 10_000;
const INITDB_TIMEOUT_MS = 120_000;
// SQLSTATE invalid_password.
const WRONG_PASSWORD = "28P01";

export interface PostgresSettings {
  /** The stack's data folder. Postgres gets a folder in it, or one below /var/lib when its user cannot enter. */
  readonly dataFolder: string;
  readonly password: string;
  readonly port: number;
  /** Name of the database that is made when missing. */
  readonly database: string;
  /** False only for data nobody will miss: tests. */
  readonly isDurable: boolean;
  readonly env: NodeJS.ProcessEnv;
}

export interface Postgres {
  readonly url: string;
  readonly part: Part;
}

/**
 * Starts Postgres: makes its files at the first start, ends what a killed predecessor left running, waits until it answers.
 * @throws StartError
 */
export async function startPostgres(
  settings: PostgresSettings,
  surroundings: PartSurroundings,
): Promise<Postgres> {
  const user = unprivilegedUser(process.getuid?.());
  const home = postgresHome(settings.dataFolder, user);
  const files = join(home, "data");
  const binaries = findPostgresBinaries({ env: settings.env, user, copyFolder: join(home, "binaries") });
  mkdirSync(home, { recursive: true, mode: 0o700 });
  giveTo(user, home);
  chmodSync(home, 0o700);
  if (!existsSync(join(files, "PG_VERSION"))) await makeFiles({ binaries, home, files, user, settings });
  const version = await assertSameVersion(binaries, files);
  await endLeftover(files);
  const part = await startPart(postgresPlan({ settings, binaries, files, user, version }), surroundings);
  try {
    await makeDatabase(settings);
  } catch (error) {
    await part.stop();
    throw error;
  }
  return { url: postgresUrl(settings, settings.database), part };
}

interface Place {
  readonly binaries: string;
  readonly files: string;
  readonly user: User | undefined;
}

async function makeFiles(
  place: Place & { readonly home: string; readonly settings: PostgresSettings },
): Promise<void> {
  const passwordFile = join(place.home, "password");
  writeFileSync(passwordFile, `${place.settings.password}\n`, { mode: 0o600 });
  giveTo(place.user, passwordFile);
  // Under another name until it is complete, so that a first start that is cut short leaves nothing to trip over.
  const unfinished = `${place.files}.new`;
  rmSync(unfinished, { recursive: true, force: true });
  const args = [
    "-D",
    unfinished,
    "-U",
    USER,
    "-A",
    "scram-sha-256",
    `--pwfile=${passwordFile}`,
    "-E",
    "UTF8",
    "--no-locale",
    "--no-sync",
  ];
  try {
    await run(join(place.binaries, "initdb"), args, {
      cwd: place.home,
      timeout: INITDB_TIMEOUT_MS,
      env: plainEnvironment(place.settings.env),
      ...idsOf(place.user),
    });
    renameSync(unfinished, place.files);
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new StartError(`Postgres' files could not be made in ${place.home}: ${stderr?.trim() || message}`);
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

/** Gives the major version. */
async function assertSameVersion(binaries: string, files: string): Promise<number> {
  const made = readFileSync(join(files, "PG_VERSION"), "utf8").trim();
  const { stdout } = await run(join(binaries, "postgres"), ["--version"], {
    env: plainEnvironment(process.env),
  });
  const found = /(\d+)/.exec(stdout)?.[1];
  if (made === found) return Number(found);
  throw new StartError(
    `The data in ${files} was made by Postgres ${made}, but ${binaries} holds ${found}. Bring that version back, or start anew with \`npm start -- --reset\`.`,
  );
}

function postgresPlan(
  of: Place & { readonly settings: PostgresSettings; readonly version: number },
): PartPlan {
  const { settings } = of;
  const options = [
    "listen_addresses=127.0.0.1",
    `port=${settings.port}`,
    // TCP alone: a socket's path has a length limit that deep folders exceed.
    "unix_socket_directories=",
    "max_connections=200",
    "shared_buffers=128MB",
    "max_wal_size=1GB",
    "jit=off",
    // Processes that would wait for work nobody gives them.
    "max_logical_replication_workers=0",
    ...(of.version >= 18 ? ["io_method=sync"] : []),
    ...(settings.isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  return {
    name: "postgres",
    command: join(of.binaries, "postgres"),
    args: ["-D", of.files, ...options.flatMap((option) => ["-c", option])],
    env: { ...plainEnvironment(settings.env), LC_ALL: "C" },
    hasPrivateFiles: true,
    cwd: of.files,
    user: idsOf(of.user),
    // Postgres' "fast shutdown": SIGTERM would wait for clients to leave by themselves.
    stopSignal: "SIGINT",
    graceMs: GRACE_MS,
    readyWithinMs: READY_WITHIN_MS,
    probe: () => probe(settings),
  };
}

async function probe(settings: PostgresSettings): Promise<void> {
  try {
    await withClient(settings, "postgres", async (client) => void (await client.query("select 1")));
  } catch (error) {
    if ((error as { code?: string }).code !== WRONG_PASSWORD) throw error;
    throw new FinalProbeError(
      `its data was made with another password than the one in ${join(settings.dataFolder, "secrets.json")}: put back the secrets.json that belongs to it, or start anew with \`npm start -- --reset\``,
    );
  }
}

async function makeDatabase(settings: PostgresSettings): Promise<void> {
  await withClient(settings, "postgres", async (client) => {
    const found = await client.query("select 1 from pg_database where datname = $1", [settings.database]);
    if (found.rowCount === 0)
      await client.query(`create database ${client.escapeIdentifier(settings.database)}`);
  });
}

async function withClient(
  settings: PostgresSettings,
  database: string,
  use: (client: Client) => Promise<void>,
) {
  const client = new Client({
    connectionString: postgresUrl(settings, database),
    connectionTimeoutMillis: 2_000,
  });
  client.on("error", () => {});
  try {
    await client.connect();
    await use(client);
  } finally {
    await client.end().catch(() => {});
  }
}

function postgresUrl(settings: PostgresSettings, database: string): string {
  return `postgres://${USER}:${encodeURIComponent(settings.password)}@127.0.0.1:${settings.port}/${database}`;
}

function idsOf(user: User | undefined): { uid: number; gid: number } | undefined {
  return user === undefined ? undefined : { uid: user.uid, gid: user.gid };
}
