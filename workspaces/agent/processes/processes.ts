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
      yield* follow(await table.find(key), offset, signal);
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
  };
}

async function readOutput(
  process: ManagedProcess,
  { offset, max_bytes = outputBytesMax, wait_ms = 0 }: Parameters<Processes["output"]>[0],
  signal: AbortSignal,
): Promise<OutputRange> {
  if (wait_ms > 0) {
    const until = AbortSignal.any([signal, AbortSignal.timeout(wait_ms)]);
    while (isSilent(process, offset) && !until.aborted) await process.log.nextChange(until);
  }
  return { ...readRange(process, offset, max_bytes), process: process.info() };
}

function isSilent({ log, hasEnded }: ManagedProcess, offset: number): boolean {
  return log.end <= offset && !hasEnded;
}

/** As much as there is: memory, and the segments on disk, are read one by one. */
function readRange({ log }: ManagedProcess, offset: number, bytesMax: number) {
  const first = log.read(offset, bytesMax);
  const pieces = [first.bytes];
  let end = first.offset + first.bytes.length;
  while (end - first.offset < bytesMax) {
    const next = log.read(end, bytesMax - (end - first.offset));
    // A later offset: what lay between cannot be read any more.
    if (next.bytes.length === 0 || next.offset !== end) break;
    pieces.push(next.bytes);
    end += next.bytes.length;
  }
  return { offset: first.offset, bytes: Buffer.concat(pieces) };
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
