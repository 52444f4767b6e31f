// Workspaces: the agent's API over HTTP, for whoever is outside of the workspace. The wire is in agent/protocol.ts.
import { randomUUID } from "node:crypto";
import {
  type AgentApi,
  AgentError,
  type FileChanges,
  type FileViews,
  type OutputRange,
  type Processes,
} from "../agent/api.ts";
import {
  agentPaths,
  keyPattern,
  outputBytesMax,
  outputWaitMaxMs,
  type ProcessAction,
  processPath,
} from "../agent/wire/protocol.ts";
import type { AgentAddress } from "../driver.ts";
import {
  type AnswerKind,
  answers,
  badAnswer,
  outputAnswerBytesMax,
  rawBytesMax,
  readAnswer,
} from "./agent-answers.ts";
import { AgentConnection } from "./agent-connection.ts";
import { followOutput, rangeOf } from "./agent-output.ts";

// Writing 10 MiB to a slow disk is well within.
const callTimeoutMs = 30_000;
// Nothing to do but to answer (SPEC W3).
const healthTimeoutMs = 5_000;
// The agent itself gives a search up before (search_timeout), with words; all other looks take less.
const viewTimeoutMs = 15_000;
// On top of what the agent was asked to wait for output.
const waitSlackMs = 10_000;

/** The agent at this address. Nothing is connected until the first call; `close` ends what there is. */
export function openAgent(address: AgentAddress): AgentApi & { close(): void } {
  const connection = new AgentConnection(address);
  return {
    async health(signal) {
      return get(
        connection,
        { path: agentPaths.health, kind: answers.health, timeoutMs: healthTimeoutMs },
        signal,
      );
    },
    files: filesOver(connection),
    processes: processesOver(connection),
    close: () => connection.close(),
  };
}

interface Get<Value> {
  readonly path: string;
  readonly kind: AnswerKind<Value>;
  readonly timeoutMs?: number;
}

async function get<Value>(connection: AgentConnection, ask: Get<Value>, signal: AbortSignal): Promise<Value> {
  const { path, kind, timeoutMs = viewTimeoutMs } = ask;
  const call = { method: "GET", path, timeoutMs, answerBytesMax: kind.bytesMax } as const;
  return readAnswer(await connection.exchange(call, signal), kind);
}

interface Post<Value> extends Get<Value> {
  readonly body: unknown;
  readonly key?: string;
}

async function post<Value>(
  connection: AgentConnection,
  ask: Post<Value>,
  signal: AbortSignal,
): Promise<Value> {
  const { path, body, key, kind, timeoutMs = callTimeoutMs } = ask;
  const named = key === undefined ? {} : { key };
  const call = { method: "POST", path, body, ...named, timeoutMs, answerBytesMax: kind.bytesMax } as const;
  return readAnswer(await connection.exchange(call, signal), kind);
}

function filesOver(connection: AgentConnection): FileViews & FileChanges {
  const timeoutMs = viewTimeoutMs;
  const view = <Value>(path: string, kind: AnswerKind<Value>) => {
    return (body: unknown, signal: AbortSignal) => post(connection, { path, body, kind, timeoutMs }, signal);
  };
  const change = <Value>(path: string, kind: AnswerKind<Value>) => {
    return ({ key, ...body }: { readonly key: string }, signal: AbortSignal) =>
      post(connection, { path, body, key, kind }, signal);
  };
  return {
    readLines: view(agentPaths.readLines, answers.lines),
    listDir: view(agentPaths.list, answers.folder),
    grep: view(agentPaths.grep, answers.grep),
    findFiles: view(agentPaths.find, answers.paths),
    stat: view(agentPaths.stat, answers.stat),
    async readBytes(body, signal) {
      const call = { method: "POST", path: agentPaths.readBytes, body, timeoutMs } as const;
      const answerBytesMax = Math.min(body.length, rawBytesMax);
      return connection.exchange({ ...call, answerBytesMax }, signal);
    },
    writeFile: change(agentPaths.write, answers.written),
    editFiles: change(agentPaths.edit, answers.edited),
  };
}

function processesOver(connection: AgentConnection): Processes {
  // A key of its own makes the second attempt after a lost answer the same call.
  const tell = async (path: string, body: unknown, signal: AbortSignal) => {
    const ask = { path, body, key: randomUUID(), kind: answers.process };
    return (await post(connection, ask, signal)).process;
  };
  return {
    start: (body, signal) =>
      post(connection, { path: agentPaths.processes, body, kind: answers.started }, signal),
    async get(key, signal) {
      return (await get(connection, { path: pathOf(key), kind: answers.process }, signal)).process;
    },
    async list(signal) {
      const ask = { path: agentPaths.processes, kind: answers.processes };
      return (await get(connection, ask, signal)).processes;
    },
    output: (args, signal) => outputOf(connection, args, signal),
    follow: ({ key, offset }, signal) => {
      const path = `${pathOf(key, "follow")}?offset=${offset}`;
      const call = { method: "GET", path, timeoutMs: viewTimeoutMs, answerBytesMax: 0 } as const;
      return followOutput(() => connection.stream(call, signal), offset, signal);
    },
    signal: async ({ key, ...body }, signal) => tell(pathOf(key, "signal"), body, signal),
    writeInput: async ({ key, ...body }, signal) => tell(pathOf(key, "input"), body, signal),
  };
}

async function outputOf(
  connection: AgentConnection,
  { key, offset, max_bytes = outputBytesMax, wait_ms = 0 }: Parameters<Processes["output"]>[0],
  signal: AbortSignal,
): Promise<OutputRange> {
  const waitMs = Math.min(wait_ms, outputWaitMaxMs);
  const query = new URLSearchParams({ offset: String(offset), max_bytes: String(max_bytes) });
  if (waitMs > 0) query.set("wait_ms", String(waitMs));
  const path = `${pathOf(key, "output")}?${query.toString()}`;
  const timeoutMs = waitMs + waitSlackMs;
  const call = { method: "GET", path, timeoutMs, answerBytesMax: outputAnswerBytesMax } as const;
  const range = rangeOf(await connection.exchange(call, signal));
  if (range.bytes.length > max_bytes || range.offset < offset) throw badAnswer("another range of the output");
  return range;
}

/** The path of a process. Keys stand in it as they are, so nothing else may pass for one. */
function pathOf(key: string, action?: ProcessAction): string {
  if (!keyPattern.test(key)) throw new AgentError("process_not_found", `no process is called ${key}`);
  return processPath(key, action);
}
