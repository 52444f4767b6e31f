// Workspaces: from a provisioned place to an agent that answers: the running one, else a started one.
import { lstat } from "node:fs/promises";
import { createConnection } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { AgentError } from "../../agent/api.ts";
import { agentVersion } from "../../agent/protocol.ts";
import { openAgent } from "../../agent-client.ts";
import { type AgentAddress, WorkspaceError } from "../../driver.ts";
import { endProcesses } from "./end-processes.ts";
import { findProcesses } from "./find-processes.ts";
import { type AgentStart, type StartingAgent, startAgent } from "./start-agent.ts";
import { socketAddress, type WorkspacePlace } from "./workspace-place.ts";

// What the port promises; on an idle machine the agent is up in a tenth of it.
const answerWithinMs = 5_000;
// A health call takes a millisecond; one that takes this long says that the agent is stopped or drowning.
const healthTimeoutMs = 2_000;
const lookAgainMs = 10;

/** `ours`: it answers and knows our token. `stranger`: it answers otherwise. `silent`: it listens only. `absent`: nobody listens. */
type Answer = "ours" | "stranger" | "silent" | "absent";

/** The address of the agent if it is there and well, else null. About a millisecond. */
export async function runningAgent(
  place: WorkspacePlace,
  token: string,
  signal: AbortSignal,
): Promise<AgentAddress | null> {
  const address = await addressOf(place, token, false);
  return (await ask(place, address, signal)) === "ours" ? address : null;
}

/** Finds or starts it. The place's lock is held. Throws `agent_failed`. */
export async function bringUpAgent(start: AgentStart, signal: AbortSignal): Promise<AgentAddress> {
  const { place, token } = start;
  const address = await addressOf(place, token, true);
  const answer = await ask(place, address, signal);
  if (answer === "ours") return address;
  // Another secret key, or an Everturn of another version: it cannot be spoken to, and its work goes on in nobody's name.
  if (answer === "stranger") await endProcesses(place);
  const { agent, last } = await waitForAnswer(start, address, signal);
  if (last === "ours") return address;
  throw await failure({ place, agent, last });
}

async function addressOf(place: WorkspacePlace, token: string, make: boolean): Promise<AgentAddress> {
  return { kind: "unix", path: await socketAddress(place, make), token };
}

interface Waited {
  /** The one that was started; null: one was there already. */
  readonly agent: StartingAgent | null;
  readonly last: Answer;
}

async function waitForAnswer(start: AgentStart, address: AgentAddress, signal: AbortSignal): Promise<Waited> {
  const { place } = start;
  const until = performance.now() + answerWithinMs;
  let agent: StartingAgent | null = null;
  for (;;) {
    if (agent === null && !(await hasAgent(place))) {
      // An agent that was killed leaves a sandbox that lasts as long as any of its processes, and nobody to follow them.
      await endProcesses(place);
      agent = await startAgent(start);
    }
    const last = await ask(place, address, signal);
    if (last === "ours" || performance.now() >= until) return { agent, last };
    // It ended while it was asked: nothing more will come.
    if (agent !== null && agent.ended() !== null) return { agent, last: "absent" };
    await pause(lookAgainMs, undefined, { signal });
  }
}

async function hasAgent(place: WorkspacePlace): Promise<boolean> {
  return (await findProcesses(place)).some(({ kind }) => kind === "agent");
}

async function failure(of: {
  readonly place: WorkspacePlace;
  readonly agent: StartingAgent | null;
  readonly last: Answer;
}): Promise<WorkspaceError> {
  const { place, agent, last } = of;
  const ended = agent?.ended() ?? null;
  const tail = agent === null ? "" : await agent.logTail();
  if (ended !== null) await endProcesses(place);
  // Its socket was removed from within, or it never got that far: the next attempt starts another.
  else if (agent === null && last !== "silent") await endProcesses(place);
  const what =
    ended === null
      ? `it gave no answer within ${answerWithinMs / 1_000} s${last === "silent" ? ", though it runs: stop and start the workspace if that lasts" : ""}`
      : `it ended at once (${ended})`;
  const words = `The workspace's agent does not come up: ${what}.`;
  return new WorkspaceError("agent_failed", tail === "" ? words : `${words}\n${tail}`);
}

async function ask(place: WorkspacePlace, address: AgentAddress, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  // The folder is the workspace's to write: a link there could lead us to another service's socket.
  if (!(await lstat(place.socket).catch(() => null))?.isSocket()) return "absent";
  const agent = openAgent(address);
  try {
    const health = await agent.health(AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)]));
    return majorOf(health.version) === majorOf(agentVersion) ? "ours" : "stranger";
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AgentError && error.code !== "unreachable") return "stranger";
    return (await isListening(address)) ? "silent" : "absent";
  } finally {
    agent.close();
  }
}

function majorOf(version: unknown): string {
  return String(version).split(".")[0] ?? "";
}

function isListening(address: AgentAddress): Promise<boolean> {
  if (address.kind !== "unix") return Promise.resolve(false);
  return new Promise((resolve) => {
    const socket = createConnection(address.path, () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
