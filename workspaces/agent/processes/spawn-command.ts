// Starts a command as a child process. When it cannot be started, that is a result, as in a shell, and not an exception.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, writeFileSync } from "node:fs";
import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";
import { markedCommand } from "./call-processes.ts";
import type { OutputPipe, PipePool } from "./output-pipe.ts";

export interface Command {
  readonly text: string;
  /** Absent: bash, where there is one. */
  readonly shell?: string;
  /** Real path of the folder to run it in. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: boolean;
  /** Identifies the command and everything that it starts. */
  readonly mark: number;
}

export type Spawned =
  | {
      readonly type: "running";
      readonly child: ChildProcess;
      readonly pid: number;
      /** stdout and stderr: one pipe for both, or two when no FIFO can be made. */
      readonly outputs: readonly Readable[];
      readonly input: Writable | null;
    }
  | { readonly type: "failed"; readonly exit_code: 126 | 127; readonly reason: string };

const noFolder = "the folder, or the shell, is not there";
const noneLeft = "the workspace has no memory, or no process, left";
const tooManyFiles = "too many files are open";
const reasons: Readonly<Record<string, string>> = {
  ENOENT: noFolder,
  ENOTDIR: noFolder,
  EACCES: "the folder may not be entered",
  E2BIG: "command and environment are too long together; put the command into a file and run that",
  EAGAIN: noneLeft,
  ENOMEM: noneLeft,
  EMFILE: tooManyFiles,
  ENFILE: tooManyFiles,
};
// When Linux runs out of memory, it ends a command before the agent (0 is the default, 1000 goes first).
const oomScore = "500";

export async function spawnCommand(command: Command, pipes: PipePool): Promise<Spawned> {
  const output = await pipes.take().catch(() => null);
  try {
    return await spawnWith(command, output);
  } finally {
    // The child has its own copy now.
    if (output !== null) closeSync(output.theirs);
  }
}

async function spawnWith(command: Command, output: OutputPipe | null): Promise<Spawned> {
  let started: Started;
  try {
    started = await start(command, output?.theirs ?? "pipe");
  } catch (error) {
    if (output !== null) closeSync(output.ours);
    const { code = "", message } = error as NodeJS.ErrnoException;
    const reason = reasons[code] ?? message;
    // As in shells: 127 when there is nothing to run, 126 when it cannot be run.
    return { type: "failed", exit_code: reason === noFolder ? 127 : 126, reason };
  }
  const { child, pid } = started;
  offerToOom(pid);
  // A process may close its input whenever it likes.
  child.stdin?.on("error", () => undefined);
  const outputs = output === null ? ownOutputs(child) : [reading(output.ours)];
  return { type: "running", child, pid, outputs, input: child.stdin };
}

interface Started {
  readonly child: ChildProcess;
  readonly pid: number;
}

/** Throws the system's errors. */
async function start(command: Command, stdout: number | "pipe"): Promise<Started> {
  const child = spawn("/bin/sh", markedCommand(command.mark, command.shell ?? shellPath, command.text), {
    cwd: command.folder,
    env: command.env,
    stdio: [command.stdin ? "pipe" : "ignore", stdout, stdout],
    // A session and process group of its own, so that signals reach all that the command starts.
    detached: true,
  });
  const { pid } = child;
  if (pid !== undefined) return { child, pid };
  const [error] = (await once(child, "error")) as [Error];
  throw error;
}

export const shellPath = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";

function offerToOom(pid: number): void {
  try {
    writeFileSync(`/proc/${pid}/oom_score_adj`, oomScore);
  } catch {
    // The process is gone already, or this is not Linux.
  }
}

function reading(fd: number): Readable {
  return new Socket({ fd, readable: true, writable: false });
}

function ownOutputs(child: ChildProcess): readonly Readable[] {
  return [child.stdout, child.stderr].filter((stream) => stream !== null);
}
