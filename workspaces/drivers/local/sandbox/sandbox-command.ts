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
  /** Newer versions only (0.5): modes of the folders they make. */
  readonly hasPerms: boolean;
  /** Newer versions only (0.8). The filter forbids namespaces too; this holds even where a filter were wrong. */
  readonly forbidsNamespaces: boolean;
  /** Absolute; null: not there. Takes the rest of root's rights away; root needs it. */
  readonly setpriv: string | null;
  /** Absolute; null: not there. Limits the number of processes and the size of files. */
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
  /** Whether it shares this machine's network; else it has its own, with nothing in it but a loopback. */
  readonly sharesNetwork: boolean;
  /** Folders that are shown nowhere, wherever they are. */
  readonly hidden: readonly string[];
  /** Rows of bubblewrap's arguments beside the system's programs, whose last word is a path inside. */
  readonly view: readonly (readonly string[])[];
  readonly workingFolder: string;
  /** A descriptor to keep open until the last process has ended. */
  readonly heldFd?: number;
  readonly limits?: { readonly pids: number; readonly fileBytes: number };
  /** Names inside. */
  readonly command: readonly string[];
}

// What the shell opens; one digit, as POSIX has it.
const argumentsFd = "8";
const filterFd = "9";
// When memory runs out, the kernel ends a workspace's processes before Everturn or its database (proc(5), oom_score_adj).
const outOfMemoryScore = 500;

/** What a shell does before it becomes something that a model controls. */
export const loweredShell = `echo ${outOfMemoryScore} 2>/dev/null >/proc/self/oom_score_adj; umask 022`;

// A shell, because it can do two things that Node cannot: lower itself before the program begins, and call a program by its
// bare name. Everything inside can read the command line of bubblewrap, so paths of this machine are in a file.
const script = [
  loweredShell,
  "PATH=$1 program=$2 arguments=$3 filter=$4",
  "shift 4",
  `exec "$program" "$@" ${argumentsFd}<"$arguments" ${filterFd}<"$filter"`,
].join("\n");

/** By this the processes of a sandbox are known. Everybody inside sees it, and it tells them nothing. */
export function markOf(place: WorkspacePlace, of: "agent" | "egress"): string {
  return `EVERTURN_${createHash("sha256").update(`${of} ${place.files}`).digest("hex").slice(0, 32)}`;
}

/** The words by which a sandbox is known among all processes: bubblewrap is to forget a variable that nobody has. */
export function markArguments(mark: string): readonly string[] {
  return ["--unsetenv", mark];
}

/** Writes what bubblewrap will read, and gives the program and arguments to start. Not to be given a PATH: bubblewrap would pass it on. */
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
    // No terminal of ours to type into; and no --die-with-parent: the agent outlives the worker that started it.
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

/** Folders that hold nothing but what is put into them, outermost first. Bubblewrap would make them for its own user only. */
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
    // Not in a user namespace: there our root would still be the machine's root to whoever asks by number, and could write
    // /proc/sys. As another user without any right it is nobody; `lowered` needs these three to become that user.
    return [...all, ...["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name])];
  }
  const alone = sandbox.forbidsNamespaces ? ["--disable-userns"] : [];
  return ["--unshare-user", ...alone, "--uid", String(user), "--gid", String(user), ...all];
}

/** Run inside, right before the command: gives up what is left of root's rights, and sets limits. */
function lowered({ sandbox, user, limits }: SandboxedCommand): string[] {
  const asUser = ["--reuid", String(user), "--regid", String(user), "--clear-groups"];
  const withoutRights = ["--inh-caps=-all", "--bounding-set=-all"];
  const rights = isRoot() && sandbox.setpriv !== null ? [sandbox.setpriv, ...asUser, ...withoutRights] : [];
  if (sandbox.prlimit === null || limits === undefined) return rights;
  const pids = countsProcessesPerSandbox() ? [`--nproc=${limits.pids}:${limits.pids}`] : [];
  const file = `--fsize=${limits.fileBytes}:${limits.fileBytes}`;
  return [...rights, sandbox.prlimit, ...pids, file, "--core=0:0", "--"];
}

/** Before Linux 5.14 the limit also counted all that our own user runs outside: a desktop's would be past it at once. */
function countsProcessesPerSandbox(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return isRoot() || major > 5 || (major === 5 && minor >= 14);
}
