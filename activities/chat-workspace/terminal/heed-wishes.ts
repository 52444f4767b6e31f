// Does what people want of a terminal: gives the shell what they type, sets its size, and ends it.
import { setTimeout as sleep } from "node:timers/promises";
import {
  attendTerminalRow,
  readTerminalWish,
  type TerminalWish,
  takeTerminalInput,
} from "../../../store/workspace/terminal/attend-terminal.ts";
import { touchWorkspace } from "../../../store/workspace/workspaces.ts";
import { AgentError } from "../../../workspaces/agent/api.ts";
import type { Attendance } from "./attendance.ts";
import { attendEveryMs, hangUpMs, lookEveryMs, lookWithoutBusMs, touchEveryMs } from "./terminal-limits.ts";

/** Resolves when another attempt attends the terminal, or it is closed. Rejects when the signal is aborted. */
export async function heedWishes(attendance: Attendance): Promise<void> {
  const { deps, held, signal } = attendance;
  const bell = createBell();
  const heard = deps.bus.subscribe({ type: "terminal", terminal_id: held.id }, (message) => {
    if (message.type === "terminal" && message.to === "worker") bell.ring();
  });
  const leave = deps.bus.onReconnect(bell.ring);
  signal.addEventListener("abort", bell.ring);
  try {
    const heed = createHeeding(attendance);
    await heard.listening;
    for (;;) {
      bell.reset();
      if (!(await heed())) return;
      signal.throwIfAborted();
      await bell.rung(deps.bus.up ? lookEveryMs : lookWithoutBusMs);
      signal.throwIfAborted();
    }
  } finally {
    heard.end();
    leave();
    signal.removeEventListener("abort", bell.ring);
  }
}

/** One look at what is wanted. It returns false when there is nothing left to attend. */
function createHeeding(attendance: Attendance): () => Promise<boolean> {
  const { deps, held } = attendance;
  const { pool } = deps.store;
  const mark = every(attendEveryMs, () => attendTerminalRow(pool, held));
  const touch = every(touchEveryMs, () => touchWorkspace(pool, held.workspace_id));
  let size = "";
  return async () => {
    const [wish, typed] = await Promise.all([
      readTerminalWish(pool, held, deps.terminalIdleMs),
      takeTerminalInput(pool, held),
    ]);
    if (wish === null) return false;
    await mark();
    const wanted = `${wish.cols}x${wish.rows}`;
    // Also the first: it may have changed while nobody attended it.
    if (wanted !== size) await resize(attendance, wish);
    size = wanted;
    if (typed.length > 0) await giveInput(attendance, typed);
    if (typed.length > 0) await touch();
    await endIfWanted(attendance, wish);
    return true;
  };
}

async function resize({ agent, key, signal }: Attendance, { cols, rows }: TerminalWish): Promise<void> {
  await orEnded(agent.processes.resize({ key, cols, rows }, signal));
}

async function giveInput({ agent, key, signal }: Attendance, typed: readonly Uint8Array[]): Promise<void> {
  const text = Buffer.concat(typed).toString("utf8");
  await orEnded(agent.processes.writeInput({ key, text }, signal));
}

async function endIfWanted(attendance: Attendance, wish: TerminalWish): Promise<void> {
  const { agent, key, signal } = attendance;
  if (attendance.ending !== null) return;
  if (wish.close_wanted) attendance.ending = { reason: "closed", message: "It was closed." };
  else if (wish.is_idle)
    attendance.ending = { reason: "idle", message: "Nobody had used it for long, so it was ended." };
  else return;
  // As a terminal that is hung up; what a person has started with nohup goes on.
  await orEnded(agent.processes.signal({ key, signal: "SIGHUP" }, signal));
  await sleep(hangUpMs, undefined, { signal });
  await orEnded(agent.processes.signal({ key, signal: "SIGKILL" }, signal));
}

/** A shell that has ended takes nothing any more; that is told where its output ends. */
async function orEnded(told: Promise<unknown>): Promise<void> {
  try {
    await told;
  } catch (error) {
    const isHarmless = error instanceof AgentError && TOO_LATE.has(error.code);
    if (!isHarmless) throw error;
  }
}

/** `bad_request`: it reads no input, and a megabyte waits. */
const TOO_LATE: ReadonlySet<string> = new Set(["process_ended", "bad_request"]);

/** Calls again only when so much time has passed. */
function every(ms: number, act: () => Promise<void>): () => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async () => {
    const now = performance.now();
    if (now - last < ms) return;
    last = now;
    await act();
  };
}

/** Rung while nobody waits, it is not forgotten. */
function createBell() {
  let rung = Promise.withResolvers<void>();
  return {
    ring: () => rung.resolve(),
    reset() {
      rung = Promise.withResolvers();
    },
    async rung(maxMs: number) {
      const late = new AbortController();
      const timer = sleep(maxMs, undefined, { signal: late.signal, ref: false }).catch(() => undefined);
      await Promise.race([rung.promise, timer]);
      late.abort();
    },
  };
}
