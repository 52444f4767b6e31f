// The world of a chaos run: Postgres, Temporal, the scripted model, two APIs, two workers.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { Client, Connection } from "@temporalio/client";
import { type DemoModel, startDemoModel } from "../../dev/demo-model/server.ts";
import { findOrFetchSandbox } from "../../dev/install/sandbox-binary.ts";
import { type Leash, startLeash } from "../../dev/part/leash.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { testEnvironment } from "../support/everturn.ts";
import {
  type OwnPostgres,
  type OwnTemporal,
  startOwnPostgres,
  startOwnTemporal,
} from "../support/server/own-servers.ts";
import { TcpProxy } from "../support/server/tcp-proxy.ts";
import { removeWorkspaces } from "../support/workspace/remove-workspaces.ts";
import { MarkingServers } from "./mcp/marking-servers.ts";
import { PROJECT_FILE, PROJECT_SKILL } from "./plan/draw-message.ts";
import { Replica } from "./replica.ts";

const REPLICAS = 2;
const POOL_MAX = 8;
/** Short enough that a run survives many deaths in little time … */
const HEARTBEAT_TIMEOUT_MS = 3_000;
/** … and longer on a machine that others keep busy: a healthy worker that waits for its turn must not be given up. */
const HEARTBEAT_FACTOR_MAX = 6;
const LOAD_PER_FACTOR = 2;

export interface World {
  /** Logs, workspaces, and what the project chats read. */
  readonly folder: string;
  readonly projectFolder: string;
  readonly workspacesFolder: string;
  readonly hasSandbox: boolean;
  readonly heartbeatTimeoutMs: number;
  readonly key: string;
  readonly postgres: OwnPostgres;
  /** Between the replicas and Postgres; the run itself looks past it. */
  readonly network: TcpProxy;
  readonly temporal: OwnTemporal;
  readonly model: DemoModel;
  readonly mcp: MarkingServers;
  /** Where calls of MCP tools leave their marks. */
  readonly mcpJournal: string;
  /** What faults have killed so far. */
  readonly killed: { anything: boolean; agents: boolean };
  readonly apis: readonly Replica[];
  readonly workers: readonly Replica[];
  readonly pool: Pool;
  readonly client: Client;
  /** Ends every process; the folder stays when it is to be looked into. */
  close(keepFolder: boolean): Promise<void>;
}

/** Starts everything. The caller closes it; a killed caller's processes end by themselves. */
export async function startWorld(liveBus: "postgres" | "off" = "postgres"): Promise<World> {
  const folder = makeFolder();
  const sandbox = await findOrFetchSandbox();
  const leash = startLeash();
  const mcpJournal = join(folder, "mcp.log");
  const [postgres, temporal, model, mcp] = await Promise.all([
    startOwnPostgres(),
    startOwnTemporal(),
    startDemoModel(),
    MarkingServers.start(mcpJournal, leash),
  ]);
  const key = `evt_${randomBytes(16).toString("hex")}`;
  const heartbeatTimeoutMs = heartbeatTimeout();
  const network = await TcpProxy.to(postgres.url);
  const parts = { folder, sandbox, key, postgres, network, temporal, model, heartbeatTimeoutMs };
  const env = { ...environmentOf(parts), EVERTURN_LIVE_BUS: liveBus };
  const start = { env, logFolder: join(folder, "logs"), leash };
  const [apis, workers] = [makeReplicas("api", start), makeReplicas("worker", start)];
  await startReplicas(apis, workers);
  const pool = createPool(postgres.url, POOL_MAX);
  const connection = Connection.lazy({ address: temporal.address });
  return {
    folder,
    key,
    postgres,
    network,
    temporal,
    model,
    mcp,
    mcpJournal,
    killed: { anything: false, agents: false },
    apis,
    workers,
    pool,
    heartbeatTimeoutMs,
    projectFolder: join(folder, "project"),
    workspacesFolder: join(folder, "workspaces"),
    hasSandbox: sandbox !== null,
    client: new Client({ connection }),
    async close(keepFolder) {
      await Promise.all([...apis, ...workers].map((replica) => replica.close()));
      await removeWorkspaces(join(folder, "workspaces"));
      await Promise.allSettled([connection.close(), pool.end(), model.stop(), mcp.close()]);
      network.close();
      await Promise.allSettled([postgres.close(), temporal.close()]);
      leash.close();
      if (!keepFolder) rmSync(folder, { recursive: true, force: true });
    },
  };
}

interface Start {
  readonly env: Readonly<Record<string, string>>;
  readonly logFolder: string;
  readonly leash: Leash;
}

function makeReplicas(role: "api" | "worker", { env, logFolder, leash }: Start): Replica[] {
  return Array.from({ length: REPLICAS }, (_, at) => {
    const onSpawned = (pid: number) => leash.hold(pid, "SIGTERM");
    return new Replica({ role, name: `${role}-${at + 1}`, env, logFolder, onSpawned });
  });
}

/** One of each first: it makes the bundle of the workflows and the first rows; the others find them made. */
async function startReplicas(...roles: (readonly Replica[])[]): Promise<void> {
  await Promise.all(roles.map(async ([first]) => first?.start()));
  await Promise.all(roles.flatMap(([, ...others]) => others.map((replica) => replica.start())));
}

function makeFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "everturn-chaos-"));
  chmodSync(folder, 0o755);
  for (const name of ["logs", "project", "workspaces"]) mkdirSync(join(folder, name));
  const story = Array.from({ length: 50 }, (_, line) => `line ${line + 1} of the story\n`);
  writeFileSync(join(folder, "project", PROJECT_FILE), story.join(""));
  writeFileSync(join(folder, "project", "AGENTS.md"), "Tell the truth.\n");
  const skill = join(folder, "project", ".agents", "skills", PROJECT_SKILL);
  mkdirSync(skill, { recursive: true });
  const head = `---\nname: ${PROJECT_SKILL}\ndescription: How a story is told.\n---\n`;
  writeFileSync(join(skill, "SKILL.md"), `${head}From its beginning to its end.\n`);
  return folder;
}

interface Surroundings {
  readonly folder: string;
  readonly sandbox: string | null;
  readonly key: string;
  readonly postgres: OwnPostgres;
  readonly network: TcpProxy;
  readonly temporal: OwnTemporal;
  readonly model: DemoModel;
  readonly heartbeatTimeoutMs: number;
}

function heartbeatTimeout(): number {
  const [load = 0] = loadavg();
  const factor = Math.ceil(load / availableParallelism() / LOAD_PER_FACTOR);
  return HEARTBEAT_TIMEOUT_MS * Math.min(Math.max(factor, 1), HEARTBEAT_FACTOR_MAX);
}

function environmentOf(of: Surroundings): Record<string, string> {
  const cache = process.env["NODE_COMPILE_CACHE"];
  return {
    ...testEnvironment({
      databaseUrl: of.network.through(of.postgres.url),
      address: of.temporal.address,
      model: of.model,
      key: of.key,
      workspacesDir: join(of.folder, "workspaces"),
    }),
    EVERTURN_HEARTBEAT_TIMEOUT_MS: String(of.heartbeatTimeoutMs),
    EVERTURN_PROJECT_ROOTS: of.folder,
    EVERTURN_SHUTDOWN_GRACE_MS: "5000",
    EVERTURN_MCP_STDIO: "1",
    EVERTURN_ALLOW_PRIVATE_MCP: "1",
    // Longer than a replica takes to come back.
    EVERTURN_BUILD_LOST_MS: "10000",
    // A silent socket is given up after six seconds.
    EVERTURN_DATABASE_TIMEOUT_MS: "4000",
    // One user makes all of them.
    EVERTURN_WORKSPACES_PER_USER_MAX: "100000",
    ...(of.sandbox !== null && { EVERTURN_BWRAP_PATH: of.sandbox }),
    // Processes are started by the dozen: what was compiled once is kept.
    ...(cache !== undefined && { NODE_COMPILE_CACHE: cache }),
  };
}
