// Finds bubblewrap and tries it with everything that a workspace gets, because an installed program may still be forbidden to work.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdir, mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import type { WorkspacePlan } from "../../../../core/workspace/workspace-plan.ts";
import { cacheFolder } from "../../../../platform/programs/cache-folder.mjs";
import { onPath } from "../../../../platform/programs/on-path.ts";
import { WorkspaceError } from "../../../driver.ts";
import { makeFolders } from "../place/make-folders.ts";
import { removeTree } from "../place/remove-tree.ts";
import { inside, placesOf } from "../place/workspace-place.ts";
import { agentSandbox } from "./agent-sandbox.ts";
import { type Sandbox, sandboxCommand } from "./sandbox-command.ts";
import { isRoot } from "./sandbox-user.ts";

// A sandbox with Node in it starts in a tenth of a second. A machine that needs this long is too slow for workspaces.
const trialTimeoutMs = 20_000;
const trialId = "trial";
const trialPlan: WorkspacePlan = {
  image: "",
  files: null,
  env: {},
  network: false,
  limits: { memory_mib: 256, cpus: 1, pids: 256 },
};

export interface SandboxSearch {
  /** Used instead of any other. If undefined, PATH and the cache are searched. */
  readonly bwrapPath: string | undefined;
  readonly dataDir: string;
  /** The agent as one file. */
  readonly bundle: string;
}

/** A sandbox that works on this machine. Throws `sandbox_missing`, which says what to do. */
export async function findSandbox(search: SandboxSearch): Promise<Sandbox> {
  if (process.platform !== "linux") {
    throw missing("Bubblewrap, which separates workspaces from this machine, exists on Linux only.");
  }
  if (process.arch !== "x64" && process.arch !== "arm64") {
    throw missing(`There is no filter of system calls for this machine's processor (${process.arch}).`);
  }
  const bwrap = search.bwrapPath ?? onPath("bwrap", process.env) ?? cached();
  if (bwrap === null) throw missing("Bubblewrap (the program bwrap) is not installed.");
  const setpriv = shownOnPath("setpriv");
  if (isRoot() && setpriv === null) {
    throw missing(
      "Run by root, workspaces need the program setpriv (of util-linux), and it is not installed.",
    );
  }
  const help = await promisify(execFile)(bwrap, ["--help"]).catch((error: Error) => {
    throw missing(`Bubblewrap (${bwrap}) does not run: ${firstLine(error.message)}.`);
  });
  const sandbox: Sandbox = {
    bwrap: path.resolve(bwrap),
    hasPerms: help.stdout.includes("--perms "),
    forbidsNamespaces: help.stdout.includes("--disable-userns "),
    setpriv,
    prlimit: shownOnPath("prlimit"),
  };
  const fault = await trialFault(sandbox, search);
  if (fault === null) return sandbox;
  // A bubblewrap that is setuid root cannot forbid namespaces, and some kernels do not allow it to.
  const plain: Sandbox = { ...sandbox, forbidsNamespaces: false };
  if (sandbox.forbidsNamespaces && (await trialFault(plain, search)) === null) return plain;
  throw missing(`Bubblewrap (${bwrap}) is there, but it does not work here: ${fault}.`, allow);
}

/** The first line of what went wrong, or null. */
async function trialFault(sandbox: Sandbox, { dataDir, bundle }: SandboxSearch): Promise<string | null> {
  const folder = await mkdtemp(path.join(tmpdir(), "everturn-sandbox-"));
  try {
    const place = placesOf(folder).of(trialId);
    await mkdir(place.files, { recursive: true });
    await makeFolders(place, trialPlan, false);
    const real = agentSandbox({ sandbox, place, plan: trialPlan, bundle, dataDir });
    // Runs the real agent as the user it will have. Without arguments it refuses to start, which shows that it works.
    const { file, args } = await sandboxCommand({ ...real, command: [inside.node, inside.agent] });
    const ends = { timeout: trialTimeoutMs, killSignal: "SIGKILL" } as const;
    const trial = spawn(file, args, { env: {}, stdio: ["ignore", "ignore", "pipe"], ...ends });
    const [said] = await Promise.all([text(trial.stderr), once(trial, "exit")]);
    return said.includes("--root is missing") ? null : firstLine(said);
  } catch (error) {
    return firstLine((error as Error).message);
  } finally {
    await removeTree(folder);
  }
}

const install = "Install it (Debian, Ubuntu: `apt-get install bubblewrap`; Fedora: `dnf install bubblewrap`)";
// Some systems forbid user namespaces to ordinary users, and containers forbid them to everyone.
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
  const file = path.join(cacheFolder(process.env), "bwrap");
  return existsSync(file) ? file : null;
}

/** For programs that run inside: only from folders that sandboxes show. */
function shownOnPath(program: string): string | null {
  return onPath(program, process.env, (file) => /^\/(usr\/)?s?bin\//.test(file));
}

function firstLine(words: string): string {
  const line = words.split("\n").find((each) => each.trim() !== "");
  return (line ?? "it failed").trim();
}
