// Workspaces: the command line of the sandbox, and why each part of it is there.
import { existsSync, readdirSync } from "node:fs";
import { release } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import { inside, type WorkspacePlace } from "./place/workspace-place.ts";
import { isRoot, trialId, userInside } from "./sandbox-user.ts";
import { isShown, systemView } from "./system-view.ts";

const sourceRoot = fileURLToPath(new URL("../../..", import.meta.url));

/** What was found on this machine (find-sandbox.ts). */
export interface Sandbox {
  readonly bwrap: string;
  /** Newer versions only (0.5): modes of the folders they make. */
  readonly hasPerms: boolean;
  /** Newer versions only (0.8): nobody inside makes a user namespace, and with it a way to the kernel's rarer code. */
  readonly forbidsNamespaces: boolean;
  /** Absolute; null: not there. Takes the rest of root's rights away; root needs it. */
  readonly setpriv: string | null;
  /** Absolute; null: not there. Limits the number of processes. */
  readonly prlimit: string | null;
}

/** Programs inside, by their names there. */
export const programs = {
  folder: `${inside.program}/bin`,
  node: `${inside.program}/bin/node`,
  rg: `${inside.program}/bin/rg`,
  agent: `${inside.program}/src/workspaces/agent/main.ts`,
  compiled: `${inside.program}/compiled`,
  environment: `${inside.program}/environment.json`,
} as const;

/** Outside: what is started without a sandbox. */
export const programsOutside = {
  rg: rgPath,
  agent: path.join(sourceRoot, "workspaces", "agent", "main.ts"),
} as const;

export interface SandboxedCommand {
  readonly sandbox: Sandbox;
  readonly place: WorkspacePlace;
  readonly network: boolean;
  /** Threads and processes; the agent's dozen included. */
  readonly pidsMax: number;
  /** Everturn's data: hidden wherever it is. */
  readonly dataDir: string;
  /** Node's cache of the agent's code, which makes it start in a third of the time. Written by the trial alone. */
  readonly compiled: { readonly folder: string; readonly isTrial: boolean };
  /** Names inside. */
  readonly command: readonly string[];
}

/** The program and arguments that run `command` in the sandbox of a workspace. */
export function sandboxCommand(run: SandboxedCommand): { readonly file: string; readonly args: string[] } {
  const { sandbox, place, network } = run;
  // Rows whose last word is a path inside.
  const view = [
    ...systemView(network, [sourceRoot, run.dataDir]),
    ...ownSettings(place, network),
    ...ownPrograms(),
    ...compiledCode(run),
    ["--symlink", "/tmp", "/var/tmp"],
    // On the disk, not in memory, which is everybody's.
    ["--bind", place.tmp, "/tmp"],
    ["--bind", place.shm, "/dev/shm"],
    ["--bind", place.state, inside.state],
    markOf(place),
  ];
  return {
    file: sandbox.bwrap,
    args: [
      namespaces(run),
      // No terminal of ours to type into; and no --die-with-parent: the agent outlives the worker that started it.
      ["--new-session", "--proc", "/proc", "--dev", "/dev"],
      ...foldersAround(view).map((folder) => [
        ...(sandbox.hasPerms ? ["--perms", "0755"] : []),
        "--dir",
        folder,
      ]),
      ...view,
      ["--remount-ro", "/dev", "--remount-ro", "/"],
      ["--chdir", inside.workspace, "--"],
      lowered(run),
      run.command,
    ].flat(),
  };
}

/** Folders that hold nothing but what is put into them, outermost first. Bubblewrap would make them for its own user only. */
function foldersAround(view: readonly (readonly string[])[]): string[] {
  const folders = new Set<string>();
  for (const row of view) {
    for (let at = path.dirname(row.at(-1) ?? "/"); at !== "/"; at = path.dirname(at)) folders.add(at);
  }
  return [...folders].filter((folder) => !isShown(`${folder}/`) && folder !== "/dev").toSorted();
}

/** The arguments by which a workspace's sandbox is known among all processes. */
export function markOf(place: WorkspacePlace): readonly string[] {
  return ["--bind", place.files, inside.workspace];
}

function namespaces({ sandbox, place, network }: SandboxedCommand): string[] {
  const common = ["--unshare-ipc", "--unshare-pid", "--unshare-uts", "--unshare-cgroup-try"];
  const net = network ? [] : ["--unshare-net"];
  const host = ["--hostname", "workspace"];
  if (isRoot()) {
    // Not in a user namespace: there our root would still be the machine's root to whoever asks by number, and could write
    // /proc/sys. As another user without any right it is nobody; `lowered` needs these three to become that user.
    const rights = ["CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"].flatMap((name) => ["--cap-add", name]);
    return [...common, ...net, ...host, "--cap-drop", "ALL", ...rights];
  }
  const user = String(userInside(place.id));
  const alone = sandbox.forbidsNamespaces ? ["--disable-userns"] : [];
  const ours = ["--unshare-user", ...alone, "--uid", user, "--gid", user];
  return [...ours, ...common, ...net, ...host, "--cap-drop", "ALL"];
}

/** Who they are and where names lead, made for this workspace. */
function ownSettings(place: WorkspacePlace, network: boolean): string[][] {
  const names = network ? ["passwd", "group"] : ["passwd", "group", "hosts"];
  const setting = (name: string, to: string) => ["--ro-bind", path.join(place.settings, name), to];
  return [
    ...names.map((name) => setting(name, `/etc/${name}`)),
    setting("environment.json", programs.environment),
    // Without it Node would have to guess what kind of modules the agent's sources are.
    setting("package.json", `${inside.program}/src/package.json`),
  ];
}

function ownPrograms(): string[][] {
  const own = [
    ["--ro-bind", process.execPath, programs.node],
    ["--ro-bind", rgPath, programs.rg],
    ["--ro-bind", path.join(sourceRoot, "core"), `${inside.program}/src/core`],
    ["--ro-bind", path.join(sourceRoot, "workspaces", "agent"), `${inside.program}/src/workspaces/agent`],
  ];
  const npm = path.join(path.dirname(process.execPath), "..", "lib", "node_modules", "npm");
  // A Node that brought its npm; one of the system is in /usr anyway.
  if (!existsSync(npm) || isShown(npm)) return own;
  const npmInside = `${inside.program}/lib/node_modules/npm`;
  const link = (name: string) => [
    "--symlink",
    `${npmInside}/bin/${name}-cli.js`,
    `${programs.folder}/${name}`,
  ];
  return [...own, ["--ro-bind", npm, npmInside], link("npm"), link("npx")];
}

/** Node keeps a folder per version and user: what the trial's user compiled is shown as each workspace's own. */
function compiledCode({ compiled, place }: SandboxedCommand): string[][] {
  if (compiled.isTrial) return [["--bind", compiled.folder, programs.compiled]];
  const [ending, ours] = [`-${userInside(trialId)}`, `-${userInside(place.id)}`];
  const names = existsSync(compiled.folder) ? readdirSync(compiled.folder) : [];
  return names
    .filter((name) => name.startsWith(process.version) && name.endsWith(ending))
    .map((name) => {
      const seenAs = name.slice(0, -ending.length) + ours;
      return ["--ro-bind", path.join(compiled.folder, name), `${programs.compiled}/${seenAs}`];
    });
}

/** Run inside, right before the command: gives up what is left of root's rights, and limits the number of processes. */
function lowered({ sandbox, place, pidsMax }: SandboxedCommand): string[] {
  const user = String(userInside(place.id));
  const asUser = ["--reuid", user, "--regid", user, "--clear-groups"];
  const withoutRights = ["--inh-caps=-all", "--bounding-set=-all"];
  const rights = isRoot() && sandbox.setpriv !== null ? [sandbox.setpriv, ...asUser, ...withoutRights] : [];
  const limits =
    sandbox.prlimit !== null && countsProcessesPerSandbox()
      ? [sandbox.prlimit, `--nproc=${pidsMax}:${pidsMax}`, "--core=0:0", "--"]
      : [];
  return [...rights, ...limits];
}

/** Before Linux 5.14 the limit also counted all that our own user runs outside: a desktop's would be past it at once. */
function countsProcessesPerSandbox(): boolean {
  const [major = 0, minor = 0] = release().split(".").map(Number);
  return isRoot() || major > 5 || (major === 5 && minor >= 14);
}
