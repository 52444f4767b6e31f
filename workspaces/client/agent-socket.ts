// Connects to an agent's address. Whoever can write the socket's folder can put something else there, so no link is followed, and
// the folder and the socket are checked for each connection.
import { once } from "node:events";
import { constants, existsSync } from "node:fs";
import { lstat, open } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import path from "node:path";
import type { Duplex } from "node:stream";
import { raced } from "../../platform/raced.ts";
import { AgentError } from "../agent/agent-error.ts";
import type { AgentAddress } from "../driver.ts";

/** With /proc an open folder has a name that stays valid when its path changes. */
export const hasFolderNames = existsSync("/proc/self/fd");

const othersMayWrite = 0o022;

/** A new connection. Throws `unreachable`, or an error of the system. */
export async function openSocket(address: AgentAddress, signal: AbortSignal): Promise<Duplex> {
  if (address.kind === "stream") return openStream(address, signal);
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

async function openStream(
  address: Extract<AgentAddress, { kind: "stream" }>,
  signal: AbortSignal,
): Promise<Duplex> {
  const opened = address.open();
  try {
    return await raced(opened, signal);
  } catch (error) {
    // A connection that comes later is not used.
    opened.then((stream) => stream.destroy()).catch(() => undefined);
    throw signal.aborted ? unanswered() : error;
  }
}

function unanswered(): AgentError {
  return new AgentError("unreachable", "the workspace's agent does not answer");
}

export interface OpenFolder {
  /** Short, even if the path is long. No link can redirect it. */
  readonly name: string;
  close(): Promise<void>;
}

/** Opens a folder that only this user can write. Needs /proc. Throws `unreachable`, or an error of the system. */
export async function openFolder(folder: string): Promise<OpenFolder> {
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const { uid, mode } = await handle.stat();
  if (uid !== process.geteuid?.() || (mode & othersMayWrite) !== 0) {
    await handle.close();
    throw notOurs("folder of the socket");
  }
  return { name: `/proc/self/fd/${handle.fd}`, close: () => handle.close() };
}

/** Only this user can write the folder, so the socket does not change between this check and the connection. */
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
    throw signal.aborted ? unanswered() : error;
  }
  // Between two requests nobody else listens for errors.
  return socket.on("error", () => undefined);
}
