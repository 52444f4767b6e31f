// Does what people want of a terminal: gives the shell what they type, sets its size, and ends it.
import { setTimeout as sleep } from "node:timers/promises";
import {
  attendTerminalRow,
  endTerminal,
  readTerminalWish,
  type TerminalWish,
  takeTerminalInput,
} from "../../../store/workspace/terminal/attend-terminal.ts";
import { touchWorkspace } from "../../../store/workspace/workspaces.ts";
import { AgentError } from "../../../workspaces/agent/api.ts";
import { type Attendance, tellReaders } from "./attendance.ts";
import {
  attendEveryMs,
  endedMs,
  hangUpMs,
  lookEveryMs,
  lookWithoutBusMs,
  touchEveryMs,
} from "./terminal-limits.ts";

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
  const { take, give } = createGiving(attendance);
  let size = "";
  return async () => {
    const wishing = readTerminalWish(pool, held, deps.terminalIdleMs);
    // Whatever comes of the wish: what was taken is nowhere else.
    const [isGiven, wish] = await both(take().then(give), wishing);
    if (wish === null) return false;
    await mark();
    const wanted = `${wish.cols}x${wish.rows}`;
    // Also the first: it may have changed while nobody attended it.
    if (wanted !== size) await resize(attendance, wish);
    size = wanted;
    if (isGiven) await touch();
    return !(await endIfWanted(attendance, wish));
  };
}

/** Both, to their ends: neither is left alone when the other one fails. */
async function both<One, Other>(one: Promise<One>, other: Promise<Other>): Promise<[One, Other]> {
  await Promise.allSettled([one, other]);
  return [await one, await other];
}

async function resize({ agent, key, signal }: Attendance, { cols, rows }: TerminalWish): Promise<void> {
  await orEnded(agent.processes.resize({ key, cols, rows }, signal));
}

const never = new AbortController().signal;

/** Gives the shell what was typed. What it has no room for is given again, before all that comes behind it. */
function createGiving({ deps, held, agent, key }: Attendance) {
  let text = "";
  return {
    take: () => (text === "" ? takeTerminalInput(deps.store.pool, held) : Promise.resolve([])),
    /** Whether there was something, and it is given. */
    give: async (typed: readonly Uint8Array[]): Promise<boolean> => {
      text += Buffer.concat(typed).toString("utf8");
      if (text === "") return false;
      // What was taken is given, also by an attempt that is being ended just now.
      const isGiven = await agent.processes.writeInput({ key, text }, never).then(() => true, wasTooLate);
      if (isGiven) text = "";
      return isGiven;
    },
  };
}

/** Whether the shell has ended, and takes nothing any more; false: it does not read, and a megabyte waits. Throws other failures. */
function wasTooLate(error: unknown): boolean {
  if (!(error instanceof AgentError)) throw error;
  if (error.code === "process_ended") return true;
  if (error.code === "bad_request") return false;
  throw error;
}

/** Whether it was wanted, and is done. While it is done, the shell's end is heard where its output is followed, and aborts this. */
async function endIfWanted(attendance: Attendance, wish: TerminalWish): Promise<boolean> {
  const { deps, held, agent, key, signal } = attendance;
  const ending = endingOf(wish);
  if (ending === null) return false;
  attendance.ending = ending;
  // As a terminal that is hung up; what a person has started with nohup goes on.
  await orEnded(agent.processes.signal({ key, signal: "SIGHUP" }, signal));
  await sleep(hangUpMs, undefined, { signal });
  await orEnded(agent.processes.signal({ key, signal: "SIGKILL" }, signal));
  await sleep(endedMs, undefined, { signal });
  // An agent that says that it goes on, whatever is done, is not believed.
  await endTerminal(deps.store.pool, held, { ...ending, exit_code: null });
  tellReaders(deps.bus, held.id);
  return true;
}

/** Why it is to end; null: it is not. */
export function endingOf({
  close_wanted,
  is_idle,
}: Pick<TerminalWish, "close_wanted" | "is_idle">): Attendance["ending"] {
  if (close_wanted) return { reason: "closed", message: "It was closed." };
  if (is_idle) return { reason: "idle", message: "Nobody had used it for long, so it was ended." };
  return null;
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

/** `bad_request`: it has no terminal (yet). */
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
