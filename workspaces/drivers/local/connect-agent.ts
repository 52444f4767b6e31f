// Workspaces: from a provisioned place to an agent that answers: the running one, else a started one.
import { setTimeout as pause } from "node:timers/promises";
import { AgentError } from "../../agent/api.ts";
import { agentVersion } from "../../agent/wire/protocol.ts";
import { openAgent } from "../../client/agent-client.ts";
import { openSocket } from "../../client/agent-socket.ts";
import { type AgentAddress, WorkspaceError } from "../../driver.ts";
import { endProcesses } from "./end-processes.ts";
import { findProcesses } from "./find-processes.ts";
import { socketAddress, type WorkspacePlace } from "./place/workspace-place.ts";
import { type AgentStart, type StartingAgent, startAgent } from "./start-agent.ts";

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
  const address = await addressOf(place, token);
  return (await ask(address, signal)) === "ours" ? address : null;
}

/** Finds or starts it. The place's lock is held. Throws `agent_failed`. */
export async function bringUpAgent(start: AgentStart, signal: AbortSignal): Promise<AgentAddress> {
  const { place, token } = start;
  const address = await addressOf(place, token);
  const answer = await ask(address, signal);
  if (answer === "ours") return address;
  // Another secret key, or an Everturn of another version: it cannot be spoken to, and its work goes on in nobody's name. So
  // it does where there is no socket, which is there before an agent is started and goes with it.
  if (answer === "stranger" || answer === "absent") await endProcesses(place);
  const { agent, last } = await waitForAnswer(start, address, signal);
  if (last === "ours") return address;
  throw await failure({ place, agent, last });
}

async function addressOf(place: WorkspacePlace, token: string): Promise<AgentAddress> {
  return { kind: "unix", path: await socketAddress(place), token };
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
    const last = await ask(address, signal);
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
  // It never got that far: the next attempt starts another.
  else if (agent === null && last !== "silent") await endProcesses(place);
  const what =
    ended === null
      ? `it gave no answer within ${answerWithinMs / 1_000} s${last === "silent" ? ", though it runs: stop and start the workspace if that lasts" : ""}`
      : `it ended at once (${ended})`;
  const words = `The workspace's agent does not come up: ${what}.`;
  return new WorkspaceError("agent_failed", tail === "" ? words : `${words}\n${tail}`);
}

async function ask(address: AgentAddress, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
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

async function isListening(address: AgentAddress): Promise<boolean> {
  const socket = await openSocket(address, AbortSignal.timeout(healthTimeoutMs)).catch(() => null);
  socket?.destroy();
  return socket !== null;
}
