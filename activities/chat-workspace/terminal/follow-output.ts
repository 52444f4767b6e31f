// Keeps what a terminal's shell prints, for its readers. What comes faster than anybody reads is left out but for its end.
import { setTimeout } from "node:timers/promises";
import { TerminalModes } from "../../../core/workspace/terminal-modes.ts";
import type { Queryable } from "../../../store/database.ts";
import {
  keepTerminalOutput,
  readNewestTerminalOutput,
} from "../../../store/workspace/terminal/terminal-bytes.ts";
import type { ProcessInfo } from "../../../workspaces/agent/api.ts";
import { type Attendance, tellReaders } from "./attendance.ts";
import { behindBytesMax, behindKeptBytes, chunkBytesMax, outputWaitMs, pauseMs } from "./terminal-limits.ts";

/** The shell when it has ended and all of its output is kept. Null: another attempt attends the terminal. */
export async function followOutput({
  deps,
  held,
  agent,
  key,
  signal,
}: Attendance): Promise<ProcessInfo | null> {
  const pace = createPace(signal);
  const modes = await modesSoFar(deps.store.pool, held.id);
  for (let at = held.output_end; ; await pace()) {
    const asked = { key, offset: at, max_bytes: chunkBytesMax, wait_ms: outputWaitMs };
    const { offset, bytes, process } = await agent.processes.output(asked, signal);
    if (bytes.length > 0) {
      const to_offset = offset + bytes.length;
      const piece = { from_offset: offset, to_offset, bytes, modes: modes.toString() };
      if (!(await keepTerminalOutput(deps.store.pool, held, piece))) return null;
      modes.take(asText(bytes));
      tellReaders(deps.bus, held.id);
      at = nextOffset(to_offset, process);
    } else if (process.state !== "running" && at >= process.output_bytes) {
      return process;
    } else if (offset > at) {
      at = offset;
    }
  }
}

/** As the attempt before has left them. */
async function modesSoFar(db: Queryable, terminalId: string): Promise<TerminalModes> {
  const modes = new TerminalModes();
  const newest = await readNewestTerminalOutput(db, terminalId);
  if (newest !== null) modes.take(newest.modes + asText(newest.bytes));
  return modes;
}

/** One character for each byte: all that sets a terminal is ASCII. */
function asText({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("latin1");
}

/** The first look after a quiet time is followed by the next at once; those that come close together keep a distance. */
function createPace(signal: AbortSignal): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    // Cancelled by the signal: nobody waits for the rest.
    if (performance.now() - last < pauseMs) await setTimeout(pauseMs, undefined, { signal });
    last = performance.now();
  };
}

/** Where to go on: behind what is kept, unless too much lies ahead. */
function nextOffset(at: number, { output_bytes }: Pick<ProcessInfo, "output_bytes">): number {
  return output_bytes - at > behindBytesMax ? output_bytes - behindKeptBytes : at;
}
