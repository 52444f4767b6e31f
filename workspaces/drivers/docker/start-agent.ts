// Starts the agent in a workspace's container, and waits until it answers.
import type { Duplex } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { AgentError } from "../../agent/agent-error.ts";
import { openAgent } from "../../client/agent-client.ts";
import { type AgentAddress, WorkspaceError } from "../../driver.ts";
import type { Bridges } from "./bridges.ts";
import { type ContainerView, findContainer, removeContainer } from "./containers.ts";
import { type Engine, EngineError, unlessDone } from "./engine.ts";
import { EngineFrames } from "./engine-frames.ts";
import type { Place } from "./place.ts";

export interface AgentWish {
  readonly place: Place;
  /** The first is for agents that are started; running ones may know another. */
  readonly tokens: readonly [string, ...string[]];
  readonly bridges: Bridges;
  /** Whether processes reach the internet through the bridges. */
  readonly hasEgress: boolean;
}

// The driver's port promises it.
const agentStartMaxMs = 5_000;
const firstPauseMs = 25;
const longestPauseMs = 300;
// The exit code of shells for a program that is missing, or whose loader is.
const programMissingExitCode = 127;
// Enough of a log to see why something did not start.
const tailLines = 20;
const tailCharsMax = 4_000;

/**
 * Starts the workspace's container and hands the token to its agent. If two workers do this at once, one starts it, and
 * nobody reads what the other one writes.
 */
export async function startContainer(engine: Engine, { place, tokens }: AgentWish): Promise<void> {
  const { container: name } = place;
  try {
    const attached = await engine.call(`attach to the container ${name}`, (docker, options) =>
      docker.getContainer(name).attach({ ...options, ...attachment }),
    );
    const input = attached as Duplex;
    try {
      input.on("error", () => undefined).resume();
      await engine
        .call(`start the container ${name}`, (docker, options) => docker.getContainer(name).start(options))
        .catch(unlessDone);
      await new Promise<void>((resolve) =>
        input.once("close", resolve).end(`${tokens[0]}\n`, () => resolve()),
      );
    } finally {
      input.destroy();
    }
  } catch (error) {
    if (!(error instanceof EngineError)) throw error;
    // The next attempt makes another container.
    await removeContainer(engine, name);
    throw new WorkspaceError("agent_failed", `The workspace's container cannot be started. ${error.message}`);
  }
}

// dockerode sends a request's head with its body, so there must be one. The engine does not read it.
const attachment = {
  hijack: true,
  stdin: true,
  _query: { stream: true, stdin: true },
  _body: { stdin: true },
};

/**
 * The address of the agent once it answers. The container runs, or was started just now. Throws `agent_failed` when it ended
 * meanwhile, answers to another token, or does not answer in time.
 */
export async function waitForAgent(
  engine: Engine,
  wish: AgentWish,
  signal: AbortSignal,
): Promise<AgentAddress> {
  const { place, tokens, bridges, hasEgress } = wish;
  const deadline = performance.now() + agentStartMaxMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const container = await findContainer(engine, place);
    if (container?.running !== true) throw await failed(engine, place.container, endOf(container));
    const { id } = container;
    const inTime = AbortSignal.timeout(Math.max(1, Math.ceil(deadline - performance.now())));
    let why = otherToken;
    for (const token of tokens) {
      const address: AgentAddress = { kind: "stream", token, open: () => bridges.connect(id, hasEgress) };
      const fault = await tryAgent(address, AbortSignal.any([signal, inTime]));
      signal.throwIfAborted();
      if (fault === null) return address;
      if (fault.code === "unauthorized") continue;
      why = fault.message;
      break;
    }
    if (why === otherToken || performance.now() + pauseMs > deadline)
      throw await failed(engine, place.container, why);
    await pause(pauseMs, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

const otherToken =
  "it was started under another EVERTURN_SECRET_KEY or by another version of Everturn; stop the workspace and start it again";

/** Null when the agent answers, else why not. */
async function tryAgent(address: AgentAddress, signal: AbortSignal): Promise<AgentError | null> {
  const agent = openAgent(address);
  try {
    await agent.health(signal);
    return null;
  } catch (error) {
    if (error instanceof AgentError) return error;
    if (signal.aborted) return new AgentError("unreachable", "it did not answer in time");
    throw error;
  } finally {
    agent.close();
  }
}

function endOf(container: ContainerView | null): string {
  if (container === null) return "its container was removed";
  if (container.outOfMemory) return "it was ended for using more memory than the workspace may";
  const hint =
    container.exitCode === programMissingExitCode
      ? " (an image must have the C library of Debian, Ubuntu or Fedora; Alpine's cannot load Node)"
      : "";
  return `it ended with exit code ${container.exitCode ?? "unknown"}${hint}${container.error && `: ${container.error}`}`;
}

async function failed(engine: Engine, container: string, why: string): Promise<WorkspaceError> {
  const log = await logTail(engine, container);
  const words = `The workspace agent does not answer: ${why}. Its log ends:\n${log}`;
  return new WorkspaceError("agent_failed", words);
}

/** The last lines that the container wrote, or why they cannot be read. Throws only when it was aborted. */
async function logTail(engine: Engine, container: string): Promise<string> {
  try {
    const bytes = await engine.call(`give the log of the container ${container}`, (docker, options) =>
      docker.getContainer(container).logs({ ...options, stdout: true, stderr: true, tail: tailLines }),
    );
    const frames = Buffer.isBuffer(bytes) ? new EngineFrames().read(bytes) : [];
    const text = frames.map((frame) => frame.bytes.toString()).join("");
    return text.trim().slice(-tailCharsMax) || "(nothing was logged)";
  } catch (error) {
    engine.signal?.throwIfAborted();
    return `(no log: ${error instanceof Error ? error.message : String(error)})`;
  }
}
