// An agent that may go away in the middle of a call. A request that may be repeated is sent once more, to the agent that was
// found again. Any other request fails, and the error says whether it may have had an effect.
import { ToolError } from "../../tools/tool-error.ts";
import {
  type AgentApi,
  AgentError,
  type ProcessEvent,
  type ProcessSignal,
} from "../../workspaces/agent/api.ts";

export interface SteadyAgentInput {
  readonly agent: AgentApi;
  /** The agent found again. Throws `ToolError` when the workspace is stopped or gone, or its agent stays silent. */
  readonly recover: (signal: AbortSignal) => Promise<AgentApi>;
}

/** Signals whose second arrival changes nothing. */
const repeatableSignals: readonly ProcessSignal[] = ["SIGTERM", "SIGKILL", "SIGSTOP", "SIGCONT"];

export function createSteadyAgent(input: SteadyAgentInput): AgentApi {
  let { agent } = input;
  const recover = async (signal: AbortSignal): Promise<AgentApi> => {
    agent = await input.recover(signal);
    return agent;
  };
  /** Reads, and effects that the agent keeps under a key: asked twice, they act once. */
  const repeatable = async <T>(signal: AbortSignal, ask: (agent: AgentApi) => Promise<T>): Promise<T> => {
    try {
      return await ask(agent);
    } catch (error) {
      if (signal.aborted || !isGone(error)) throw error;
    }
    const found = await recover(signal);
    return ask(found).catch((error: unknown) => {
      throw signal.aborted || !isGone(error) ? error : goneAgain();
    });
  };
  const once = async <T>(signal: AbortSignal, ask: (agent: AgentApi) => Promise<T>): Promise<T> => {
    try {
      return await ask(agent);
    } catch (error) {
      if (signal.aborted || !isGone(error)) throw error;
      // A refused token means that nothing was done.
      if (error.code === "unauthorized") return ask(await recover(signal));
      await recover(signal);
      throw unknownOutcome();
    }
  };
  return {
    health: (signal) => repeatable(signal, (at) => at.health(signal)),
    files: steadyFiles(repeatable),
    processes: {
      start: (spec, signal) => repeatable(signal, (at) => at.processes.start(spec, signal)),
      get: (key, signal) => repeatable(signal, (at) => at.processes.get(key, signal)),
      list: (signal) => repeatable(signal, (at) => at.processes.list(signal)),
      output: (args, signal) => repeatable(signal, (at) => at.processes.output(args, signal)),
      signal: (args, signal) => {
        const mayRepeat = repeatableSignals.includes(args.signal);
        return (mayRepeat ? repeatable : once)(signal, (at) => at.processes.signal(args, signal));
      },
      writeInput: (args, signal) => once(signal, (at) => at.processes.writeInput(args, signal)),
      resize: (args, signal) => repeatable(signal, (at) => at.processes.resize(args, signal)),
      follow: (args, signal) => followSteadily({ agent: () => agent, recover }, args, signal),
    },
  };
}

type Repeatable = <T>(signal: AbortSignal, ask: (agent: AgentApi) => Promise<T>) => Promise<T>;

/** Views change nothing, and changes carry a key. */
function steadyFiles(repeatable: Repeatable): AgentApi["files"] {
  return {
    readLines: (args, signal) => repeatable(signal, (at) => at.files.readLines(args, signal)),
    listDir: (args, signal) => repeatable(signal, (at) => at.files.listDir(args, signal)),
    grep: (args, signal) => repeatable(signal, (at) => at.files.grep(args, signal)),
    findFiles: (args, signal) => repeatable(signal, (at) => at.files.findFiles(args, signal)),
    stat: (args, signal) => repeatable(signal, (at) => at.files.stat(args, signal)),
    readBytes: (args, signal) => repeatable(signal, (at) => at.files.readBytes(args, signal)),
    writeFile: (args, signal) => repeatable(signal, (at) => at.files.writeFile(args, signal)),
    writeBytes: (args, signal) => repeatable(signal, (at) => at.files.writeBytes(args, signal)),
    editFiles: (args, signal) => repeatable(signal, (at) => at.files.editFiles(args, signal)),
  };
}

/** Gone in the middle: who follows has seen the bytes up to some offset and asks again from there, if there is an agent again. */
async function* followSteadily(
  steady: { agent(): AgentApi; recover(signal: AbortSignal): Promise<AgentApi> },
  args: { readonly key: string; readonly offset: number },
  signal: AbortSignal,
): AsyncGenerator<ProcessEvent> {
  try {
    yield* steady.agent().processes.follow(args, signal);
  } catch (error) {
    if (signal.aborted || !isGone(error)) throw error;
    await steady.recover(signal);
    throw new AgentError("unreachable", "The workspace's agent went away and is back.");
  }
}

function isGone(error: unknown): error is AgentError {
  return error instanceof AgentError && (error.code === "unreachable" || error.code === "unauthorized");
}

function goneAgain(): ToolError {
  return new ToolError(
    "The workspace's agent went away, came back and went away again.",
    "Try again in a moment; stop_workspace and start_workspace start it afresh.",
  );
}

function unknownOutcome(): ToolError {
  return new ToolError(
    "The workspace's agent went away during the call and is back: whether the call took effect is not known. It was not repeated.",
  );
}
