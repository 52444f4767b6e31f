// Where it listens.
import { once } from "node:events";
import { lstat, unlink } from "node:fs/promises";
import type { Server } from "node:http";
import { connect } from "node:net";
import { setTimeout } from "node:timers/promises";

export type ListenPlace =
  | { readonly kind: "unix"; readonly path: string }
  /** Whoever started us listens there already: its name is in a folder that nobody inside can reach. */
  | { readonly kind: "fd"; readonly fd: number }
  | { readonly kind: "tcp"; readonly host: string; readonly port: number };

// Nobody but the owner may write to a socket made under this mask, not even for the moment before a chmod.
const ownerOnly = 0o177;

/** Resolves with the place in words. Throws when another daemon listens there. */
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
  } else if (place.kind === "fd") {
    server.listen({ fd: place.fd });
  } else {
    server.listen({ host: place.host, port: place.port });
  }
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") return `unix:${address ?? ""}`;
  return `tcp:${address.address}:${address.port}`;
}

/** Removes a socket that nobody listens on: left by a daemon that was killed. */
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

// Connections are looked at this often for being at rest.
const restEveryMs = 5;

/** No new connections from here on. The answer waits until those there are have been answered, and closes the rest. */
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
