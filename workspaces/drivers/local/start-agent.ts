// Starts the agent of a local workspace, in a sandbox or without one, as a process that outlives the worker.
import { type ChildProcess, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import path from "node:path";
import { rgPath } from "@vscode/ripgrep";
import { diskMibOf } from "../../../core/workspace/workspace-plan.ts";
import type { WorkspacePlan } from "../../driver.ts";
import { bindSocket, socketFd } from "./bind-socket.ts";
import { workspaceVariable } from "./find-processes.ts";
import { makeFolders } from "./place/make-folders.ts";
import { inside, type WorkspacePlace } from "./place/workspace-place.ts";
import { agentSandbox, sourceRoot } from "./sandbox/agent-sandbox.ts";
import { loweredShell, type Sandbox, sandboxCommand } from "./sandbox/sandbox-command.ts";
import { type Egress, startEgress } from "./start-egress.ts";

// The agent logs little, but a workspace that is used for years must not fill the disk with it.
const logBytesMax = 1024 * 1024;
// How much of a failed start's output goes into the error.
const tailBytesMax = 2_000;

export interface AgentStart {
  readonly place: WorkspacePlace;
  readonly plan: WorkspacePlan;
  /** The first is the one to start it with; an agent that runs may know another. */
  readonly tokens: readonly [string, ...string[]];
  readonly dataDir: string;
  /** The agent as one file. */
  readonly bundle: string;
  /** Null means without a sandbox. */
  readonly sandbox: Sandbox | null;
}

export interface StartingAgent {
  /** A description of how it ended, or null while it runs. */
  ended(): string | null;
  /** The end of what it printed since this start. */
  logTail(): Promise<string>;
}

/** Returns as soon as the agent is started, before it answers. Hold the place's lock; nothing may run there. */
export async function startAgent(start: AgentStart): Promise<StartingAgent> {
  const { place, plan, sandbox } = start;
  await makeFolders(place, plan, sandbox === null);
  const log = await open(place.log, "a", 0o600);
  try {
    if ((await log.stat()).size > logBytesMax) await log.truncate();
    const from = (await log.stat()).size;
    const ended = await spawnAgent(start, log.fd);
    return { ended, logTail: async () => hidePaths(await readTail(place.log, from), start) };
  } finally {
    await log.close();
  }
}

/** Returns how to ask whether the agent has ended. */
async function spawnAgent(start: AgentStart, logFd: number): Promise<StartingAgent["ended"]> {
  const { place, plan, sandbox } = start;
  const socket = await bindSocket(place, place.socket);
  let egress: Egress | null = null;
  try {
    if (sandbox !== null && plan.network === true) egress = await startEgress({ ...start, sandbox, logFd });
    const held = egress === null ? {} : { heldFd: socketFd + 1 };
    const { file, args } =
      sandbox === null
        ? bareCommand(start)
        : await sandboxCommand(agentSandbox({ ...start, ...held, sandbox }));
    const child = spawn(file, args, {
      cwd: "/",
      // Its own session and none of our descriptors: neither our end nor Ctrl-C affects it.
      detached: true,
      stdio: ["pipe", logFd, logFd, socket.fd, ...(egress === null ? [] : [egress.heldFd])],
      // Nothing of our own environment, which holds keys.
      env: {
        LANG: "C.UTF-8",
        ...(sandbox === null && { PATH: "/usr/bin:/bin", [workspaceVariable]: place.files }),
      },
    });
    // The token comes by stdin: everyone can read arguments, and everything that the agent runs could read its environment.
    child.stdin?.on("error", () => undefined).end(start.tokens[0]);
    child.unref();
    socket.show();
    return endOf(child);
  } finally {
    egress?.release();
    await socket.close();
  }
}

function bareCommand({ place, bundle, plan }: AgentStart) {
  const args = [
    [bundle, "--root", place.files, "--state", place.state, "--listen-fd", String(socketFd)],
    ["--rg", rgPath, "--env-file", path.join(place.settings, "environment.json")],
    ["--disk-mib", String(diskMibOf(plan)), "--disk-folder", place.tmp],
  ].flat();
  return {
    file: "/bin/sh",
    args: ["-c", `${loweredShell}\nexec "$@"`, "workspace", process.execPath, ...args],
  };
}

function endOf(child: ChildProcess): () => string | null {
  let ended: string | null = null;
  child.on("error", (error) => (ended = `it could not be started: ${error.message}`));
  child.on("exit", (code, signal) => (ended ??= signal === null ? `exit code ${code}` : signal));
  return () => ended;
}

/** The error goes to a model, which knows the paths inside only. */
function hidePaths(words: string, { place, dataDir, sandbox }: AgentStart): string {
  if (sandbox === null) return words;
  return words
    .replaceAll(place.files, inside.workspace)
    .replaceAll(place.folder, "(workspace)")
    .replaceAll(path.resolve(dataDir), "(data)")
    .replaceAll(sourceRoot.replace(/\/$/, ""), "(everturn)");
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
