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
 * `ours`: it answers and knows a token of ours. `newer`: so does it, but it is of a newer Everturn. `stranger`: it answers
 * otherwise. `silent`: it listens only. `absent`: nobody listens.
 */
type Answer = "ours" | "newer" | "stranger" | "silent" | "absent";

interface Asked {
  readonly address: AgentAddress;
  readonly answer: Answer;
}

/** The address of the agent if it runs and answers, otherwise null. Takes about a millisecond. */
export async function runningAgent(
  place: WorkspacePlace,
  tokens: readonly string[],
  signal: AbortSignal,
): Promise<AgentAddress | null> {
  const { address, answer } = await ask(place, tokens, signal);
  return answer === "ours" ? address : null;
}

/** Finds or starts the agent. Hold the place's lock. Throws `agent_failed`. */
export async function bringUpAgent(start: AgentStart, signal: AbortSignal): Promise<AgentAddress> {
  const { place, tokens } = start;
  const { address, answer } = await ask(place, tokens, signal);
  if (answer === "ours") return address;
  if (answer === "newer") throw newerAgent();
  // Another secret key, or an older Everturn: it cannot be spoken to, and its work goes on in nobody's name. So it does where
  // there is no socket, which is there before an agent is started and goes with it.
  if (answer === "stranger" || answer === "absent") await endProcesses(place);
  const { agent, last } = await waitForAnswer(start, signal);
  if (last.answer === "ours") return last.address;
  throw await failure({ place, agent, last: last.answer });
}

interface Waited {
  /** The agent that was started; null if one ran already. */
  readonly agent: StartingAgent | null;
  readonly last: Asked;
}

async function waitForAnswer(start: AgentStart, signal: AbortSignal): Promise<Waited> {
  const { place, tokens } = start;
  const until = performance.now() + answerWithinMs;
  let agent: StartingAgent | null = null;
  for (;;) {
    if (agent === null && !(await wakeAgent(place))) {
      // If only the agent was killed, its sandbox lives on with the commands, and nothing controls them.
      await endProcesses(place);
      agent = await startAgent(start);
    }
    const last = await ask(place, tokens, signal);
    if (last.answer === "ours" || performance.now() >= until) return { agent, last };
    // It ended while we asked it.
    if (agent !== null && agent.ended() !== null) return { agent, last: { ...last, answer: "absent" } };
    await pause(lookAgainMs, undefined, { signal });
  }
}

/** Lets an agent go on that somebody has stopped (SIGSTOP): what it runs goes on, too. False: there is none. */
async function wakeAgent(place: WorkspacePlace): Promise<boolean> {
  const agents = (await findProcesses(place)).filter(({ kind }) => kind === "agent");
  for (const { pid } of agents) {
    if (readProcess(pid)?.state[0] === "T") send(pid, "SIGCONT");
  }
  return agents.length > 0;
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
  // It never listened. The next attempt starts another one.
  else if (agent === null && last !== "silent") await endProcesses(place);
  const what =
    ended === null
      ? `it gave no answer within ${answerWithinMs / 1_000} s${last === "silent" ? ", though it runs: stop and start the workspace if that lasts" : ""}`
      : `it ended at once (${ended})`;
  const words = `The workspace's agent does not come up: ${what}.`;
  return new WorkspaceError("agent_failed", tail === "" ? words : `${words}\n${tail}`);
}

/** Tries each token until the agent accepts one. */
async function ask(place: WorkspacePlace, tokens: readonly string[], signal: AbortSignal): Promise<Asked> {
  const path = await socketAddress(place);
  let asked: Asked | null = null;
  for (const token of tokens) {
    const address = { kind: "unix", path, token } as const;
    asked = { address, answer: await askWith(address, signal) };
    if (asked.answer !== "stranger") break;
  }
  if (asked === null) throw new Error("an agent is asked without a token");
  return asked;
}

async function askWith(address: AgentAddress, signal: AbortSignal): Promise<Answer> {
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

function newerAgent(): WorkspaceError {
  return new WorkspaceError(
    "agent_failed",
    "The workspace's agent is of a newer Everturn, and its work is left alone: this server has to be updated.",
  );
}

async function isListening(address: AgentAddress): Promise<boolean> {
  const socket = await openSocket(address, AbortSignal.timeout(healthTimeoutMs)).catch(() => null);
  socket?.destroy();
  return socket !== null;
}
