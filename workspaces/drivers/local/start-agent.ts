// Workspaces: starts the agent of a local workspace, in its sandbox or without one, as a process that outlives us.
import { type ChildProcess, spawn } from "node:child_process";
import { open, stat, truncate } from "node:fs/promises";
import path from "node:path";
import type { WorkspacePlan } from "../../driver.ts";
import { agentSocketFd, bindSocket } from "./bind-socket.ts";
import { workspaceVariable } from "./find-processes.ts";
import { makeFolders } from "./place/make-folders.ts";
import { inside, type WorkspacePlace } from "./place/workspace-place.ts";
import { programs, programsOutside, type Sandbox, sandboxCommand } from "./sandbox-command.ts";

// The agent says little; a workspace that is started for years must not fill the disk with it.
const logBytesMax = 1024 * 1024;
// Of what a failed start printed, into its error.
const tailBytesMax = 2_000;
// When memory runs out, the kernel ends a workspace's processes before Everturn or its database (proc(5), oom_score_adj).
const outOfMemoryScore = 500;

export interface AgentStart {
  readonly place: WorkspacePlace;
  readonly plan: WorkspacePlan;
  readonly token: string;
  readonly dataDir: string;
  /** Node's cache of the agent's code. */
  readonly compiled: string;
  /** Null: without a sandbox. */
  readonly sandbox: Sandbox | null;
}

export interface StartingAgent {
  /** How it ended, in words, or null while it runs. */
  ended(): string | null;
  /** The end of what it printed since this start. */
  logTail(): Promise<string>;
}

/** Returns when it was started; whether it comes up is seen by asking it. The place's lock is held, and nothing runs there. */
export async function startAgent(start: AgentStart): Promise<StartingAgent> {
  const { place } = start;
  await makeFolders(place, start.plan, start.sandbox === null);
  const { file, args } = start.sandbox === null ? bareCommand(place) : wrapped(start, start.sandbox);
  if ((await sizeOf(place.log)) > logBytesMax) await truncate(place.log);
  const from = await sizeOf(place.log);
  const log = await open(place.log, "a", 0o600);
  const socket = await bindSocket(place);
  try {
    const lowered = `echo ${outOfMemoryScore} 2>/dev/null >/proc/self/oom_score_adj; umask 022; exec "$@"`;
    const child = spawn("/bin/sh", ["-c", lowered, "workspace", file, ...args], {
      cwd: "/",
      // A session of its own, and none of our descriptors: our end, or a Ctrl-C, is nothing to it.
      detached: true,
      // The last one is `agentSocketFd`.
      stdio: ["pipe", log.fd, log.fd, socket.fd],
      // Nothing of ours: it holds keys.
      env: {
        PATH: "/usr/bin:/bin",
        LANG: "C.UTF-8",
        ...(start.sandbox === null
          ? { [workspaceVariable]: place.files }
          : { NODE_COMPILE_CACHE: programs.compiled }),
      },
    });
    // Arguments are seen by everybody, and environments by everything that the agent will run.
    child.stdin?.on("error", () => undefined).end(start.token);
    child.unref();
    socket.show();
    return { ended: endOf(child), logTail: () => readTail(place.log, from) };
  } finally {
    await socket.close();
    await log.close();
  }
}

function wrapped(start: AgentStart, sandbox: Sandbox) {
  const { place, plan, dataDir } = start;
  const command = [
    [programs.node, programs.agent],
    ["--root", inside.workspace, "--state", inside.state],
    ["--listen-fd", String(agentSocketFd)],
    ["--rg", programs.rg, "--env-file", programs.environment],
  ].flat();
  const { network, limits } = plan;
  const compiled = { folder: start.compiled, isTrial: false };
  return sandboxCommand({ sandbox, place, network, pidsMax: limits.pids, dataDir, compiled, command });
}

function bareCommand(place: WorkspacePlace) {
  const args = [
    [programsOutside.agent],
    ["--root", place.files, "--state", place.state],
    ["--listen-fd", String(agentSocketFd)],
    ["--rg", programsOutside.rg, "--env-file", path.join(place.settings, "environment.json")],
  ].flat();
  return { file: process.execPath, args };
}

function endOf(child: ChildProcess): () => string | null {
  let ended: string | null = null;
  child.on("error", (error) => (ended = `it could not be started: ${error.message}`));
  child.on("exit", (code, signal) => (ended ??= signal === null ? `exit code ${code}` : signal));
  return () => ended;
}

async function sizeOf(file: string): Promise<number> {
  return (await stat(file).catch(() => null))?.size ?? 0;
}

async function readTail(file: string, from: number): Promise<string> {
  const handle = await open(file).catch(() => null);
  if (handle === null) return "";
  try {
    const begin = Math.max(from, (await handle.stat()).size - tailBytesMax);
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(tailBytesMax), 0, tailBytesMax, begin);
    return buffer.toString("utf8", 0, bytesRead).trim();
  } finally {
    await handle.close();
  }
}
