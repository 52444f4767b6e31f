// Workspaces: drivers make the place. This file: a started container's agent is waited for, and when it does not come up
// the error says what the container said last.
import { AgentError } from "../../agent/api.ts";
import { openAgent } from "../../client/agent-client.ts";
import { type AgentAddress, WorkspaceError } from "../../driver.ts";
import { type ContainerView, findContainer, pause } from "./docker-containers.ts";
import { logTail } from "./docker-logs.ts";
import { namesOf, type Place } from "./docker-place.ts";
import type { EngineClient } from "./engine/engine-client.ts";

export interface AgentWish {
  readonly place: Place;
  readonly token: string;
  readonly agentPort: number;
  /** Whether the container was started just now: one that does not run has then ended. */
  readonly started: boolean;
}

// As the port of drivers says: one attempt lasts this long.
const agentStartMaxMs = 5_000;
const firstPauseMs = 25;
const longestPauseMs = 300;
// As shells say it: no such program, or what loads it is missing.
const programMissingExitCode = 127;

/**
 * Where the agent of a running container answers; null when there is none that runs, and none was started.
 * Throws `agent_failed` when it ended meanwhile, answers to another token, or does not answer in time.
 */
export async function agentOf(
  engine: EngineClient,
  wish: AgentWish,
  signal: AbortSignal,
): Promise<AgentAddress | null> {
  const name = namesOf(wish.place.workspaceId).container;
  const deadline = performance.now() + agentStartMaxMs;
  let why = "no port of it was published";
  let wasRunning = wish.started;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
    const container = await findContainer(engine, { place: wish.place, name }, signal);
    if (container?.running !== true) {
      if (!wasRunning) return null;
      throw await failed(engine, { name, why: endOf(container) }, signal);
    }
    wasRunning = true;
    const address = addressOf(container, wish);
    const leftMs = deadline - performance.now();
    if (address !== null && leftMs > 0) {
      const fault = await tryAgent(
        address,
        AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(leftMs))]),
      );
      signal.throwIfAborted();
      if (fault === null) return address;
      if (fault.code === "unauthorized") throw await failed(engine, { name, why: otherToken }, signal);
      why = fault.message;
    }
    if (performance.now() + pauseMs > deadline) throw await failed(engine, { name, why }, signal);
    await pause(pauseMs, signal);
  }
}

const otherToken =
  "it was started under another EVERTURN_SECRET_KEY or by another version of Everturn; stop the workspace and start it again";

/** A published port, else the container's own address: internal networks publish none. */
function addressOf(container: ContainerView, { token, agentPort }: AgentWish): AgentAddress | null {
  const published = container.publishedPort(agentPort);
  if (published !== null) return { kind: "tcp", host: "127.0.0.1", port: published, token };
  if (container.address === null) return null;
  return { kind: "tcp", host: container.address, port: agentPort, token };
}

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

async function failed(
  engine: EngineClient,
  { name, why }: { readonly name: string; readonly why: string },
  signal: AbortSignal,
): Promise<WorkspaceError> {
  const log = await logTail(engine, name, signal);
  return new WorkspaceError(
    "agent_failed",
    `The workspace agent does not answer: ${why}. Its log ends:\n${log}`,
  );
}
