// Tests: Everturn's own processes, started as they are in production, killed as they are by bad luck.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

const CLI = fileURLToPath(new URL("../../cli/main.ts", import.meta.url));
const OUTPUT_CHARS_MAX = 200_000;
/** Processes that live for seconds spend a tenth of them on collecting garbage in a small nursery. */
export const LARGE_NURSERY = "--max-semi-space-size=32";

export interface RunningRole {
  readonly pid: number;
  /** The API's port; undefined for workers. */
  readonly port: number | undefined;
  /** What it wrote so far, for messages of failed tests. */
  output(): string;
  /** SIGKILL: no handler runs. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as a deploy does. Resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Resolves when the process has ended, by itself or otherwise. */
  readonly ended: Promise<void>;
}

/** Starts `everturn api` or `everturn worker`; resolves when it says that it is ready. Its pid is told at once. */
export async function startRole(
  role: "api" | "worker",
  env: NodeJS.ProcessEnv,
  onSpawned?: (pid: number) => void,
): Promise<RunningRole> {
  const child = spawn(process.execPath, [LARGE_NURSERY, CLI, role], {
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (child.pid !== undefined) onSpawned?.(child.pid);
  let output = "";
  const keep = (chunk: string) => {
    output = (output + chunk).slice(-OUTPUT_CHARS_MAX);
  };
  child.stderr.setEncoding("utf8").on("data", keep);
  const ended = once(child, "exit").then(() => undefined);
  const ready = new Promise<{ port?: number }>((resolve, reject) => {
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      keep(chunk);
      const line = output.split("\n").find((one) => one.includes(`"ready":"${role}"`));
      if (line !== undefined && line.endsWith("}")) resolve(JSON.parse(line));
    });
    void ended.then(() => reject(new Error(`${role} ended before it was ready:\n${output}`)));
  });
  const { port } = await ready;
  return {
    pid: child.pid as number,
    port,
    output: () => output,
    ended,
    kill: () => end(child, ended, "SIGKILL"),
    async stop() {
      await end(child, ended, "SIGTERM");
      return child.exitCode;
    },
  };
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}
