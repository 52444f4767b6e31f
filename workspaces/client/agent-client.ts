// The agent's API over HTTP, for whoever is outside of the workspace. The wire is in agent/wire/protocol.ts.
import { randomUUID } from "node:crypto";
import { AgentError } from "../agent/agent-error.ts";
import type { AgentApi, FileChanges, FileViews, OutputRange, Processes } from "../agent/api.ts";
import { readRangeBytesMax } from "../agent/files/file-limits.ts";
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
  type AnswerName,
  type AnswerOf,
  answerBytesMax,
  badAnswer,
  outputAnswerBytesMax,
  readAnswer,
} from "./agent-answers.ts";
import { type AgentCall, AgentConnection } from "./agent-connection.ts";
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
  const ask: Ask = async ({ answer, timeoutMs = callTimeoutMs, ...call }, signal) => {
    const bounds = { timeoutMs, answerBytesMax: answerBytesMax[answer] };
    return readAnswer(await connection.exchange({ ...call, ...bounds }, signal), answer);
  };
  return {
    health: (signal) =>
      ask({ path: agentPaths.health, answer: "health", timeoutMs: healthTimeoutMs }, signal),
    files: filesOver(connection, ask),
    processes: processesOver(connection, ask),
    close: () => connection.close(),
  };
}

/** `timeoutMs`: `callTimeoutMs` when absent. */
type AskInput<Name> = Pick<AgentCall, "path" | "body" | "bytes" | "key"> & {
  readonly answer: Name;
  readonly timeoutMs?: number;
};
type Ask = <Name extends AnswerName>(call: AskInput<Name>, signal: AbortSignal) => Promise<AnswerOf<Name>>;

function filesOver(connection: AgentConnection, ask: Ask): FileViews & FileChanges {
  const view = <Name extends AnswerName>(path: string, answer: Name) => {
    return (body: unknown, signal: AbortSignal) =>
      ask({ path, body, answer, timeoutMs: viewTimeoutMs }, signal);
  };
  const change = <Name extends AnswerName>(path: string, answer: Name) => {
    return ({ key, ...body }: { readonly key: string }, signal: AbortSignal) =>
      ask({ path, body, key, answer }, signal);
  };
  return {
    readLines: view(agentPaths.readLines, "lines"),
    listDir: view(agentPaths.list, "folder"),
    grep: view(agentPaths.grep, "grep"),
    findFiles: view(agentPaths.find, "paths"),
    stat: view(agentPaths.stat, "stat"),
    readBytes(body, signal) {
      const answerBytesMax = Math.min(body.length, readRangeBytesMax);
      const call = { path: agentPaths.readBytes, body, timeoutMs: viewTimeoutMs, answerBytesMax };
      return connection.exchange(call, signal);
    },
    writeFile: change(agentPaths.write, "written"),
    async writeBytes({ key, path: asked, bytes }, signal) {
      const path = `${agentPaths.writeBytes}?path=${encodeURIComponent(asked)}`;
      return ask({ path, bytes, key, answer: "written" }, signal).catch(explainOldAgent);
    },
    editFiles: change(agentPaths.edit, "edited"),
  };
}

function explainOldAgent(error: unknown): never {
  const isOld = error instanceof AgentError && error.message.startsWith("There is no POST ");
  if (!isOld) throw error;
  const message = "The workspace's agent is older than this server and cannot take bytes.";
  throw new AgentError("bad_request", message, "Stop the workspace and start it again.");
}

function processesOver(connection: AgentConnection, ask: Ask): Processes {
  // A key of its own makes the second attempt after a lost answer the same call.
  const tell = async (path: string, body: unknown, signal: AbortSignal) =>
    (await ask({ path, body, key: randomUUID(), answer: "process" }, signal)).process;
  const timeoutMs = viewTimeoutMs;
  return {
    start: (body, signal) => ask({ path: agentPaths.processes, body, answer: "started" }, signal),
    get: async (key, signal) =>
      (await ask({ path: pathOf(key), answer: "process", timeoutMs }, signal)).process,
    list: async (signal) =>
      (await ask({ path: agentPaths.processes, answer: "processes", timeoutMs }, signal)).processes,
    output: (args, signal) => outputOf(connection, args, signal),
    follow({ key, offset }, signal) {
      const path = `${pathOf(key, "follow")}?offset=${offset}`;
      return followOutput(() => connection.stream({ path, timeoutMs }, signal), offset, signal);
    },
    signal: async ({ key, ...body }, signal) => tell(pathOf(key, "signal"), body, signal),
    writeInput: async ({ key, ...body }, signal) => tell(pathOf(key, "input"), body, signal),
    resize: async ({ key, ...body }, signal) => tell(pathOf(key, "resize"), body, signal),
  };
}

async function outputOf(
  connection: AgentConnection,
  { key, offset, max_bytes = outputBytesMax, wait_ms = 0 }: Parameters<Processes["output"]>[0],
  signal: AbortSignal,
): Promise<OutputRange> {
  const waitMs = Math.min(wait_ms, outputWaitMaxMs);
  const query = `offset=${offset}&max_bytes=${max_bytes}${waitMs > 0 ? `&wait_ms=${waitMs}` : ""}`;
  const path = `${pathOf(key, "output")}?${query}`;
  const call = { path, timeoutMs: waitMs + waitSlackMs, answerBytesMax: outputAnswerBytesMax };
  const range = rangeOf(await connection.exchange(call, signal));
  if (range.bytes.length > max_bytes || range.offset < offset) throw badAnswer("another range of the output");
  return range;
}

/** The path of a process. Keys stand in it as they are, so nothing else may pass for one. */
function pathOf(key: string, action?: ProcessAction): string {
  if (!keyPattern.test(key)) throw new AgentError("process_not_found", `no process is called ${key}`);
  return processPath(key, action);
}
