// Follows a process of the workspace until it ends, its time in the foreground is over, or the call is stopped.
// The process is the agent's: whoever follows may die, and the next one goes on from the beginning of the output.
import { type AgentApi, AgentError, type ProcessInfo } from "../../workspaces/agent/api.ts";
import type { ToolContext } from "../tool.ts";
import {
  agentReturnsMax,
  killAfterMs,
  killedWithinMs,
  outputHeadBytes,
  outputShownBytesMax,
  outputTailBytes,
} from "../tool-limits.ts";
import { workspaceAgent } from "../workspace/chat-workspace-of.ts";
import { OutputWindow } from "./output-window.ts";

export interface Followed {
  /** `ended`: it has, or is lost. `foreground_over`: it goes on. `stopped`: the call's signal was aborted. */
  readonly how: "ended" | "foreground_over" | "stopped";
  /** As last known. */
  readonly process: ProcessInfo;
  readonly window: OutputWindow;
}

export interface FollowInput {
  /** Finds its workspace's agent again by itself when that was revived. */
  readonly agent: AgentApi;
  readonly process: ProcessInfo;
  /** Time since the process's start after which it is left to itself. */
  readonly foregroundMs: number;
}

/** Shows readers the output as it comes. Survives an agent that goes and comes back. */
export async function followProcess(context: ToolContext, input: FollowInput): Promise<Followed> {
  const window = new OutputWindow({ headBytes: outputHeadBytes, tailBytes: outputTailBytes });
  // By the agent's clock, which has counted since the start: a retry does not begin to wait anew.
  const left = Math.max(0, input.foregroundMs - input.process.elapsed_ms);
  const foreground = AbortSignal.timeout(left);
  const signal = AbortSignal.any([context.signal, foreground]);
  const show = createShow(context.emit);
  const ended = await followUntil({ agent: input.agent, key: input.process.key, window, signal, show });
  if (ended !== null) return { how: "ended", process: ended, window };
  const how = context.signal.aborted ? "stopped" : "foreground_over";
  return { how, process: input.process, window };
}

/** SIGTERM to the process group, SIGKILL five seconds later (SPEC I2). What it still says is shown and kept. */
export async function endProcess(
  context: ToolContext,
  key: string,
  window: OutputWindow,
): Promise<ProcessInfo> {
  // The call's own signal is aborted already: ending what it began has time of its own.
  const within = AbortSignal.timeout(killAfterMs + 2 * killedWithinMs);
  const agent = await workspaceAgent(context, within);
  const process = await agent.processes.signal({ key, signal: "SIGTERM" }, within);
  const show = createShow(context.emit);
  const patience = { key, window, show, agent };
  const gone = await followUntil({ ...patience, signal: AbortSignal.timeout(killAfterMs) });
  if (gone !== null) return gone;
  const killed = await agent.processes.signal({ key, signal: "SIGKILL" }, within);
  const dead = await followUntil({ ...patience, signal: AbortSignal.timeout(killedWithinMs) });
  return dead ?? killed ?? process;
}

interface Following {
  readonly key: string;
  readonly window: OutputWindow;
  readonly signal: AbortSignal;
  readonly show: (bytes: Uint8Array) => void;
  readonly agent: AgentApi;
}

/** The process as it ended; null when `signal` was aborted first. */
async function followUntil(following: Following): Promise<ProcessInfo | null> {
  const { agent, key, window, signal, show } = following;
  for (let returns = 0; ; returns++) {
    try {
      for await (const event of agent.processes.follow({ key, offset: window.end }, signal)) {
        if (event.type === "ended") return event.process;
        show(window.take(event.offset, event.bytes));
      }
    } catch (error) {
      if (signal.aborted) return null;
      if (!isUnreachable(error) || returns >= agentReturnsMax) throw error;
    }
    if (signal.aborted) return null;
    if (returns >= agentReturnsMax)
      throw new AgentError("unreachable", "The workspace's agent ends its answers.");
  }
}

function isUnreachable(error: unknown): boolean {
  return error instanceof AgentError && error.code === "unreachable";
}

/** Output as text for readers: whole characters, and no more of it than a page can use; the result has head and tail. */
function createShow(emit: (text: string) => void): (bytes: Uint8Array) => void {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let room = outputShownBytesMax;
  return (bytes) => {
    if (room <= 0) return;
    const text = decoder.decode(bytes.subarray(0, room), { stream: true });
    room -= bytes.length;
    if (text !== "") emit(text);
    if (room <= 0) emit("\n[… more output follows; the result has its end …]\n");
  };
}
