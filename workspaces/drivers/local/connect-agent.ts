// Connects to the agent of a workspace, and starts one if none runs.
import { setTimeout as pause } from "node:timers/promises";
import { readProcess } from "../../../platform/system-processes.ts";
import { AgentError } from "../../agent/agent-error.ts";
import { agentVersion } from "../../agent/wire/protocol.ts";
import { openAgent } from "../../client/agent-client.ts";
import { openSocket } from "../../client/agent-socket.ts";
import { type AgentAddress, WorkspaceError } from "../../driver.ts";
import { endProcesses, send } from "./end-processes.ts";
import { findProcesses } from "./find-processes.ts";
import { socketAddress, type WorkspacePlace } from "./place/workspace-place.ts";
import { type AgentStart, type StartingAgent, startAgent } from "./start-agent.ts";

// The driver's port promises it. On an idle machine the agent needs a tenth of it.
const answerWithinMs = 5_000;
// A health call takes a millisecond. If it takes this long, the agent is stopped or overloaded.
const healthTimeoutMs = 2_000;
const lookAgainMs = 10;

/**
 * `ours`: it answers and knows a token of ours. `newer`: the same, but it is of a newer Everturn. `stranger`: it gives any
 * other answer. `silent`: it listens, but does not answer. `absent`: nothing listens.
 */
type Answer = "ours" | "newer" | "stranger" | "silent" | "absent";

/** Finds or starts the agent. Hold the place's lock. Throws `agent_failed`. */
export async function bringUpAgent(start: AgentStart, signal: AbortSignal): Promise<AgentAddress> {
  const { place, tokens } = start;
  const { address, answer } = await askAgent(place, tokens, signal);
  if (answer === "ours") return address;
  if (answer === "newer")
    throw new WorkspaceError(
      "agent_failed",
      "The workspace's agent is of a newer Everturn, and its work is left alone: this server has to be updated.",
    );
  // An agent with another secret key, or of an older Everturn, cannot be used, so what it runs is ended. So is what runs without
  // a socket: the socket exists before an agent starts, and goes with it.
  if (answer === "stranger" || answer === "absent") await endProcesses(place);
  const until = performance.now() + answerWithinMs;
  let agent: StartingAgent | null = null;
  for (;;) {
    if (agent === null && !(await wakeAgent(place))) {
      // If only the agent was killed, its sandbox lives on with the commands, and nothing controls them.
      await endProcesses(place);
      agent = await startAgent(start);
    }
    const asked = await askAgent(place, tokens, signal);
    if (asked.answer === "ours") return asked.address;
    const hasEnded = agent !== null && agent.ended() !== null;
    if (hasEnded || performance.now() >= until) throw await failure(place, agent, asked.answer);
    await pause(lookAgainMs, undefined, { signal });
  }
}

/** Continues an agent that was stopped (SIGSTOP), so what it runs continues, too. Returns whether there is an agent. */
async function wakeAgent(place: WorkspacePlace): Promise<boolean> {
  const agents = (await findProcesses(place)).filter(({ kind }) => kind === "agent");
  for (const { pid } of agents) {
    if (readProcess(pid)?.state[0] === "T") send(pid, "SIGCONT");
  }
  return agents.length > 0;
}

async function failure(
  place: WorkspacePlace,
  agent: StartingAgent | null,
  answer: Answer,
): Promise<WorkspaceError> {
  const ended = agent?.ended() ?? null;
  const tail = agent === null ? "" : await agent.logTail();
  // It ended, or never listened. The next attempt starts another one.
  if (ended !== null || (agent === null && answer !== "silent")) await endProcesses(place);
  const hint = answer === "silent" ? ", though it runs: stop and start the workspace if that lasts" : "";
  const what =
    ended === null
      ? `it gave no answer within ${answerWithinMs / 1_000} s${hint}`
      : `it ended at once (${ended})`;
  const words = `The workspace's agent does not come up: ${what}.`;
  return new WorkspaceError("agent_failed", tail === "" ? words : `${words}\n${tail}`);
}

/** Tries each token until the agent accepts one. Takes about a millisecond when it does. */
export async function askAgent(
  place: WorkspacePlace,
  tokens: AgentStart["tokens"],
  signal: AbortSignal,
): Promise<{ readonly address: AgentAddress; readonly answer: Answer }> {
  const path = await socketAddress(place);
  const [token, ...others] = tokens;
  let asked = await askWith({ kind: "unix", path, token }, signal);
  for (const token of others)
    if (asked.answer === "stranger") asked = await askWith({ kind: "unix", path, token }, signal);
  return asked;
}

async function askWith(address: AgentAddress, signal: AbortSignal) {
  return { address, answer: await answerOf(address, signal) };
}

async function answerOf(address: AgentAddress, signal: AbortSignal): Promise<Answer> {
  signal.throwIfAborted();
  const agent = openAgent(address);
  try {
    const { version } = await agent.health(AbortSignal.any([signal, AbortSignal.timeout(healthTimeoutMs)]));
    const [theirs, ours] = [majorOf(version), majorOf(agentVersion)];
    if (theirs === ours) return "ours";
    return theirs > ours ? "newer" : "stranger";
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AgentError && error.code !== "unreachable") return "stranger";
    return (await isListening(address)) ? "silent" : "absent";
  } finally {
    agent.close();
  }
}

function majorOf(version: string): number {
  return Number.parseInt(version, 10) || 0;
}

async function isListening(address: AgentAddress): Promise<boolean> {
  const socket = await openSocket(address, AbortSignal.timeout(healthTimeoutMs)).catch(() => null);
  socket?.destroy();
  return socket !== null;
}
