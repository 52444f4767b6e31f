// Checks JSON schemas, and texts against them, in a thread of its own: schemas come from strangers, and neither their regular
// expressions nor their size may stop this process.
import { once } from "node:events";
import { Worker } from "node:worker_threads";

/** The thread loads its library first. On a machine under load that takes seconds. */
const startMs = 30_000;
/** A sound schema and an answer of 1 MiB take a tenth of it. */
const checkMs = 3_000;
/** Questions that wait for the thread. It answers one after the other. */
const questionsWaitingMax = 200;
const heapMib = 192;

export interface FaultAt {
  /** Such as `items[0].price`; empty: the whole. */
  readonly path: string;
  readonly message: string;
}

export interface CheckQuestion {
  readonly schema: Readonly<Record<string, unknown>>;
  /** The first that is JSON is checked. Absent: only the schema is. */
  readonly texts?: readonly string[];
}

export type CheckReply = { readonly type: "ready" } | { readonly type: "sound-schema" } | CheckedText;

export type CheckedText =
  | { readonly type: "faulty-schema"; readonly faults: readonly FaultAt[] }
  | { readonly type: "not-json"; readonly message: string }
  | { readonly type: "misfit"; readonly faults: readonly FaultAt[] }
  /** `place`: of the text that fits. */
  | { readonly type: "fits"; readonly place: number }
  /** It took too long, or too much memory. */
  | { readonly type: "not-checked"; readonly message: string };

export interface SchemaChecker {
  /** Empty: the schema is sound. Never throws. */
  faultsOf(schema: CheckQuestion["schema"]): Promise<readonly FaultAt[]>;
  /** Never throws. */
  check(question: Required<CheckQuestion>): Promise<CheckedText>;
  close(): Promise<void>;
}

const PROGRAM = new URL("./checker-thread.ts", import.meta.url);
const LATE: CheckedText = { type: "not-checked", message: "it takes too long to check" };

interface Thread {
  readonly worker: Worker;
  readonly started: Promise<unknown>;
}

export interface CheckLimits {
  /** For one question. */
  readonly limitMs?: number;
  readonly waitingMax?: number;
}

/** The thread starts with the first question. */
export function createSchemaChecker({
  limitMs = checkMs,
  waitingMax = questionsWaitingMax,
}: CheckLimits = {}): SchemaChecker {
  let thread: Thread | null = null;
  let waiting = 0;
  let last: Promise<unknown> = Promise.resolve();

  const askThread = async (question: CheckQuestion): Promise<CheckReply> => {
    if (thread === null) {
      const fresh = startThread();
      thread = fresh;
      fresh.worker.once("exit", () => {
        if (thread === fresh) thread = null;
      });
    }
    const { worker, started } = thread;
    worker.ref();
    try {
      await started;
      // A thread has no origin, unlike a window of the same name.
      // oxlint-disable-next-line unicorn/require-post-message-target-origin
      worker.postMessage(question);
      return await replyOf(worker, limitMs);
    } catch {
      // It hangs, or its memory is full. The next question gets another one.
      thread = null;
      await worker.terminate();
      return LATE;
    } finally {
      worker.unref();
    }
  };
  const ask = async (question: CheckQuestion): Promise<CheckReply> => {
    if (waiting >= waitingMax) return { type: "not-checked", message: "too many schemas are being checked" };
    waiting += 1;
    const reply = last.then(() => askThread(question)).finally(() => (waiting -= 1));
    last = reply.catch(() => undefined);
    return reply;
  };
  return {
    async faultsOf(schema) {
      const reply = await ask({ schema });
      if (reply.type === "faulty-schema") return reply.faults;
      return reply.type === "not-checked" ? [{ path: "", message: reply.message }] : [];
    },
    async check(question) {
      const reply = await ask(question);
      return reply.type === "ready" || reply.type === "sound-schema" ? LATE : reply;
    },
    async close() {
      await thread?.worker.terminate();
    },
  };
}

function startThread(): Thread {
  const worker = new Worker(PROGRAM, {
    name: "JSON schemas",
    env: {},
    resourceLimits: { maxOldGenerationSizeMb: heapMib },
  });
  // Without it, an error while nobody waits would end the process.
  worker.on("error", () => undefined);
  return { worker, started: replyOf(worker, startMs) };
}

/** Rejects after the time, and if the thread ends. */
async function replyOf(worker: Worker, ms: number): Promise<CheckReply> {
  const ended = new AbortController();
  const end = () => ended.abort();
  worker.once("exit", end);
  try {
    const signal = AbortSignal.any([ended.signal, AbortSignal.timeout(ms)]);
    const [reply] = (await once(worker, "message", { signal })) as [CheckReply];
    return reply;
  } finally {
    worker.off("exit", end);
  }
}
