// Uses the stack of `npm start`, or else starts one of its own that leaves nothing behind.
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readRunning } from "../../dev/data/running-file.ts";
import { resetPostgresHome } from "../../dev/postgres/postgres-home.ts";
import { createProgress } from "../../dev/progress.ts";
import { startStack } from "../../dev/stack.ts";

export interface DemoStack {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly isOwn: boolean;
  /** Whether the model is the demo model, whose answers are known in advance. */
  readonly isDemoModel: boolean;
  /** Address of the MCP server that comes with the demo model; undefined without one. */
  readonly ferryDeskUrl: string | undefined;
  /** Pid of the worker; undefined while it restarts. */
  workerPid(): number | undefined;
  stop(): Promise<void>;
}

export async function openStack(env: NodeJS.ProcessEnv): Promise<DemoStack> {
  const folder = env["EVERTURN_DATA_DIR"] || ".data";
  const running = readRunning(folder);
  if (running === null) return startOwnStack(env);
  return {
    apiUrl: running.addresses.apiUrl,
    apiKey: running.addresses.apiKey,
    isOwn: false,
    ...demoModelAt(running.addresses.demoModelUrl),
    workerPid: () => readRunning(folder)?.pids["worker"],
    stop: async () => undefined,
  };
}

function demoModelAt(url: string | undefined) {
  return { isDemoModel: url !== undefined, ferryDeskUrl: url === undefined ? undefined : `${url}/mcp` };
}

async function startOwnStack(env: NodeJS.ProcessEnv): Promise<DemoStack> {
  const dataDir = mkdtempSync(join(tmpdir(), "everturn-demo-"));
  // If the demo runs as root, the user that Postgres runs as can open it.
  chmodSync(dataDir, 0o755);
  const clean = () => {
    resetPostgresHome(dataDir);
    rmSync(dataDir, { recursive: true, force: true });
  };
  try {
    const stack = await startStack({
      dataDir,
      env: { ...env, EVERTURN_DATA_DIR: dataDir, LOG_LEVEL: env["LOG_LEVEL"] || "warn" },
      progress: createProgress(process.stdout, env),
      isTransient: true,
    });
    return {
      apiUrl: stack.apiUrl,
      apiKey: stack.apiKey,
      isOwn: true,
      ...demoModelAt(stack.demoModelUrl),
      workerPid: () => stack.pidOf("worker"),
      async stop() {
        await stack.stop();
        clean();
      },
    };
  } catch (error) {
    clean();
    throw error;
  }
}
