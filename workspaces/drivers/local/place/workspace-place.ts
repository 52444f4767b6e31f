// Workspaces: the folders of one local workspace, and what they are called inside of the sandbox.
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { chmod, lstat, mkdir, readlink, rmdir, symlink, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasFolderNames } from "../../../client/agent-socket.ts";
import { WorkspaceError } from "../../../driver.ts";

/** Everturn's own folder inside; read-only. */
const program = "/opt/everturn";

/** Names inside of the sandbox. */
export const inside = {
  workspace: "/workspace",
  state: "/var/lib/everturn",
  program,
  programs: `${program}/bin`,
  node: `${program}/bin/node`,
  rg: `${program}/bin/rg`,
  agent: `${program}/agent.mjs`,
  environment: `${program}/environment.json`,
  egressSocket: `${program}/egress.sock`,
} as const;

const socketName = "agent.sock";
// sun_path has 108 bytes on Linux and 104 on macOS, the last a NUL (unix(7)).
const socketPathBytesMax = 103;
// By number: it may have no name, in a container for one.
const ownUser = process.getuid?.() ?? 0;
// Ids are ours; this keeps any other text from becoming a path.
const idPattern = /^[A-Za-z0-9][\w-]{0,63}$/;

/** Absolute paths outside of the sandbox. */
export interface WorkspacePlace {
  readonly id: string;
  readonly folder: string;
  /** The workspace itself. Exists when, and only when, it was provisioned. */
  readonly files: string;
  /** The agent's own. */
  readonly state: string;
  /** Holds the socket. Not shown inside. */
  readonly run: string;
  /** /tmp inside; emptied at each start of the agent. */
  readonly tmp: string;
  /** /dev/shm inside; emptied likewise. */
  readonly shm: string;
  /** Written by the driver, read-only inside: users, environment … */
  readonly settings: string;
  /** Says whose the place is; see place-mark.ts. */
  readonly mark: string;
  /** What the agent printed. */
  readonly log: string;
  readonly socket: string;
  /** Of the way to the internet, where the network is filtered. */
  readonly egressSocket: string;
  /** Held by whoever changes any of this. Not in `folder`, which comes and goes under it. */
  readonly lock: string;
}

export interface WorkspacePlaces {
  readonly root: string;
  /** What the database does not know is set aside here, as `<id>.<milliseconds since 1970>`. */
  readonly quarantine: string;
  of(id: string): WorkspacePlace;
}

/** @param folder of all workspaces of the deployment */
export function placesOf(folder: string): WorkspacePlaces {
  const root = realPathOf(folder);
  return {
    root,
    quarantine: path.join(root, ".quarantine"),
    of(id) {
      if (!isWorkspaceId(id)) throw new WorkspaceError("driver_failed", "This is no id of a workspace.");
      const folder = path.join(root, id);
      const below = (name: string) => path.join(folder, name);
      const run = below("run");
      return {
        id,
        folder,
        files: below("files"),
        state: below("state"),
        run,
        tmp: below("tmp"),
        shm: below("shm"),
        settings: below("settings"),
        mark: below("deployment"),
        log: below("agent.log"),
        socket: path.join(run, socketName),
        egressSocket: path.join(run, "egress.sock"),
        lock: path.join(root, ".locks", id),
      };
    },
  };
}

/**
 * One folder, one name, whatever links lead to it: processes are known by the paths on their command lines. What is not
 * there yet keeps the name it will be made under.
 */
function realPathOf(folder: string): string {
  const absolute = path.resolve(folder);
  try {
    return realpathSync(absolute);
  } catch {
    const parent = path.dirname(absolute);
    return parent === absolute ? absolute : path.join(realPathOf(parent), path.basename(absolute));
  }
}

export function isWorkspaceId(name: string): boolean {
  return idPattern.test(name);
}

/** The path of the socket as `openSocket` takes it. */
export async function socketAddress(place: WorkspacePlace): Promise<string> {
  return hasFolderNames ? place.socket : shortAddress(place, false);
}

/**
 * A path of the socket that fits into an address where folders have no other names: its own, or one through a link in the
 * temporary folder. `make` puts the link up; without it the path is the same.
 */
export async function shortAddress(place: WorkspacePlace, make: boolean): Promise<string> {
  if (Buffer.byteLength(place.socket) <= socketPathBytesMax) return place.socket;
  const { folder, link } = shortLink(place);
  if (make) {
    await mkdir(folder, { mode: 0o700 }).catch(ignoreExisting);
    await checkOurs(folder);
    if ((await readlink(link).catch(() => null)) !== place.run) {
      await unlink(link).catch(() => undefined);
      await symlink(place.run, link).catch(ignoreExisting);
    }
  }
  return path.join(link, socketName);
}

/** Takes the link down, if there is one. */
export async function removeSocketAddress(place: WorkspacePlace): Promise<void> {
  const { folder, link } = shortLink(place);
  await unlink(link).catch(() => undefined);
  // Only an empty folder goes: the links of others stay.
  await rmdir(folder).catch(() => undefined);
}

function shortLink(place: WorkspacePlace): { readonly folder: string; readonly link: string } {
  const folder = path.join(tmpdir(), `everturn-${ownUser}`);
  const name = createHash("sha256").update(place.run).digest("base64url").slice(0, 16);
  return { folder, link: path.join(folder, name) };
}

/** The temporary folder is everybody's: a folder that another user made there could lead us to another's socket. */
async function checkOurs(folder: string): Promise<void> {
  const stats = await lstat(folder);
  if (!stats.isDirectory() || stats.uid !== ownUser) {
    throw new WorkspaceError(
      "driver_failed",
      `${folder} is not ours; remove it, or use a shorter data folder.`,
    );
  }
  await chmod(folder, 0o700);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== "EEXIST") throw error;
}
