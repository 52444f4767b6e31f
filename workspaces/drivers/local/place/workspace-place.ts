// The folders of a local workspace, and their names inside the sandbox.
import { createHash } from "node:crypto";
import { realpathSync } from "node:fs";
import { chmod, lstat, mkdir, readlink, rmdir, symlink, unlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { hasFolderNames } from "../../../client/agent-socket.ts";
import { WorkspaceError } from "../../../driver.ts";

/** Everturn's own folder inside; read-only. */
const program = "/opt/everturn";

/** Names inside the sandbox. */
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
// By number, because in a container, for example, the user may have no name.
const ownUser = process.getuid?.() ?? 0;
// We make the ids ourselves. This keeps any other text from becoming a path.
const idPattern = /^[A-Za-z0-9][\w-]{0,63}$/;

/** Absolute paths outside the sandbox. */
export type WorkspacePlace = Readonly<ReturnType<typeof placeBelow>>;

export type WorkspacePlaces = Readonly<ReturnType<typeof placesOf>>;

/** @param folder where all workspaces of the deployment are kept */
export function placesOf(folder: string) {
  const root = realPathOf(folder);
  return {
    root,
    /** Places that the database does not know, as `<id>.<milliseconds since 1970>`. */
    quarantine: path.join(root, ".quarantine"),
    of(id: string): WorkspacePlace {
      if (!isWorkspaceId(id)) throw new WorkspaceError("driver_failed", "This is no id of a workspace.");
      return placeBelow(root, id);
    },
  };
}

function placeBelow(root: string, id: string) {
  const folder = path.join(root, id);
  const below = (name: string) => path.join(folder, name);
  return {
    id,
    folder,
    /** The files of the workspace. Exists if and only if the workspace was provisioned. */
    files: below("files"),
    /** The agent's state. */
    state: below("state"),
    /** Holds the sockets. Not shown inside. */
    run: below("run"),
    socket: below(`run/${socketName}`),
    /** The socket of the proxy, if the network is filtered. */
    egressSocket: below("run/egress.sock"),
    /** `/tmp` inside; emptied at each start of the agent. */
    tmp: below("tmp"),
    /** `/dev/shm` inside; emptied at each start of the agent. */
    shm: below("shm"),
    /** What the driver writes for the sandbox: users, environment and so on. Read-only inside. */
    settings: below("settings"),
    /** Names the deployment; see place-mark.ts. */
    mark: below("deployment"),
    /** The agent's output. */
    log: below("agent.log"),
    /** The lock for changes of the place. Not in `folder`, which is created and removed under the lock. */
    lock: path.join(root, ".locks", id),
  };
}

/**
 * Every folder gets one name, whatever links lead to it, because processes are found by a digest of their path. A folder that does not
 * exist yet gets the name under which it will be created.
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

/** The socket's path for `openSocket`. */
export async function socketAddress(place: WorkspacePlace): Promise<string> {
  return hasFolderNames ? place.socket : shortAddress(place, false);
}

/**
 * A path of the socket that is short enough for an address on systems without /proc: its own, or one through a link in the temporary
 * folder. `make` creates the link; the path is the same without it.
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

/** Removes the link, if there is one. */
export async function removeSocketAddress(place: WorkspacePlace): Promise<void> {
  const { folder, link } = shortLink(place);
  await unlink(link).catch(() => undefined);
  // Removes the folder only if no other link is in it.
  await rmdir(folder).catch(() => undefined);
}

function shortLink(place: WorkspacePlace): { readonly folder: string; readonly link: string } {
  const folder = path.join(tmpdir(), `everturn-${ownUser}`);
  const name = createHash("sha256").update(place.run).digest("base64url").slice(0, 16);
  return { folder, link: path.join(folder, name) };
}

/** Everyone may write to the temporary folder: a folder that another user made there could lead us to a foreign socket. */
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
