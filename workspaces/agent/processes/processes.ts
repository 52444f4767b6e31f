// What can be asked of the agent's processes, over the table of them.
import { followBytesMax } from "../agent-limits.ts";
import type { OutputRange, ProcessEvent, Processes } from "../api.ts";
import { outputBytesMax } from "../wire/protocol.ts";
import type { ManagedProcess } from "./managed-process.ts";
import type { ProcessTable } from "./process-table.ts";

export function createProcesses(table: ProcessTable): Processes {
  return {
    start: (spec) => table.start(spec),
    get: async (key) => (await table.find(key)).info(),
    list: async () => table.list(),
    output: async (args, signal) => readOutput(await table.find(args.key), args, signal),
    async *follow({ key, offset }, signal) {
      const process = await table.find(key);
      const leave = process.followed();
      try {
        yield* follow(process, offset, signal);
      } finally {
        leave();
      }
    },
    async signal({ key, signal }) {
      const process = await table.find(key);
      process.signal(signal);
      return process.info();
    },
    async writeInput({ key, text, end }) {
      const process = await table.find(key);
      process.writeInput(text, end === true);
      return process.info();
    },
    async resize({ key, ...size }) {
      const process = await table.find(key);
      await process.resize(size);
      return process.info();
    },
  };
}

async function readOutput(
  process: ManagedProcess,
  { offset, max_bytes = outputBytesMax, wait_ms = 0 }: Parameters<Processes["output"]>[0],
  signal: AbortSignal,
): Promise<OutputRange> {
  const { log } = process;
  if (wait_ms > 0) {
    const until = AbortSignal.any([signal, AbortSignal.timeout(wait_ms)]);
    while (log.end <= offset && !process.hasEnded && !until.aborted) await log.nextChange(until);
  }
  return { ...log.read(offset, max_bytes), process: process.info() };
}

async function* follow(
  process: ManagedProcess,
  from: number,
  signal: AbortSignal,
): AsyncGenerator<ProcessEvent, void, undefined> {
  for (let at = from; !signal.aborted; ) {
    // Looked at before the output is: what it wrote last is read after that.
    const { hasEnded } = process;
    const { offset, bytes } = process.log.read(at, followBytesMax);
    if (bytes.length > 0) {
      yield { type: "output", offset, bytes };
      at = offset + bytes.length;
    } else if (hasEnded) {
      yield { type: "ended", process: process.info() };
      return;
    } else {
      await process.log.nextChange(signal);
    }
  }
}
