// A connection to an agent's address. A socket's name is only a name: whatever can write its folder can put
// something else there, so nothing is followed, and everything is looked at anew for each connection.
import { once } from "node:events";
import { constants, existsSync } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import { AgentError } from "../agent/agent-error.ts";
import type { AgentAddress } from "../driver.ts";

/** Systems with /proc have a name for an open folder, which is the same folder whatever becomes of its path. */
export const hasFolderNames = existsSync("/proc/self/fd");

const othersMayWrite = 0o022;

/** A connected socket. Throws `unreachable`, or an error of the system. */
export async function openSocket(address: AgentAddress, signal: AbortSignal): Promise<Socket> {
  if (address.kind === "tcp") return connected(connect(address), signal);
  if (!hasFolderNames) {
    await checkSocket(address.path);
    return connected(connect(address.path), signal);
  }
  const folder = await openFolder(path.dirname(address.path));
  try {
    const name = path.join(folder.name, path.basename(address.path));
    await checkSocket(name);
    return await connected(connect(name), signal);
  } finally {
    await folder.close();
  }
}

export interface OpenFolder {
  /** Of any length outside, short here; no link can redirect it. */
  readonly name: string;
  close(): Promise<void>;
}

/** Opens a folder that is ours alone to write. Where there is /proc. Throws `unreachable`, or an error of the system. */
export async function openFolder(folder: string): Promise<OpenFolder> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const { uid, mode } = await handle.stat();
  if (uid !== process.geteuid?.() || (mode & othersMayWrite) !== 0) {
    await handle.close();
    throw notOurs("folder of the socket");
  }
  return { name: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

/** The folder is ours alone to write, so what is seen here is what is connected to. */
async function checkSocket(name: string): Promise<void> {
  const found = await lstat(name);
  if (!found.isSocket() || found.uid !== process.geteuid?.()) throw notOurs("socket");
}

function notOurs(what: string): AgentError {
  return new AgentError("unreachable", `the ${what} of the workspace's agent is not what was made for it`);
}

async function connected(socket: Socket, signal: AbortSignal): Promise<Socket> {
  try {
    await once(socket, "connect", { signal });
  } catch (error) {
    socket.destroy();
    if (signal.aborted) throw new AgentError("unreachable", "the workspace's agent does not answer");
    throw error;
  }
  // Whoever uses it listens, too; between two uses nobody does.
  return socket.on("error", () => undefined);
}
