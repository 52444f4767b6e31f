// Tests: a real agent as a plain child process, on a socket or behind a bridge, in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import type { Duplex } from "node:stream";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import { Channels } from "../agent/bridge/channels.ts";
import type { AgentAddress } from "../driver.ts";

const agentMain = fileURLToPath(new URL("../agent/main.ts", import.meta.url));

export interface AgentProcess {
  readonly address: AgentAddress;
  /** The workspace's files. */
  readonly root: string;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
  /** Starts another in the same place. */
  restart(): Promise<void>;
}

/** An agent that is ended with the test. */
export async function startAgentProcess(t: TestContext, kind: AgentAddress["kind"]): Promise<AgentProcess> {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-agent-"));
  const root = path.join(folder, "files");
  const socket = path.join(folder, "agent.sock");
  await mkdir(root);
  const token = "a token";
  const state = ["--state", path.join(folder, "state")];
  const args = [agentMain, "--root", root, ...state, "--socket", socket, "--rg", rgPath];
  let child: ChildProcess | undefined;
  const start = async (): Promise<string> => {
    const env = { PATH: process.env["PATH"] };
    const started = spawn(process.execPath, args, { env, stdio: ["pipe", "ignore", "pipe"] });
    started.stdin.end(token);
    child = started;
    for await (const line of createInterface({ input: started.stderr })) {
      const said = /listens on (.*)$/.exec(line)?.[1];
      if (said === undefined) continue;
      started.stderr.resume();
      return said;
    }
    throw new Error("the agent ended before it listened");
  };
  const kill = async () => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGKILL");
    await ended;
  };
  t.after(async () => {
    await kill();
    await rm(folder, { recursive: true, force: true });
  });
  const said = await start();
  if (!existsSync(socket)) throw new Error(`no socket, but: ${said}`);
  const address: AgentAddress =
    kind === "unix" ? { kind, path: socket, token } : { kind, token, open: startBridge(t, socket) };
  return { address, root, kill, restart: async () => void (await start()) };
}

/** The bridge that joins its streams to the agent's socket, as drivers run it; gives new connections to the agent. */
function startBridge(t: TestContext, socket: string): () => Promise<Duplex> {
  const args = [agentMain, "bridge", "--socket", socket];
  const bridge = spawn(process.execPath, args, { stdio: ["pipe", "pipe", "inherit"] });
  const channels = new Channels({ output: bridge.stdin, side: "worker" });
  bridge.stdout.on("data", (chunk: Buffer) => channels.receive(chunk));
  t.after(async () => {
    const ended = once(bridge, "exit");
    bridge.stdin.end();
    await ended;
  });
  return () => Promise.resolve(channels.open());
}
