// The workspace agent runs inside the workspace. This file: what can be asked of its processes, over the table of them.
import { followBytesMax } from "../agent-limits.ts";
import type { OutputRange, ProcessEvent, Processes, ProcessInfo } from "../api.ts";
import { outputBytesMax } from "../wire/protocol.ts";
import { ManagedProcess } from "./managed-process.ts";
import { nextChange } from "./next-change.ts";
import type { ProcessTable } from "./process-table.ts";

export function createProcesses(table: ProcessTable): Processes {
  return {
    start: async (spec) => table.start(spec),
    get: async (key) => infoOf(await table.find(key)),
    list: async () => table.list(),
    output: async (args, signal) => readOutput(table, args, signal),
    follow: (args, signal) => follow(table, args, signal),
    async signal({ key, signal }) {
      const found = await table.find(key);
      if (found instanceof ManagedProcess) found.signal(signal);
      return infoOf(found);
    },
    async writeInput({ key, text, end }) {
      const found = await table.find(key);
      if (found instanceof ManagedProcess) found.writeInput(text, end === true);
      return infoOf(found);
    },
  };
}

type Found = Awaited<ReturnType<ProcessTable["find"]>>;

function infoOf(found: Found): ProcessInfo {
  return found instanceof ManagedProcess ? found.info() : found.process;
}

async function readOutput(
  table: ProcessTable,
  args: Parameters<Processes["output"]>[0],
  signal: AbortSignal,
): Promise<OutputRange> {
  const found = await table.find(args.key);
  if (!(found instanceof ManagedProcess)) {
    const offset = Math.max(args.offset, found.process.output_kept_from);
    return { offset, bytes: new Uint8Array(), process: found.process };
  }
  const { wait_ms = 0, max_bytes = outputBytesMax } = args;
  if (wait_ms > 0) {
    const until = AbortSignal.any([signal, AbortSignal.timeout(wait_ms)]);
    while (isSilent(found, args.offset) && !until.aborted) await nextChange(found, until);
  }
  const range = await readRange(found, args.offset, max_bytes);
  return { ...range, process: found.info() };
}

function isSilent(process: ManagedProcess, offset: number): boolean {
  return process.log.end <= offset && !process.ended;
}

/** As much as there is: disk and memory, and the segments on disk, are read one by one. */
async function readRange(process: ManagedProcess, offset: number, bytesMax: number) {
  const first = await process.log.read(offset, bytesMax);
  const pieces = [first.bytes];
  let end = first.offset + first.bytes.length;
  while (end - first.offset < bytesMax) {
    const next = await process.log.read(end, bytesMax - (end - first.offset));
    // A later offset: what lay between was dropped just now.
    if (next.bytes.length === 0 || next.offset !== end) break;
    pieces.push(next.bytes);
    end += next.bytes.length;
  }
  return { offset: first.offset, bytes: pieces.length === 1 ? first.bytes : Buffer.concat(pieces) };
}

async function* follow(
  table: ProcessTable,
  args: { readonly key: string; readonly offset: number },
  signal: AbortSignal,
): AsyncGenerator<ProcessEvent, void, undefined> {
  const found = await table.find(args.key);
  if (!(found instanceof ManagedProcess)) {
    yield { type: "ended", process: found.process };
    return;
  }
  for (let at = args.offset; !signal.aborted; ) {
    // Looked at before the output is: what it wrote last is read after that.
    const { ended } = found;
    const { offset, bytes } = await found.log.read(at, followBytesMax);
    if (bytes.length > 0) {
      yield { type: "output", offset, bytes };
      at = offset + bytes.length;
    } else if (ended) {
      yield { type: "ended", process: found.info() };
      return;
    } else if (isSilent(found, at)) {
      await nextChange(found, signal);
    }
  }
}
