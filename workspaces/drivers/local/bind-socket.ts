// Makes the sockets that a workspace's agent and proxy inherit. They lie in a folder that no sandbox shows, so nothing that runs in
// a workspace can remove one, replace it, or put a link in its place.
import { once } from "node:events";
import { renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import type { Writable } from "node:stream";
import { hasFolderNames, type OpenFolder, openFolder } from "../../client/agent-socket.ts";
import { shortAddress, type WorkspacePlace } from "./place/workspace-place.ts";

/** Its descriptor in the process that inherits it: the first after the standard ones. */
export const socketFd = 3;

export interface BoundSocket {
  /** A descriptor of this process. It listens, but only the child accepts connections. */
  readonly fd: number;
  /** Gives the socket its name. Call it when the child has the descriptor: from then on clients wait for the child. */
  show(): void;
  /** Closes it in this process. */
  close(): Promise<void>;
}

/** Listens on a socket that `show` will name `socket`, a file in the place's folder `run`. */
export async function bindSocket(place: WorkspacePlace, socket: string): Promise<BoundSocket> {
  const folder = await folderOf(place);
  const name = path.join(folder.name, path.basename(socket));
  const unshown = `${name}.new`;
  const server = createServer();
  try {
    server.listen(unshown);
    await once(server, "listening");
  } catch (error) {
    await folder.close();
    throw error;
  }
  return {
    fd: descriptorOf(server),
    show() {
      renameSync(unshown, name);
      // Immediately: closing removes the name that the server was bound to, which is the old one.
      server.close();
    },
    async close() {
      if (server.listening) server.close();
      await folder.close();
    },
  };
}

/** The number that a child inherits. Node's documentation mentions the member (`server.listen(handle)`), its types do not. */
export function descriptorOf(socket: Server | Writable): number {
  const { fd } = (socket as unknown as { readonly _handle?: { readonly fd?: unknown } })._handle ?? {};
  if (typeof fd === "number" && fd > 2) return fd;
  throw new Error("this Node does not tell the descriptor of a socket");
}

async function folderOf(place: WorkspacePlace): Promise<OpenFolder> {
  if (hasFolderNames) return openFolder(place.run);
  return { name: path.dirname(await shortAddress(place, true)), close: () => Promise.resolve() };
}
