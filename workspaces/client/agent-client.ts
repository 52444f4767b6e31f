// The agent's API over HTTP, for whoever is outside of the workspace. The wire is in agent/wire/protocol.ts.
import { randomUUID } from "node:crypto";
import { AgentError } from "../agent/agent-error.ts";
import type { AgentApi, FileChanges, FileViews, OutputRange, Processes } from "../agent/api.ts";
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
  rawBytesMax,
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
  return {
    health: (signal) => {
      const call = { method: "GET", path: agentPaths.health, timeoutMs: healthTimeoutMs } as const;
      return ask(connection, { ...call, answer: "health" }, signal);
    },
    files: filesOver(connection),
    processes: processesOver(connection),
    close: () => connection.close(),
  };
}

interface Ask<Name extends AnswerName> extends Omit<AgentCall, "answerBytesMax"> {
  readonly answer: Name;
}

async function ask<Name extends AnswerName>(
  connection: AgentConnection,
  { answer, ...call }: Ask<Name>,
  signal: AbortSignal,
): Promise<AnswerOf<Name>> {
  const body = await connection.exchange({ ...call, answerBytesMax: answerBytesMax[answer] }, signal);
  return readAnswer(body, answer);
}

function filesOver(connection: AgentConnection): FileViews & FileChanges {
  const view = <Name extends AnswerName>(path: string, answer: Name) => {
    return (body: unknown, signal: AbortSignal) =>
      ask(connection, { method: "POST", path, body, timeoutMs: viewTimeoutMs, answer }, signal);
  };
  const change = <Name extends AnswerName>(path: string, answer: Name) => {
    return ({ key, ...body }: { readonly key: string }, signal: AbortSignal) =>
      ask(connection, { method: "POST", path, body, key, timeoutMs: callTimeoutMs, answer }, signal);
  };
  return {
    readLines: view(agentPaths.readLines, "lines"),
    listDir: view(agentPaths.list, "folder"),
    grep: view(agentPaths.grep, "grep"),
    findFiles: view(agentPaths.find, "paths"),
    stat: view(agentPaths.stat, "stat"),
    async readBytes(body, signal) {
      const call = { method: "POST", path: agentPaths.readBytes, body, timeoutMs: viewTimeoutMs } as const;
      const answerBytesMax = Math.min(body.length, rawBytesMax);
      return connection.exchange({ ...call, answerBytesMax }, signal);
    },
    writeFile: change(agentPaths.write, "written"),
    editFiles: change(agentPaths.edit, "edited"),
  };
}

function processesOver(connection: AgentConnection): Processes {
  const get = <Name extends AnswerName>(path: string, answer: Name) =>
    ({ method: "GET", path, timeoutMs: viewTimeoutMs, answer }) as const;
  // A key of its own makes the second attempt after a lost answer the same call.
  const tell = async (path: string, body: unknown, signal: AbortSignal) => {
    const call = { method: "POST", path, body, key: randomUUID(), timeoutMs: callTimeoutMs } as const;
    return (await ask(connection, { ...call, answer: "process" }, signal)).process;
  };
  return {
    start(body, signal) {
      const call = { method: "POST", path: agentPaths.processes, body, timeoutMs: callTimeoutMs } as const;
      return ask(connection, { ...call, answer: "started" }, signal);
    },
    async get(key, signal) {
      return (await ask(connection, get(pathOf(key), "process"), signal)).process;
    },
    async list(signal) {
      return (await ask(connection, get(agentPaths.processes, "processes"), signal)).processes;
    },
    output: (args, signal) => outputOf(connection, args, signal),
    follow({ key, offset }, signal) {
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
