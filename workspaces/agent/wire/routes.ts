// What each path of protocol.ts does.
import type * as z from "zod";
import { AgentError } from "../agent-error.ts";
import type { AgentHealth, FileChanges, FileViews, Processes, ProcessInfo } from "../api.ts";
import type { Effects } from "../effects.ts";
import { encodeFrame, type Frame } from "./frames.ts";
import {
  agentPaths,
  bytesType,
  framesType,
  keyPattern,
  listedCommandCharsMax,
  type ProcessAction,
} from "./protocol.ts";
import { readRequest, requests } from "./requests.ts";

/** A request, understood as far as HTTP goes. */
export interface AgentCall {
  readonly body: unknown;
  readonly query: Readonly<Record<string, string>>;
  /** From `Idempotency-Key`. */
  readonly effectKey: string | null;
  /** Aborted when the client goes away. */
  readonly signal: AbortSignal;
}

export type AgentAnswer =
  | { readonly type: "json"; readonly value: unknown }
  | { readonly type: "bytes"; readonly bytes: Uint8Array; readonly contentType: string }
  | { readonly type: "frames"; readonly frames: AsyncIterable<Frame> };

export type AgentHandler = (call: AgentCall) => Promise<AgentAnswer>;

export interface RoutesInput {
  readonly files: FileViews & FileChanges;
  readonly processes: Processes;
  readonly effects: Effects;
  readonly health: AgentHealth;
}

/** Null: there is no such route. */
export type FindHandler = (method: string, path: string) => AgentHandler | null;

// An effect goes on to its end when its client goes away: half an edit is worse than a whole one.
const toItsEnd = new AbortController().signal;

export function createRoutes(input: RoutesInput): FindHandler {
  const handlers: Readonly<Record<string, AgentHandler>> = { ...fileRoutes(input), ...processRoutes(input) };
  return (method, path) => {
    const route = `${method} ${path}`;
    if (Object.hasOwn(handlers, route)) return handlers[route] ?? null;
    // Taken apart by hand: a URL would make `..`, which is a key, into something else.
    const prefix = `${agentPaths.processes}/`;
    const [key = "", action = "", ...rest] = path.startsWith(prefix)
      ? path.slice(prefix.length).split("/")
      : [];
    if (!keyPattern.test(key) || rest.length > 0) return null;
    return oneProcess(input, key, `${method} ${action}`);
  };
}

function fileRoutes({ files, effects }: RoutesInput): Record<string, AgentHandler> {
  return {
    [`POST ${agentPaths.readLines}`]: view(requests.readLines, (args, signal) =>
      files.readLines(args, signal),
    ),
    [`POST ${agentPaths.list}`]: view(requests.list, (args, signal) => files.listDir(args, signal)),
    [`POST ${agentPaths.stat}`]: view(requests.stat, (args, signal) => files.stat(args, signal)),
    [`POST ${agentPaths.grep}`]: view(requests.grep, (args, signal) => files.grep(args, signal)),
    [`POST ${agentPaths.find}`]: view(requests.find, (args, signal) => files.findFiles(args, signal)),
    [`POST ${agentPaths.readBytes}`]: async ({ body, signal }) => {
      const bytes = await files.readBytes(readRequest(requests.readBytes, body, "body"), signal);
      return { type: "bytes", bytes, contentType: bytesType };
    },
    [`POST ${agentPaths.write}`]: async (call) => {
      const key = requiredKey(call);
      const args = readRequest(requests.write, call.body, "body");
      const write = () => files.writeFile({ key, ...args }, toItsEnd);
      return json(await effects.once(key, ["write", args], write));
    },
    [`POST ${agentPaths.edit}`]: async (call) => {
      const key = requiredKey(call);
      const args = readRequest(requests.edit, call.body, "body");
      const edit = () => files.editFiles({ key, ...args }, toItsEnd);
      return json(await effects.once(key, ["edit", args], edit));
    },
  };
}

function processRoutes({ processes, health }: RoutesInput): Record<string, AgentHandler> {
  return {
    [`GET ${agentPaths.health}`]: async () => json(health),
    [`POST ${agentPaths.processes}`]: view(requests.start, (spec, signal) => processes.start(spec, signal)),
    [`GET ${agentPaths.processes}`]: async ({ signal }) =>
      json({ processes: (await processes.list(signal)).map(listed) }),
  };
}

/** A call that changes nothing, or that is the same effect when it is repeated: it ends when its client goes away. */
function view<Schema extends z.ZodType>(
  schema: Schema,
  look: (args: z.output<Schema>, signal: AbortSignal) => Promise<unknown>,
): AgentHandler {
  return async ({ body, signal }) => json(await look(readRequest(schema, body, "body"), signal));
}

/** `what` is the method and the last word of the path. */
function oneProcess(input: RoutesInput, key: string, what: string): AgentHandler | null {
  const { processes } = input;
  switch (what as "GET " | `GET ${ProcessAction}` | `POST ${ProcessAction}`) {
    case "GET ":
      return async ({ signal }) => json({ process: await processes.get(key, signal) });
    case "GET output":
      return async ({ query, signal }) => {
        const args = { key, ...readRequest(requests.output, query, "query") };
        const { process, offset, bytes } = await processes.output(args, signal);
        const frames: Frame[] = [
          { type: "output", offset, bytes },
          { type: "process", process },
        ];
        return { type: "bytes", bytes: Buffer.concat(frames.map(encodeFrame)), contentType: framesType };
      };
    case "GET follow":
      return async ({ query, signal }) => {
        const args = { key, ...readRequest(requests.follow, query, "query") };
        // That there is no such process is an answer of its own; later it could only be a frame.
        await processes.get(key, signal);
        return { type: "frames", frames: processes.follow(args, signal) };
      };
    case "POST signal":
      return async (call) => {
        const args = { key, ...readRequest(requests.signal, call.body, "body") };
        return once(input, call, { what: ["signal", args], act: () => processes.signal(args, toItsEnd) });
      };
    case "POST input":
      return async (call) => {
        const args = { key, ...readRequest(requests.input, call.body, "body") };
        return once(input, call, { what: ["input", args], act: () => processes.writeInput(args, toItsEnd) });
      };
    default:
      return null;
  }
}

/** Once, if the client gave it a key; signals and input of people have none. */
async function once(
  { effects }: RoutesInput,
  { effectKey }: AgentCall,
  effect: Effect,
): Promise<AgentAnswer> {
  const { what, act } = effect;
  return json({ process: effectKey === null ? await act() : await effects.once(effectKey, what, act) });
}

interface Effect {
  readonly what: unknown;
  readonly act: () => Promise<ProcessInfo>;
}

function json(value: unknown): AgentAnswer {
  return { type: "json", value };
}

function requiredKey({ effectKey }: AgentCall): string {
  if (effectKey !== null) return effectKey;
  throw new AgentError("bad_request", "The header Idempotency-Key is missing.");
}

function listed(process: ProcessInfo): ProcessInfo {
  const { command } = process;
  if (command.length <= listedCommandCharsMax) return process;
  return { ...process, command: `${command.slice(0, listedCommandCharsMax)}…` };
}
