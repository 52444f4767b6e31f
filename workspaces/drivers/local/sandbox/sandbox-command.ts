// The command line that runs a program in a sandbox, and why each part of it is there.
import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { release } from "node:os";
import path from "node:path";
import type { WorkspacePlace } from "../place/workspace-place.ts";
import { callFilter } from "./filter/call-filter.ts";
import { isRoot } from "./sandbox-user.ts";
import { isShown, systemView } from "./system-view.ts";

/** What was found on this machine (find-sandbox.ts). */
export interface Sandbox {
  readonly bwrap: string;
  /** Versions from 0.5 on can set the mode of folders that they create. */
  readonly hasPerms: boolean;
  /** Versions from 0.8 on can forbid user namespaces. The filter of system calls does it, too. */
  readonly forbidsNamespaces: boolean;
  /** Absolute path of the program that gives up the rest of root's rights; null if it is missing. Root needs it. */
  readonly setpriv: string | null;
  /** Absolute path of the program that limits processes and file sizes; null if it is missing. */
  readonly prlimit: string | null;
}

export interface SandboxedCommand {
  readonly sandbox: Sandbox;
  /** See `markOf`. */
  readonly mark: string;
  /** Folder outside for the files that bubblewrap reads at its start. */
  readonly settings: string;
  /** Never root. */
  readonly user: number;
  /** Whether it shares this machine's network. Otherwise it has its own, with nothing but a loopback. */
  readonly sharesNetwork: boolean;
  /** Folders that the sandbox must not show, wherever they are. */
  readonly hidden: readonly string[];
  /** Rows of bubblewrap's arguments, beside those for the system. The last word of each is a path inside. */
  readonly view: readonly (readonly string[])[];
  readonly workingFolder: string;
  /** A descriptor to keep open until the last process has ended. */
  readonly heldFd?: number;
  readonly limits?: { readonly pids: number; readonly fileBytes: number };
  /** Names inside. */
  readonly command: readonly string[];
}

// The shell opens them. POSIX shells know one digit only.
const argumentsFd = "8";
const filterFd = "9";
// When memory runs out, the kernel ends a workspace's processes before Everturn or its database (proc(5), oom_score_adj).
const outOfMemoryScore = 500;

/** Shell commands to run before a program that a model controls. */
export const loweredShell = `echo ${outOfMemoryScore} 2>/dev/null >/proc/self/oom_score_adj; umask 022`;

// A shell can do two things that Node cannot: change its own memory score before the program begins, and start a program by its bare
// name. Everything inside can read bubblewrap's command line, so paths of this machine go into a file.
const script = [
  loweredShell,
  "PATH=$1 program=$2 arguments=$3 filter=$4",
  "shift 4",
  `exec "$program" "$@" ${argumentsFd}<"$arguments" ${filterFd}<"$filter"`,
].join("\n");

/** A name on the command line by which we find the processes of a sandbox. Everything inside sees it, so it reveals no path. */
export function markOf(place: WorkspacePlace, of: "agent" | "egress"): string {
  return `EVERTURN_${createHash("sha256").update(`${of} ${place.files}`).digest("hex").slice(0, 32)}`;
}

/** The arguments that carry the mark: they tell bubblewrap to unset a variable that does not exist. */
export function markArguments(mark: string): readonly string[] {
  return ["--unsetenv", mark];
}

/** Writes the files that bubblewrap reads, and returns what to start. Start it without PATH, or bubblewrap passes that on. */
export async function sandboxCommand(
  run: SandboxedCommand,
): Promise<{ readonly file: string; readonly args: readonly string[] }> {
  const { sandbox, settings } = run;
  const argumentsFile = path.join(settings, "bwrap.arguments");
  const filterFile = path.join(settings, "bwrap.filter");
  await mkdir(settings, { recursive: true });
  const words = bwrapArguments(run).map((word) => `${word}\0`);
  await writeFile(argumentsFile, words.join(""));
  await writeFile(filterFile, callFilter());
  const args = [
    ["-c", script, "workspace", path.dirname(sandbox.bwrap), path.basename(sandbox.bwrap)],
    [argumentsFile, filterFile, ...markArguments(run.mark)],
    ["--args", argumentsFd, "--seccomp", filterFd, "--", ...lowered(run), ...run.command],
  ];
  return { file: "/bin/sh", args: args.flat() };
}

function bwrapArguments(run: SandboxedCommand): string[] {
  const { sandbox, heldFd } = run;
  const view = [...systemView(run.sharesNetwork, run.hidden), ...run.view];
  return [
    namespaces(run),
    heldFd === undefined ? [] : ["--sync-fd", String(heldFd)],
    ["--setenv", "PATH", "/usr/bin:/bin"],
    // --new-session: it cannot type into our terminal. No --die-with-parent: the agent outlives the worker.
    ["--new-session", "--proc", "/proc", "--dev", "/dev"],
    ...foldersAround(view).map((folder) => [
      ...(sandbox.hasPerms ? ["--perms", "0755"] : []),
      "--dir",
      folder,
    ]),
    ...view,
    ["--remount-ro", "/dev", "--remount-ro", "/"],
    ["--chdir", run.workingFolder],
  ].flat();
}

/** The folders above the view, outermost first. Bubblewrap would create them for its own user only. */
function foldersAround(view: readonly (readonly string[])[]): string[] {
  const folders = new Set<string>();
  for (const row of view) {
    for (let at = path.dirname(row.at(-1) ?? "/"); at !== "/"; at = path.dirname(at)) folders.add(at);
  }
  return [...folders].filter((folder) => !isShown(`${folder}/`) && folder !== "/dev").toSorted();
}

function namespaces({ sandbox, user, sharesNetwork }: SandboxedCommand): string[] {
  const common = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"];
  const net = sharesNetwork ? [] : ["--unshare-net"];
  const all = [...common, ...net, "--hostname", "workspace", "--cap-drop", "ALL"];
  if (isRoot()) {
    // No user namespace: inside one, root would still count as the machine's root by its number, and could write to /proc/sys.
    // Instead `lowered` becomes a user without rights, for which it needs these three.
    return [...all, ...["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name])];
  }
  const alone = sandbox.forbidsNamespaces ? ["--disable-userns"] : [];
  return ["--unshare-user", ...alone, "--uid", String(user), "--gid", String(user), ...all];
}

/** Runs inside, right before the command: gives up the rest of root's rights, and sets limits. */
function lowered({ sandbox, user, limits }: SandboxedCommand): string[] {
  const asUser = ["--reuid", String(user), "--regid", String(user), "--clear-groups"];
  const withoutRights = ["--inh-caps=-all", "--bounding-set=-all"];
  const rights = isRoot() && sandbox.setpriv !== null ? [sandbox.setpriv, ...asUser, ...withoutRights] : [];
  if (sandbox.prlimit === null || limits === undefined) return rights;
  const pids = countsProcessesPerSandbox() ? [`--nproc=${limits.pids}:${limits.pids}`] : [];
  const file = `--fsize=${limits.fileBytes}:${limits.fileBytes}`;
  return [...rights, sandbox.prlimit, ...pids, file, "--core=0:0", "--"];
}

/** Before Linux 5.14 the limit also counted what our own user runs outside, and a desktop would exceed it at once. */
function countsProcessesPerSandbox(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return isRoot() || major > 5 || (major === 5 && minor >= 14);
}
