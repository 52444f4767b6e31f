// Follows a process of the workspace until it ends, its time in the foreground is over, or the call is stopped. The agent owns the process, so
// a worker that follows it may die: the next worker reads the output from the beginning.
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
  /** `ended`: the process ended, or is lost. `foreground_over`: it continues. `stopped`: the call's signal was aborted. */
  readonly how: "ended" | "foreground_over" | "stopped";
  /** As last known. */
  readonly process: ProcessInfo;
  readonly window: OutputWindow;
}

export interface FollowInput {
  /** Reconnects by itself if the agent was started again. */
  readonly agent: AgentApi;
  readonly process: ProcessInfo;
  /** How long after its start the process is followed. */
  readonly foregroundMs: number;
}

/** Follows the process and shows readers the output as it comes. An agent may go away and come back meanwhile. */
export async function followProcess(context: ToolContext, input: FollowInput): Promise<Followed> {
  const window = new OutputWindow({ headBytes: outputHeadBytes, tailBytes: outputTailBytes });
  // The agent counts from the start of the process, so a retry does not wait the whole time again.
  const left = Math.max(0, input.foregroundMs - input.process.elapsed_ms);
  const foreground = AbortSignal.timeout(left);
  const signal = AbortSignal.any([context.signal, foreground]);
  const show = createShow(context.emit);
  const ended = await followUntil({ agent: input.agent, key: input.process.key, window, signal, show });
  if (ended !== null) return { how: "ended", process: ended, window };
  const how = context.signal.aborted ? "stopped" : "foreground_over";
  return { how, process: input.process, window };
}

/** Sends SIGTERM to the process group, and SIGKILL five seconds later (SPEC I2). Output that still comes is shown and kept. */
export async function endProcess(
  context: ToolContext,
  key: string,
  window: OutputWindow,
): Promise<ProcessInfo> {
  // The call's own signal is already aborted, so ending the process has a time limit of its own.
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

/** Decodes output for readers, in whole characters and up to a limit. The result has the head and the tail. */
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
