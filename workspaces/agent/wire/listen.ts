// Where the agent listens.
import { once } from "node:events";
import { lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";

export type ListenPlace =
  | { readonly kind: "unix"; readonly path: string }
  /** The driver listens there already: the socket's name is in a folder that nothing inside the workspace can reach. */
  | { readonly kind: "fd"; readonly fd: number };

// Only the owner may write to a socket made under this mask. A chmod afterwards would come a moment too late.
const ownerOnly = 0o177;

/** Resolves with the place in words. Throws when another agent listens there. */
export async function listen(server: Server, place: ListenPlace): Promise<string> {
  if (place.kind === "unix") {
    await removeStale(place.path);
    const mask = process.umask(ownerOnly);
    try {
      // Bound before `listen` returns.
      server.listen(place.path);
    } finally {
      process.umask(mask);
    }
  } else {
    server.listen({ fd: place.fd });
  }
  await once(server, "listening");
  const address = server.address();
  return `unix:${typeof address === "string" ? address : ""}`;
}

/** Removes a socket that a killed agent has left. */
async function removeStale(path: string): Promise<void> {
  const found = await lstat(path).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) throw new Error(`${path} is there and is no socket`);
  if (await answers(path)) throw new Error(`another agent listens on ${path}`);
  await unlink(path);
}

async function answers(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, "connect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

// How often connections are checked for being idle.
const restEveryMs = 5;

/** Accepts no more connections. The returned function waits until open requests are answered, and closes what is left. */
export function stopListening(server: Server): (withinMs: number) => Promise<void> {
  const closed = once(server, "close");
  server.close();
  return async (withinMs) => {
    const rest = setInterval(() => server.closeIdleConnections(), restEveryMs);
    await Promise.race([closed, setTimeout(withinMs)]);
    clearInterval(rest);
    server.closeAllConnections();
  };
}
