// Tests: Everturn's own processes, started as they are in production, killed as they are by bad luck.
import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The run's bundle of the sources, or the sources themselves. */
const CLI =
  process.env["EVERTURN_TEST_CLI"] ?? fileURLToPath(new URL("../../../cli/main.ts", import.meta.url));
const OUTPUT_CHARS_MAX = 200_000;
/** Processes that live for seconds spend a tenth of them on collecting garbage in a small nursery. */
export const LARGE_NURSERY = "--max-semi-space-size=32";

export interface RunningRole {
  readonly pid: number;
  /** The API's port; undefined for workers. */
  readonly port: number | undefined;
  /** What it wrote so far, for messages of failed tests. */
  output(): string;
  isAlive(): boolean;
  /** Chooses its fail point, as EVERTURN_FAILPOINT does. */
  doom(point: string): void;
  /** SIGKILL: no handler runs. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, as a deploy does. Resolves with the exit code. */
  stop(): Promise<number | null>;
  /** Resolves when the process has ended, by itself or otherwise. */
  readonly ended: Promise<void>;
}

export interface StartRoleOptions {
  /** Told the pid at once. */
  readonly onSpawned?: (pid: number) => void;
  /** The `cli/main.ts` of another build; absent: of this one. */
  readonly cli?: string | undefined;
}

/** Starts `everturn api` or `everturn worker`; resolves when it says that it is ready, or when it died of its fail point. */
export async function startRole(
  role: "api" | "worker",
  env: NodeJS.ProcessEnv,
  { onSpawned, cli = CLI }: StartRoleOptions = {},
): Promise<RunningRole> {
  const failpointFile = join(tmpdir(), `everturn-failpoint-${randomUUID()}`);
  const child = spawn(process.execPath, [LARGE_NURSERY, cli, role], {
    env: { EVERTURN_FAILPOINT: `file:${failpointFile}`, ...env },
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
    void ended.then(() => {
      // A worker that takes over what waits for it may reach its fail point before it says that it is ready.
      if (env["EVERTURN_FAILPOINT"] !== undefined) resolve({});
      else reject(new Error(`${role} ended before it was ready:\n${output}`));
    });
  });
  const { port } = await ready;
  return {
    pid: child.pid as number,
    port,
    output: () => output,
    isAlive: () => isAlive(child),
    doom: (point) => writeFileSync(failpointFile, point),
    ended,
    kill: () => end(child, ended, "SIGKILL"),
    async stop() {
      await end(child, ended, "SIGTERM");
      return child.exitCode;
    },
  };
}

function isAlive({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode === null && signalCode === null;
}

async function end(child: ChildProcess, ended: Promise<void>, signal: NodeJS.Signals): Promise<void> {
  if (isAlive(child)) child.kill(signal);
  await ended;
}
