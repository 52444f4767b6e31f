// Workspaces: the agent's API over HTTP, for whoever is outside of the workspace. The wire is in agent/protocol.ts.
import { randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import {
  type AgentApi,
  AgentError,
  type FileChanges,
  type FileViews,
  type OutputRange,
  type ProcessEvent,
  type Processes,
} from "./agent/api.ts";
import { type Frame, FrameReader } from "./agent/frames.ts";
import {
  agentPaths,
  followPingMs,
  keyPattern,
  outputWaitMaxMs,
  type ProcessAction,
  type ProcessAnswer,
  type ProcessesAnswer,
  processPath,
  type StartAnswer,
} from "./agent/protocol.ts";
import { AgentConnection, classify, parseAnswer } from "./agent-connection.ts";
import type { AgentAddress } from "./driver.ts";

// Writing 10 MiB to a slow disk, or waiting 20 s for output, is well within.
const callTimeoutMs = 30_000;
// The agent itself gives a search up before (search_timeout), with words.
const searchTimeoutMs = 15_000;
// Three missed pings.
const followSilenceMaxMs = 3 * followPingMs;

/** The agent at this address. Nothing is connected until the first call; `close` ends what there is. */
export function openAgent(address: AgentAddress): AgentApi & { close(): void } {
  const connection = new AgentConnection(address);
  return {
    async health(signal) {
      const call = { method: "GET", path: agentPaths.health, timeoutMs: callTimeoutMs } as const;
      return parseAnswer(await connection.exchange(call, signal));
    },
    files: filesOver(connection),
    processes: processesOver(connection),
    close: () => connection.close(),
  };
}

interface Post {
  readonly path: string;
  readonly body: unknown;
  readonly key?: string;
  readonly timeoutMs?: number;
}

function postOver(connection: AgentConnection, post: Post, signal: AbortSignal): Promise<Buffer> {
  return connection.exchange({ method: "POST", timeoutMs: callTimeoutMs, ...post }, signal);
}

function filesOver(connection: AgentConnection): FileViews & FileChanges {
  const ask = async <Answer>(post: Post, signal: AbortSignal) =>
    parseAnswer<Answer>(await postOver(connection, post, signal));
  const timeoutMs = searchTimeoutMs;
  return {
    readLines: (body, signal) => ask({ path: agentPaths.readLines, body }, signal),
    listDir: (body, signal) => ask({ path: agentPaths.list, body }, signal),
    grep: (body, signal) => ask({ path: agentPaths.grep, body, timeoutMs }, signal),
    findFiles: (body, signal) => ask({ path: agentPaths.find, body, timeoutMs }, signal),
    stat: (body, signal) => ask({ path: agentPaths.stat, body }, signal),
    readBytes: (body, signal) => postOver(connection, { path: agentPaths.readBytes, body }, signal),
    writeFile: ({ key, ...body }, signal) => ask({ path: agentPaths.write, body, key }, signal),
    editFiles: ({ key, ...body }, signal) => ask({ path: agentPaths.edit, body, key }, signal),
  };
}

function processesOver(connection: AgentConnection): Processes {
  const get = (path: string, signal: AbortSignal) =>
    connection.exchange({ method: "GET", path, timeoutMs: callTimeoutMs }, signal);
  // A key of its own makes the second attempt after a lost answer the same call.
  const tell = async (path: string, body: unknown, signal: AbortSignal) => {
    const answer = await postOver(connection, { path, body, key: randomUUID() }, signal);
    return parseAnswer<ProcessAnswer>(answer).process;
  };
  return {
    async start(body, signal) {
      return parseAnswer<StartAnswer>(
        await postOver(connection, { path: agentPaths.processes, body }, signal),
      );
    },
    async get(key, signal) {
      return parseAnswer<ProcessAnswer>(await get(pathOf(key), signal)).process;
    },
    async list(signal) {
      return parseAnswer<ProcessesAnswer>(await get(agentPaths.processes, signal)).processes;
    },
    async output({ key, offset, max_bytes, wait_ms }, signal) {
      const query = new URLSearchParams({ offset: String(offset) });
      if (max_bytes !== undefined) query.set("max_bytes", String(max_bytes));
      if (wait_ms !== undefined) query.set("wait_ms", String(Math.min(wait_ms, outputWaitMaxMs)));
      return rangeOf(await get(`${pathOf(key, "output")}?${query.toString()}`, signal));
    },
    follow: (args, signal) => follow(connection, args, signal),
    signal: async ({ key, ...body }, signal) => tell(pathOf(key, "signal"), body, signal),
    writeInput: async ({ key, ...body }, signal) => tell(pathOf(key, "input"), body, signal),
  };
}

/** The path of a process. Keys stand in it as they are, so nothing else may pass for one. */
function pathOf(key: string, action?: ProcessAction): string {
  if (!keyPattern.test(key)) throw new AgentError("process_not_found", `no process is called ${key}`);
  return processPath(key, action);
}

function rangeOf(body: Buffer): OutputRange {
  const [output, last] = framesIn(new FrameReader(), body);
  if (output?.type !== "output" || last?.type !== "process") throw notOurs();
  return { offset: output.offset, bytes: output.bytes, process: last.process };
}

function framesIn(reader: FrameReader, bytes: Buffer): Frame[] {
  try {
    return reader.push(bytes);
  } catch {
    throw notOurs();
  }
}

function notOurs(): AgentError {
  return new AgentError("internal", "the workspace's agent answered what is not its protocol");
}

/** The caller's pace is the stream's: nothing is read ahead of it. Leaving the loop closes the connection. */
async function* follow(
  connection: AgentConnection,
  { key, offset }: { readonly key: string; readonly offset: number },
  signal: AbortSignal,
): AsyncGenerator<ProcessEvent, void, void> {
  const path = `${pathOf(key, "follow")}?offset=${offset}`;
  const answer = await connection.stream({ method: "GET", path, timeoutMs: callTimeoutMs }, signal);
  const reader = new FrameReader();
  try {
    for await (const piece of piecesOf(answer)) {
      for (const frame of framesIn(reader, piece)) {
        if (frame.type === "error") {
          throw new AgentError(frame.error.code, frame.error.message, frame.error.hint);
        }
        if (frame.type === "process") throw notOurs();
        if (frame.type !== "ping") yield frame;
        if (frame.type === "ended") return;
        signal.throwIfAborted();
      }
    }
  } catch (error) {
    throw classify(error, signal);
  } finally {
    answer.destroy();
  }
  throw new AgentError("unreachable", "the workspace's agent ended the stream early");
}

/** Silence counts only while we wait for it to end: a slow reader must not take the agent for dead. */
async function* piecesOf(answer: IncomingMessage): AsyncGenerator<Buffer, void, void> {
  const silent = () => answer.destroy(new AgentError("unreachable", "the workspace's agent fell silent"));
  const pieces = (answer as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  for (;;) {
    const timer = setTimeout(silent, followSilenceMaxMs);
    const next = await pieces.next().finally(() => clearTimeout(timer));
    if (next.done === true) return;
    yield next.value;
  }
}
