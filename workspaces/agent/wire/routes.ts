// The workspace agent runs inside the workspace. This file: what each path of protocol.ts does.
import type { AgentHealth, FileChanges, FileViews, Processes, ProcessInfo } from "../api.ts";
import { AgentError } from "../api.ts";
import type { EffectJournal } from "../effect-journal.ts";
import { encodeFrame, type Frame } from "./frames.ts";
import {
  agentPaths,
  bytesType,
  framesType,
  keyPattern,
  listedCommandCharsMax,
  type ProcessAction,
} from "./protocol.ts";
import type { Field } from "./request-fields.ts";
import {
  editShape,
  findShape,
  followShape,
  grepShape,
  inputShape,
  listShape,
  outputShape,
  readBytesShape,
  readLinesShape,
  signalShape,
  startShape,
  statShape,
  writeShape,
} from "./request-shapes.ts";

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

export interface AgentParts {
  readonly files: FileViews & FileChanges;
  readonly processes: Processes;
  readonly effects: EffectJournal;
  readonly health: AgentHealth;
}

/** Null: there is no such route. */
export type FindHandler = (method: string, path: string) => AgentHandler | null;

// An effect goes on to its end when its client goes away: half an edit is worse than a whole one.
const toItsEnd = new AbortController().signal;

export function createRoutes(parts: AgentParts): FindHandler {
  const handlers = new Map([...fileRoutes(parts), ...processRoutes(parts)]);
  return (method, path) => {
    const handler = handlers.get(`${method} ${path}`);
    if (handler !== undefined) return handler;
    // Taken apart by hand: a URL would make `..`, which is a key, into something else.
    const [key = "", action, ...rest] = path.startsWith(`${agentPaths.processes}/`)
      ? path.slice(agentPaths.processes.length + 1).split("/")
      : [];
    if (!keyPattern.test(key) || rest.length > 0) return null;
    return oneProcess(parts, key, `${method} ${action ?? ""}`);
  };
}

function fileRoutes({ files, effects, health }: AgentParts): [string, AgentHandler][] {
  return [
    [`GET ${agentPaths.health}`, async () => json(health)],
    [`POST ${agentPaths.readLines}`, view(readLinesShape, (args, signal) => files.readLines(args, signal))],
    [`POST ${agentPaths.list}`, view(listShape, (args, signal) => files.listDir(args, signal))],
    [`POST ${agentPaths.stat}`, view(statShape, (args, signal) => files.stat(args, signal))],
    [`POST ${agentPaths.grep}`, view(grepShape, (args, signal) => files.grep(args, signal))],
    [`POST ${agentPaths.find}`, view(findShape, (args, signal) => files.findFiles(args, signal))],
    [
      `POST ${agentPaths.readBytes}`,
      async (call) => {
        const bytes = await files.readBytes(readBytesShape(call.body, "body"), call.signal);
        return { type: "bytes", bytes, contentType: bytesType };
      },
    ],
    [
      `POST ${agentPaths.write}`,
      async (call) => {
        const args = writeShape(call.body, "body");
        const key = requiredKey(call);
        const write = () => files.writeFile({ key, ...args }, toItsEnd);
        return json(await effects.once(key, ["write", args], write));
      },
    ],
    [
      `POST ${agentPaths.edit}`,
      async (call) => {
        const args = editShape(call.body, "body");
        const key = requiredKey(call);
        const edit = () => files.editFiles({ key, ...args }, toItsEnd);
        return json(await effects.once(key, ["edit", args], edit));
      },
    ],
  ];
}

/** A call that changes nothing: it ends when its client goes away. */
function view<Args>(
  shape: Field<Args>,
  look: (args: Args, signal: AbortSignal) => Promise<unknown>,
): AgentHandler {
  return async ({ body, signal }) => json(await look(shape(body, "body"), signal));
}

function processRoutes({ processes }: AgentParts): [string, AgentHandler][] {
  return [
    [
      `POST ${agentPaths.processes}`,
      async (call) => json(await processes.start(startShape(call.body, "body"), toItsEnd)),
    ],
    [
      `GET ${agentPaths.processes}`,
      async (call) => json({ processes: (await processes.list(call.signal)).map(listed) }),
    ],
  ];
}

/** `what` is the method and the last word of the path. */
function oneProcess(parts: AgentParts, key: string, what: string): AgentHandler | null {
  const { processes } = parts;
  switch (what as "GET " | `GET ${ProcessAction}` | `POST ${ProcessAction}`) {
    case "GET ":
      return async (call) => json({ process: await processes.get(key, call.signal) });
    case "GET output":
      return async (call) => output(processes, key, call);
    case "GET follow":
      return async (call) => {
        const { offset } = followShape(call.query, "query");
        // That there is no such process is an answer of its own; later it could only be a frame.
        await processes.get(key, call.signal);
        return { type: "frames", frames: processes.follow({ key, offset }, call.signal) };
      };
    case "POST signal":
      return async (call) => {
        const args = signalShape(call.body, "body");
        return keyed(parts, call, {
          what: ["signal", key, args],
          act: () => processes.signal({ key, ...args }, toItsEnd),
        });
      };
    case "POST input":
      return async (call) => {
        const args = inputShape(call.body, "body");
        return keyed(parts, call, {
          what: ["input", key, args],
          act: () => processes.writeInput({ key, ...args }, toItsEnd),
        });
      };
    default:
      return null;
  }
}

async function output(processes: Processes, key: string, call: AgentCall): Promise<AgentAnswer> {
  const { process, offset, bytes } = await processes.output(
    { key, ...outputShape(call.query, "query") },
    call.signal,
  );
  const frames = [encodeFrame({ type: "output", offset, bytes }), encodeFrame({ type: "process", process })];
  return { type: "bytes", bytes: Buffer.concat(frames), contentType: framesType };
}

interface Effect {
  readonly what: unknown;
  act(): Promise<ProcessInfo>;
}

/** Once, if the client gave it a key; signals and input of people have none. */
async function keyed({ effects }: AgentParts, call: AgentCall, effect: Effect): Promise<AgentAnswer> {
  const act = () => effect.act();
  const process =
    call.effectKey === null ? await act() : await effects.once(call.effectKey, effect.what, act);
  return json({ process });
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
