// Gives a command a terminal (a pty). Node cannot make one; script(1) of util-linux can, and stty(1) sets its size from outside, for
// which the kernel tells the programs in it by SIGWINCH.
import { execFile } from "node:child_process";
import { setTimeout } from "node:timers/promises";
import { promisify } from "node:util";
import { listProcesses, readProcFile } from "../../../platform/system-processes.ts";
import { AgentError } from "../agent-error.ts";
import { terminalReadyMs, terminalToolMs } from "../agent-limits.ts";
import { unattended } from "./unattended.ts";

const run = promisify(execFile);

export interface TerminalSize {
  readonly cols: number;
  readonly rows: number;
}

type Environment = Readonly<Record<string, string>>;

const noTerminal =
  "This workspace can make no terminal: it lacks the programs script (of util-linux) and stty (of coreutils).";
const noTerminalHint =
  "Use an image that has them (Debian: bsdutils and coreutils, Fedora: util-linux-script). Workspaces on macOS itself have none: use the docker driver.";

let found: { readonly path: string; readonly looked: Promise<void> } | null = null;

/** Looks for the programs once. What is missing is looked for again: it may have been installed meanwhile. Throws `no_terminal`. */
export async function requireTerminalPrograms({ PATH = "" }: Environment): Promise<void> {
  if (found?.path !== PATH) found = { path: PATH, looked: look({ PATH }) };
  try {
    await found.looked;
  } catch {
    found = null;
    throw new AgentError("no_terminal", noTerminal, noTerminalHint);
  }
}

async function look(env: Environment): Promise<void> {
  const options = { env, timeout: terminalToolMs };
  const [{ stdout }] = await Promise.all([
    run("script", ["--version"], options),
    run("stty", ["--version"], options),
  ]);
  // Those of BSD and BusyBox take other arguments.
  if (!stdout.includes("util-linux")) throw new Error("another script");
}

/** What runs `command` in a terminal of this size. Its exit code is the command's. */
export function inTerminal(command: string, { cols, rows }: TerminalSize): string {
  // The line is sane whatever script made of it: it has no terminal of its own to copy from.
  const inner = `stty sane rows ${rows} cols ${cols} 2>/dev/null; ${command}`;
  return `exec script -qfec ${quote(inner)} /dev/null`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** For people: without what keeps programs from waiting for one. A template's own values stay. */
export function terminalEnvironment(env: Environment, shell: string): Environment {
  const kept = Object.entries(env).filter(([name, value]) => unattended[name] !== value);
  return {
    ...Object.fromEntries(kept),
    SHELL: shell,
    TERM: "xterm-256color",
    COLORTERM: "truecolor",
    // A history would be one more file in the workspace, and in the changes that git sees there.
    HISTFILE: "",
  };
}

/** @param script the pid of script(1). Throws `process_ended` where it has no terminal, also not within a second */
export async function resizeTerminal(script: number, { cols, rows }: TerminalSize, env: Environment) {
  const device = await deviceOf(script);
  const args = ["-F", device, "rows", String(rows), "cols", String(cols)];
  try {
    await run("stty", args, { env, timeout: terminalToolMs });
  } catch {
    throw new AgentError("process_ended", "The terminal has ended: it has no size any more.");
  }
}

async function deviceOf(script: number): Promise<string> {
  const deadline = performance.now() + terminalReadyMs;
  for (;;) {
    const number = listProcesses()
      .filter(({ parent }) => parent === script)
      .map(({ pid }) => terminalNumber(readProcFile(pid, "stat")))
      .find((one) => one !== null);
    if (number !== undefined) return `/dev/pts/${number}`;
    if (performance.now() > deadline) throw new AgentError("process_ended", "The process has no terminal.");
    await setTimeout(lookEveryMs);
  }
}

/** A shell has its terminal some milliseconds after it was started. */
const lookEveryMs = 20;
// Documentation/admin-guide/devices.txt: the other sides of pseudo terminals.
const ptsMajors = { first: 136, last: 143 };
const minorLowBits = 0xff;

/** The number of a process's terminal, of its line in /proc (proc(5): `tty_nr`); null: it has none, or none of this kind. */
export function terminalNumber(stat: string): number | null {
  // The name before it may hold anything, brackets and spaces, too.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  const device = Number(fields[4]);
  if (!Number.isSafeInteger(device) || device <= 0) return null;
  const major = (device >> 8) & 0xfff;
  if (major < ptsMajors.first || major > ptsMajors.last) return null;
  return (device & minorLowBits) | ((device >>> 12) & 0xfff00);
}
