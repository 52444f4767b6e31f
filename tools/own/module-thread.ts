// The thread of one module, as the worker sees it: it is started, told to run calls, and given up when a call in it cannot be ended.
//
// Modules are the operator's code, but their faults must not be the worker's: an endless loop would stop all turns of the worker,
// and an error that nobody catches would end it.
import { pathToFileURL } from "node:url";
import { Worker } from "node:worker_threads";
import type { FoundModule } from "./find-modules.ts";
import { heapMib } from "./limits.ts";
import type { FromThread, ToThread } from "./thread-messages.ts";

export type Loaded = Extract<FromThread, { type: "loaded" | "faulty" }>;
type OfCall = Extract<FromThread, { readonly id: number }>;

/** Told what the thread says about one call. `lost`: the thread has ended, and with it the call. */
export type OnCall = (message: OfCall | { readonly type: "lost"; readonly why: string }) => void;

export interface ModuleThread {
  readonly loaded: Promise<Loaded>;
  /** Sends the call, and tells what comes of it. */
  begin(call: Omit<Extract<ToThread, { type: "call" }>, "type" | "id">, onCall: OnCall): BegunCall;
  /** Takes no further calls, and ends when its last call has ended. */
  retire(): void;
  readonly isRetired: boolean;
  /** Resolves when it is gone. */
  readonly ended: Promise<void>;
  end(): Promise<void>;
}

export interface BegunCall {
  tell(message: DistributiveOmit<Exclude<ToThread, { type: "call" }>, "id">): void;
  /** Nobody waits for it any more. */
  forget(): void;
}

type DistributiveOmit<Union, Key extends PropertyKey> = Union extends unknown ? Omit<Union, Key> : never;

export interface ThreadInput {
  readonly importMs: number;
  /** Takes what the module prints. */
  readonly onPrint: (text: string) => void;
}

const PROGRAM = new URL("./thread-main.ts", import.meta.url);

export function startModuleThread(module: FoundModule, { importMs, onPrint }: ThreadInput): ModuleThread {
  const worker = openWorker(module, onPrint);
  const calls = new Map<number, OnCall>();
  const loaded = Promise.withResolvers<Loaded>();
  const ended = Promise.withResolvers<void>();
  const late = setTimeout(() => {
    loaded.resolve({ type: "faulty", message: `it did not load within ${importMs / 1000} s`, error: null });
  }, importMs);
  void loaded.promise.then(({ type }) => {
    clearTimeout(late);
    if (type === "faulty") void worker.terminate();
  });
  let isRetired = false;
  let why = "it ended by itself";
  worker.on("message", (message: FromThread) => {
    if ("id" in message) calls.get(message.id)?.(message);
    else loaded.resolve(message);
  });
  worker.on("error", (error: unknown) => {
    why = error instanceof Error ? error.message : String(error);
  });
  worker.on("exit", () => {
    isRetired = true;
    loaded.resolve({ type: "faulty", message: "it ended while it was imported", error: why });
    for (const onCall of calls.values()) onCall({ type: "lost", why });
    calls.clear();
    ended.resolve();
  });
  const endIfUnused = () => {
    if (isRetired && calls.size === 0) void worker.terminate();
  };
  let callIds = 0;
  return {
    loaded: loaded.promise,
    begin(call, onCall) {
      const id = ++callIds;
      // A thread has no origin, unlike a window of the same name.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      const tell = (message: ToThread) => worker.postMessage(message);
      calls.set(id, onCall);
      tell({ type: "call", id, ...call });
      return {
        tell: (message) => tell({ ...message, id }),
        forget() {
          calls.delete(id);
          endIfUnused();
        },
      };
    },
    retire() {
      isRetired = true;
      endIfUnused();
    },
    get isRetired() {
      return isRetired;
    },
    ended: ended.promise,
    async end() {
      isRetired = true;
      await worker.terminate();
    },
  };
}

function openWorker(module: FoundModule, onPrint: ThreadInput["onPrint"]): Worker {
  const worker = new Worker(PROGRAM, {
    workerData: { url: pathToFileURL(module.path).href },
    name: `own tools of ${module.name}`,
    env: withoutOwnSecrets(process.env),
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  for (const stream of [worker.stdout, worker.stderr])
    stream.on("data", (chunk: Buffer) => onPrint(String(chunk)));
  return worker;
}

/** Modules get what the operator gave to the worker, except for what is Everturn's alone. No wall: they run in its process. */
function withoutOwnSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const { DATABASE_URL: _, EVERTURN_SECRET_KEY: __, EVERTURN_SECRET_KEY_PREVIOUS: ___, ...rest } = env;
  return rest;
}
