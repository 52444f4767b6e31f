// Finds, signals and ends everything that a command started, also what has left its process group and its session.
//
// On Linux each command runs under a limit on file locks that no other command has. Children inherit it through fork and
// exec, whatever they do to their session, environment and files, and may not raise it. The limit itself has had no effect
// since Linux 2.4 (getrlimit(2), RLIMIT_LOCKS), and /proc/<pid>/limits shows it to everybody. A process that lowers its own
// limit is not found any more, and a container's root can raise it. Without /proc only the process group is known.
import { randomInt } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { listProcesses, readProcFile, type SystemProcess } from "../../../platform/system-processes.ts";
import { AgentError } from "../agent-error.ts";
import { killedWithinMs } from "../agent-limits.ts";

/** What a command and all that it started are known by. */
export interface CallIdentity {
  readonly mark: number;
  /** The pid of the command's shell, which leads its process group. */
  readonly leader: number;
}

// The largest range that randomInt() has; the limit takes 63 bits.
const markEnd = 2 ** 48 - 1;
// Between two looks at processes that are to end: short enough that the number of a group cannot come round meanwhile.
const lookEveryMs = 100;
const lookAfterKillMs = 10;
// What forks faster than this ends with its workspace, whose number of processes is limited.
const signalRoundsMax = 50;

export function newMark(): number {
  return randomInt(1, markEnd);
}

/** Arguments for /bin/sh, which marks itself and becomes the command. bash calls the limit -x, dash and busybox call it -w. */
export function markedCommand(mark: number, shell: string, command: string): string[] {
  const script = '{ ulimit -x "$1" || ulimit -w "$1"; } 2>/dev/null; exec "$0" -c "$2"';
  return ["-c", script, shell, String(mark), command];
}

/** The living processes of these marks. */
export function findMarked(marks: ReadonlySet<number>): ReadonlyMap<number, readonly SystemProcess[]> {
  const found = new Map<number, SystemProcess[]>();
  if (marks.size === 0) return found;
  for (const process of living()) {
    const mark = markOf(process);
    if (mark !== null && marks.has(mark)) found.set(mark, [...(found.get(mark) ?? []), process]);
  }
  return found;
}

/**
 * Sends a signal to everything that the command started, and to its shell while that lives. What leaves the group in that very
 * moment may get it twice, but is not missed. Throws `permission_denied` when the group runs as another user.
 */
export function signalCall(call: CallIdentity, signal: NodeJS.Signals, leaderLives: boolean): void {
  // A group's number is given to no other while it has a member. To the group at once: what is forked meanwhile is in it.
  const hasGroup = leaderLives || processesOf(call, false).some(({ group }) => group === call.leader);
  if (hasGroup) signalGroup(call.leader, signal);
  // Looked at only now: a process that was still in the group before may have left it without the signal.
  signalMarked(
    [call.mark],
    signal,
    ({ group }) => signal === "SIGKILL" || !hasGroup || group !== call.leader,
  );
}

/** Kills what is left of commands that have ended. */
export function killMarked(marks: readonly number[]): void {
  signalMarked(marks, "SIGKILL");
}

function signalMarked(
  marks: readonly number[],
  signal: NodeJS.Signals,
  isMeant: (process: SystemProcess) => boolean = () => true,
): void {
  const signalled = new Set<number>();
  // A process may fork between the look and the signal: only a look that finds no new one is the last.
  for (let round = 0; round < signalRoundsMax; round++) {
    const found = [...findMarked(new Set(marks)).values()].flat();
    const missed = found.filter((process) => !signalled.has(process.pid) && isMeant(process));
    if (missed.length === 0) return;
    for (const { pid } of missed) {
      send(pid, signal);
      signalled.add(pid);
    }
  }
}

/** Kills what is left of a command when `graceMs` have passed. To be called as soon as its shell has exited. */
export async function endRest(call: CallIdentity, graceMs: number): Promise<void> {
  const deadline = performance.now() + graceMs;
  // Watched all the while, so that the number stays that of this group.
  let isGroupOurs = true;
  for (;;) {
    const processes = processesOf(call, isGroupOurs);
    isGroupOurs &&= processes.some(({ group }) => group === call.leader);
    const leftMs = deadline - performance.now();
    // What is stuck in the kernel is not waited for.
    if (processes.length === 0 || leftMs < -killedWithinMs) return;
    if (leftMs <= 0) signalCall(call, "SIGKILL", isGroupOurs);
    await setTimeout(leftMs > 0 ? Math.min(lookEveryMs, leftMs) : lookAfterKillMs);
  }
}

/** `isGroupOurs`: the group of the leader's number is still the command's. */
function processesOf({ mark, leader }: CallIdentity, isGroupOurs: boolean): readonly SystemProcess[] {
  return living().filter((one) => (isGroupOurs && one.group === leader) || markOf(one) === mark);
}

function living(): readonly SystemProcess[] {
  return listProcesses().filter(({ state }) => !/^[ZX]/.test(state));
}

/** Null where there is no /proc, and for processes without a limit. */
function markOf({ pid }: SystemProcess): number | null {
  const limit = /^Max file locks +(\d+) /m.exec(readProcFile(pid, "limits"))?.[1];
  return limit === undefined ? null : Number(limit);
}

function signalGroup(leader: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-leader, signal);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EPERM") {
      throw new AgentError("permission_denied", "The process runs as another user: it takes no signals.");
    }
    if (code !== "ESRCH") throw error;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch {
    // Gone already, or another user's.
  }
}
