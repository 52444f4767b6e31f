// What each path of protocol.ts does.
import { createHash } from "node:crypto";
import type * as z from "zod";
import { AgentError } from "../agent-error.ts";
import type { AgentHealth, FileChanges, FileViews, Processes, ProcessInfo } from "../api.ts";
import type { Effects } from "../effects.ts";
import { encodeFrame, type Frame } from "./frames.ts";
import { agentPaths, bytesType, framesType, keyPattern, listedCommandCharsMax } from "./protocol.ts";
import { readRequest, requests } from "./requests.ts";

/** A request, understood as far as HTTP goes. */
export interface AgentCall {
  /** JSON; raw bytes where the client says that it sends those. */
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
  const handlers: Readonly<Record<string, AgentHandler>> = {
    ...fileRoutes(input),
    ...processesRoutes(input),
  };
  const ofProcess = processRoutes(input);
  return (method, path) => {
    const route = `${method} ${path}`;
    if (Object.hasOwn(handlers, route)) return handlers[route] ?? null;
    // Taken apart by hand: a URL would make `..`, which is a key, into something else.
    const [root, version, processes, key = "", ...action] = path.split("/");
    const isProcess = [root, version, processes].join("/") === agentPaths.processes && keyPattern.test(key);
    const what = `${method} ${action.join("/")}`;
    const handle = isProcess && Object.hasOwn(ofProcess, what) ? ofProcess[what] : undefined;
    return handle === undefined ? null : (call) => handle(key, call);
  };
}

function fileRoutes({ files, effects }: RoutesInput): Record<string, AgentHandler> {
  const change =
    <Schema extends z.ZodObject>(name: string, schema: Schema, act: Change<z.output<Schema>>): AgentHandler =>
    async ({ body, effectKey: key }) => {
      if (key === null) throw missingKey();
      const args = readRequest(schema, body, "body");
      return json(await effects.once(key, [name, args], () => act({ key, ...args }, toItsEnd)));
    };
  return {
    [`POST ${agentPaths.readLines}`]: view(requests.readLines, files.readLines),
    [`POST ${agentPaths.list}`]: view(requests.list, files.listDir),
    [`POST ${agentPaths.stat}`]: view(requests.stat, files.stat),
    [`POST ${agentPaths.grep}`]: view(requests.grep, files.grep),
    [`POST ${agentPaths.find}`]: view(requests.find, files.findFiles),
    [`POST ${agentPaths.readBytes}`]: async ({ body, signal }) => {
      const bytes = await files.readBytes(readRequest(requests.readBytes, body, "body"), signal);
      return { type: "bytes", bytes, contentType: bytesType };
    },
    [`POST ${agentPaths.write}`]: change("write", requests.write, files.writeFile),
    [`POST ${agentPaths.writeBytes}`]: async ({ body, query, effectKey: key }) => {
      if (key === null) throw missingKey();
      if (!(body instanceof Uint8Array)) throw new AgentError("bad_request", `The body is no ${bytesType}.`);
      const args = readRequest(requests.writeBytes, query, "query");
      const what = ["writeBytes", args, createHash("sha256").update(body).digest("hex")];
      const effect = () => files.writeBytes({ key, ...args, bytes: body }, toItsEnd);
      return json(await effects.once(key, what, effect));
    },
    [`POST ${agentPaths.edit}`]: change("edit", requests.edit, files.editFiles),
  };
}

function missingKey(): AgentError {
  return new AgentError("bad_request", "The header Idempotency-Key is missing.");
}

type Change<Args> = (args: Args & { readonly key: string }, signal: AbortSignal) => Promise<unknown>;

/** A call that changes nothing, or that is the same effect when it is repeated: it ends when its client goes away. */
function view<Schema extends z.ZodType>(
  schema: Schema,
  look: (args: z.output<Schema>, signal: AbortSignal) => Promise<unknown>,
): AgentHandler {
  return async ({ body, signal }) => json(await look(readRequest(schema, body, "body"), signal));
}

function processesRoutes({ processes, health }: RoutesInput): Record<string, AgentHandler> {
  return {
    [`GET ${agentPaths.health}`]: async () => json(health),
    [`POST ${agentPaths.processes}`]: view(requests.start, processes.start),
    [`GET ${agentPaths.processes}`]: async ({ signal }) =>
      json({ processes: (await processes.list(signal)).map(listed) }),
  };
}

/** By method and last word of the path. */
function processRoutes({
  processes,
  effects,
}: RoutesInput): Record<string, (key: string, call: AgentCall) => Promise<AgentAnswer>> {
  // Once, if the client gave it a key; signals and input of people have none.
  const tell =
    <Schema extends z.ZodObject>(name: string, schema: Schema, act: Change<z.output<Schema>>) =>
    async (key: string, { body, effectKey }: AgentCall) => {
      const args = { key, ...readRequest(schema, body, "body") };
      const effect = () => act(args, toItsEnd);
      return json({
        process: effectKey === null ? await effect() : await effects.once(effectKey, [name, args], effect),
      });
    };
  return {
    "GET ": async (key, { signal }) => json({ process: await processes.get(key, signal) }),
    "GET output": async (key, { query, signal }) => {
      const args = { key, ...readRequest(requests.output, query, "query") };
      const { process, offset, bytes } = await processes.output(args, signal);
      const frames: Frame[] = [
        { type: "output", offset, bytes },
        { type: "process", process },
      ];
      return { type: "bytes", bytes: Buffer.concat(frames.map(encodeFrame)), contentType: framesType };
    },
    "GET follow": async (key, { query, signal }) => {
      const args = { key, ...readRequest(requests.follow, query, "query") };
      // That there is no such process is an answer of its own; later it could only be a frame.
      await processes.get(key, signal);
      return { type: "frames", frames: processes.follow(args, signal) };
    },
    "POST signal": tell("signal", requests.signal, processes.signal),
    "POST input": tell("input", requests.input, processes.writeInput),
    "POST resize": tell("resize", requests.resize, processes.resize),
  };
}

function json(value: unknown): AgentAnswer {
  return { type: "json", value };
}

function listed(process: ProcessInfo): ProcessInfo {
  const { command } = process;
  if (command.length <= listedCommandCharsMax) return process;
  return { ...process, command: `${command.slice(0, listedCommandCharsMax)}…` };
}
