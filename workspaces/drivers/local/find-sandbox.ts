// Workspaces: finds bubblewrap and tries it with everything a workspace gets: what is merely installed may still be forbidden.
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readdir } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { WorkspaceError } from "../../driver.ts";
import { makeFolders } from "./place/make-folders.ts";
import { removeTree } from "./place/remove-tree.ts";
import { placesOf } from "./place/workspace-place.ts";
import { programs, type Sandbox, sandboxCommand } from "./sandbox-command.ts";
import { isRoot, ownerOutside, trialId } from "./sandbox-user.ts";

const run = promisify(execFile);

// A sandbox with Node in it starts in a tenth of a second; a machine that needs this long is of no use.
const trialTimeoutMs = 20_000;
const pidsMax = 256;

export interface SandboxSearch {
  /** Used instead of any other; undefined: PATH, then the cache. */
  readonly bwrapPath: string | undefined;
  readonly dataDir: string;
  /** Of all workspaces. */
  readonly folder: string;
}

/** A sandbox that works here. Throws `sandbox_missing` with what to do. */
export async function findSandbox(search: SandboxSearch): Promise<Sandbox> {
  if (process.platform !== "linux") {
    throw missing("Bubblewrap, which separates workspaces from this machine, exists on Linux only.");
  }
  const bwrap = search.bwrapPath ?? onPath("bwrap") ?? cached();
  if (bwrap === null) throw missing("Bubblewrap (the program bwrap) is not installed.");
  const setpriv = shownOnPath("setpriv");
  if (isRoot() && setpriv === null) {
    throw missing(
      "Run by root, workspaces need the program setpriv (of util-linux), and it is not installed.",
    );
  }
  const help = await run(bwrap, ["--help"]).catch((error: Error) => {
    throw missing(`Bubblewrap (${bwrap}) does not run: ${firstLine(error.message)}.`);
  });
  const sandbox: Sandbox = {
    bwrap,
    hasPerms: help.stdout.includes("--perms "),
    forbidsNamespaces: help.stdout.includes("--disable-userns "),
    setpriv,
    prlimit: shownOnPath("prlimit"),
  };
  const fault = await trialFault(sandbox, search);
  if (fault === null) return sandbox;
  // A bubblewrap that is setuid root cannot forbid them, and some kernels do not let it.
  const plain: Sandbox = { ...sandbox, forbidsNamespaces: false };
  if (sandbox.forbidsNamespaces && (await trialFault(plain, search)) === null) return plain;
  throw missing(`Bubblewrap (${bwrap}) is there, but it does not work here: ${fault}.`, allow);
}

/** The first line of what went wrong, or null. */
async function trialFault(sandbox: Sandbox, search: SandboxSearch): Promise<string | null> {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-sandbox-"));
  try {
    const place = placesOf(folder).of(trialId);
    await mkdir(place.files, { recursive: true });
    await makeFolders(place, { image: "", files: null, env: {}, network: false, limits }, false);
    const compiled = { folder: await compiledFolder(search.folder), isTrial: true };
    // The agent itself, read by whom it will be run by, and kept as compiled; without arguments it refuses to start.
    const command = [programs.node, programs.agent];
    const { file, args } = sandboxCommand({
      sandbox,
      place,
      network: false,
      pidsMax,
      dataDir: search.dataDir,
      compiled,
      command,
    });
    const env = { NODE_COMPILE_CACHE: programs.compiled };
    const stderr = await run(file, args, { timeout: trialTimeoutMs, killSignal: "SIGKILL", env }).then(
      () => "the agent did nothing",
      (error: Error & { stderr?: string }) => error.stderr || error.message,
    );
    if (!stderr.includes("--root is missing")) return firstLine(stderr);
    await openToAll(compiled.folder);
    return null;
  } catch (error) {
    return firstLine((error as Error).message);
  } finally {
    await removeTree(folder);
  }
}

/** Node writes its cache for its own user only; workspaces have others when we are root. */
async function openToAll(folder: string): Promise<void> {
  if (!isRoot()) return;
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const readable = entry.isFile() ? 0o644 : 0o755;
    // Another worker may try at the same time, and its files get their names when they are complete.
    await chmod(path.join(entry.parentPath, entry.name), readable).catch(() => undefined);
  }
}

/** Written by the trial's user. */
async function compiledFolder(folder: string): Promise<string> {
  const { root, compiled } = placesOf(folder);
  await mkdir(root, { recursive: true, mode: 0o700 });
  await mkdir(compiled, { recursive: true });
  await chmod(compiled, 0o755);
  const owner = ownerOutside(trialId);
  if (owner !== null) await chown(compiled, owner, owner);
  return compiled;
}

const limits = { memory_mib: 256, cpus: 1, pids: pidsMax };

const install = "Install it (Debian, Ubuntu: `apt-get install bubblewrap`; Fedora: `dnf install bubblewrap`)";
// Some systems keep user namespaces from ordinary users, and containers from everybody.
const allow =
  "Allow user namespaces (Ubuntu: `sysctl kernel.apparmor_restrict_unprivileged_userns=0`; containers: run it outside of one)";

function missing(why: string, way: string = install): WorkspaceError {
  const ways = [
    way,
    "use the docker driver (EVERTURN_WORKSPACE_DRIVER=docker)",
    "or set EVERTURN_ALLOW_UNSANDBOXED=1: then whatever a model runs has all rights of this process, on all of its files and networks",
  ];
  return new WorkspaceError("sandbox_missing", `Commands cannot be run: ${why} ${ways.join(", ")}.`);
}

function cached(): string | null {
  const folder = process.env["XDG_CACHE_HOME"] || path.join(homedir(), ".cache");
  const file = path.join(folder, "everturn", "bwrap");
  return existsSync(file) ? file : null;
}

function onPath(program: string, isFit = (_file: string) => true): string | null {
  const folders = (process.env["PATH"] ?? "").split(path.delimiter).filter((folder) => folder !== "");
  for (const folder of folders) {
    const file = path.join(folder, program);
    try {
      accessSync(file, constants.X_OK);
      if (isFit(file)) return file;
    } catch {
      // Not here.
    }
  }
  return null;
}

/** Of programs that run inside: only where they are shown. */
function shownOnPath(program: string): string | null {
  return onPath(program, (file) => /^\/(usr\/)?s?bin\//.test(file));
}

function firstLine(text: string): string {
  const line = text.split("\n").find((each) => each.trim() !== "");
  return (line ?? "it failed").trim();
}
