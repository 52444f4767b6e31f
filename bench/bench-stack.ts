// Starts the bench's own stack, as `npm start` does: durable Postgres, Temporal's dev server with its file, the demo
// model, an API and a worker, each as a process, in a folder that is deleted at the end.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startOnPort } from "../dev/free-port.ts";
import { demoModelPlan, rolePlan, runMigrations, runStopWorkspaces } from "../dev/part/everturn-parts.ts";
import { startLeash } from "../dev/part/leash.ts";
import { startPart } from "../dev/part/part.ts";
import type { Part, PartPlan, PartSurroundings } from "../dev/part/part-plan.ts";
import { startPostgres } from "../dev/postgres/postgres.ts";
import { resetPostgresHome } from "../dev/postgres/postgres-home.ts";
import { withDemoModel } from "../dev/stack-environment.ts";
import { findTemporalBinary } from "../dev/temporal/temporal-binary.ts";
import { startTemporalDevServer } from "../dev/temporal/temporal-dev-server.ts";
import type { EverturnAddress } from "./clients/everturn-client.ts";
import { type BareTemporal, startBareTemporal } from "./floor/bare-temporal.ts";
import type { NamedProcess } from "./process-cost.ts";

const SHUTDOWN_GRACE_MS = 5_000;

export interface BenchStack {
  readonly modelUrl: string;
  /** For histories that would take too long to create by turns. */
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly bare: BareTemporal;
  /** What runs now, by name. */
  processes(): readonly NamedProcess[];
  /** The environment of Everturn's processes, except their port. */
  readonly env: NodeJS.ProcessEnv;
  /** Starts one more process. It ends with the stack at the latest. */
  start(plan: PartPlan): Promise<Part>;
  /** Starts one API and one worker. Stop the previous ones first. */
  startEverturn(liveBus: "postgres" | "off"): Promise<RunningEverturn>;
  stop(): Promise<void>;
}

export interface RunningEverturn extends EverturnAddress {
  /** SIGKILL. The process is started again at once. */
  killWorker(): void;
  stop(): Promise<void>;
}

/** Starts everything except Everturn itself. The caller stops it; if the caller is killed, it ends by itself. */
export async function startBenchStack(): Promise<BenchStack> {
  const folder = mkdtempSync(join(tmpdir(), "everturn-bench-"));
  // If this runs as root, the user that Postgres runs as can open it.
  chmodSync(folder, 0o755);
  const leash = startLeash();
  const parts: Part[] = [];
  const surroundings: PartSurroundings = { leash, logFolder: join(folder, "logs") };
  const bare: BareTemporal[] = [];
  const stop = async () => {
    await Promise.all(bare.map((one) => one.close()));
    // The latest first, so that everything ends before what it uses. Stopping something twice does nothing.
    for (const part of parts.toReversed()) await part.stop();
    leash.close();
    resetPostgresHome(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const [databaseUrl, temporalAddress, modelUrl] = await settled([
      startDatabase(folder, surroundings, parts),
      startTemporal(folder, surroundings, parts),
      startModel(surroundings, parts),
    ]);
    const env = everturnEnv({ folder, databaseUrl, temporalAddress, modelUrl });
    await runMigrations(env);
    const bareTemporal = await startBareTemporal(temporalAddress);
    bare.push(bareTemporal);
    return {
      modelUrl,
      databaseUrl,
      temporalAddress,
      bare: bareTemporal,
      processes: () => parts.flatMap((part) => named(part.name, part.pid())),
      env,
      start: async (plan) => {
        const part = await startPart(plan, surroundings);
        parts.push(part);
        return part;
      },
      startEverturn: (liveBus) => startRoles({ ...env, EVERTURN_LIVE_BUS: liveBus }, surroundings, parts),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Addresses {
  readonly folder: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly modelUrl: string;
}

/** As `npm start` sets it. Nothing of the caller's environment counts, so that runs are alike. */
function everturnEnv({ folder, databaseUrl, temporalAddress, modelUrl }: Addresses): NodeJS.ProcessEnv {
  const env = {
    PATH: process.env["PATH"],
    HOME: process.env["HOME"],
    HOST: "127.0.0.1",
    DATABASE_URL: databaseUrl,
    TEMPORAL_ADDRESS: temporalAddress,
    TEMPORAL_CONFIG_FILE: join(folder, "none.toml"),
    EVERTURN_DATA_DIR: folder,
    EVERTURN_API_KEY: `ek_${randomBytes(32).toString("base64url")}`,
    EVERTURN_SECRET_KEY: randomBytes(32).toString("base64"),
    EVERTURN_TEMPORAL_DETAIL: "full",
    EVERTURN_SHUTDOWN_GRACE_MS: String(SHUTDOWN_GRACE_MS),
    // Turns with one call each are measured.
    EVERTURN_TITLES: "words",
    // One user makes all of them.
    EVERTURN_WORKSPACES_PER_USER_MAX: "100000",
    LOG_LEVEL: "info",
  };
  return withDemoModel(env, modelUrl);
}

function startDatabase(folder: string, surroundings: PartSurroundings, parts: Part[]): Promise<string> {
  const password = randomBytes(16).toString("base64url");
  const kept = { dataFolder: folder, password, database: "everturn", isDurable: true, env: process.env };
  return startOnPort(freePort, async (port) => {
    const postgres = await startPostgres({ ...kept, port }, surroundings);
    parts.push(postgres.part);
    return postgres.url;
  });
}

async function startTemporal(folder: string, surroundings: PartSurroundings, parts: Part[]): Promise<string> {
  const binary = await findTemporalBinary({ env: process.env, onSlowWay: (words) => console.error(words) });
  const kept = { binary, uiPort: null, file: join(folder, "temporal.db"), env: process.env };
  return startOnPort(freePort, async (port) => {
    const server = await startTemporalDevServer({ ...kept, port }, surroundings);
    parts.push(server.part);
    return server.address;
  });
}

async function startModel(surroundings: PartSurroundings, parts: Part[]): Promise<string> {
  const port = await freePort();
  parts.push(await startPart(demoModelPlan(port, process.env), surroundings));
  return `http://127.0.0.1:${port}`;
}

async function startRoles(
  env: NodeJS.ProcessEnv,
  surroundings: PartSurroundings,
  parts: Part[],
): Promise<RunningEverturn> {
  const port = await freePort();
  const settings = { env: { ...env, PORT: String(port) }, shutdownGraceMs: SHUTDOWN_GRACE_MS };
  const start = async (role: "api" | "worker") => {
    const part = await startPart(rolePlan(role, settings), surroundings);
    parts.push(part);
    return part;
  };
  const roles = await Promise.all([start("worker"), start("api")] as const);
  return {
    url: `http://127.0.0.1:${port}`,
    key: String(env["EVERTURN_API_KEY"]),
    killWorker() {
      const pid = roles[0].pid();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    },
    async stop() {
      await Promise.all(roles.map((part) => part.stop()));
      await runStopWorkspaces(env).catch(() => undefined);
    },
  };
}

function named(name: string, pid: number | undefined): NamedProcess[] {
  return pid === undefined ? [] : [{ name, pid }];
}

/** All of them, or the first error once none is still starting. */
async function settled<Results extends readonly unknown[]>(
  work: {
    [Index in keyof Results]: Promise<Results[Index]>;
  },
): Promise<Results> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
