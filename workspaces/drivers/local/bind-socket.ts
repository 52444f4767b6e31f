// Workspaces: the agent's socket. The driver makes it, in a folder that no sandbox shows, and the agent inherits it: so nothing
// that runs in a workspace can remove it, replace it, or put a link in its place.
import { once } from "node:events";
import { renameSync } from "node:fs";
import { createServer, type Server } from "node:net";
import path from "node:path";
import type { Writable } from "node:stream";
import { hasFolderNames, type OpenFolder, openFolder } from "../../client/agent-socket.ts";
import { shortAddress, type WorkspacePlace } from "./place/workspace-place.ts";

/** The descriptor by which the agent knows it: the first after the standard ones. */
export const agentSocketFd = 3;

export interface BoundSocket {
  /** Of this process. Listens, but takes no connections here: they are the agent's. */
  readonly fd: number;
  /** Gives the socket its name. Called when the agent has it: whoever connects by then waits for the agent. */
  show(): void;
  /** Ends this process's part of it. */
  close(): Promise<void>;
}

/** A socket that will be `socket`, a file of the place's folder for them, and listens under another name for now. */
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
      // At once, with nothing in between. Closing removes the name the server was bound to, and only that one.
      server.close();
    },
    async close() {
      if (server.listening) server.close();
      await folder.close();
    },
  };
}

/** Node's documentation names the member (`server.listen(handle)`); its number is what a child inherits. */
export function descriptorOf(socket: Server | Writable): number {
  const { fd } = (socket as unknown as { readonly _handle?: { readonly fd?: unknown } })._handle ?? {};
  if (typeof fd === "number" && fd > 2) return fd;
  throw new Error("this Node does not tell the descriptor of a socket");
}

async function folderOf(place: WorkspacePlace): Promise<OpenFolder> {
  if (hasFolderNames) return openFolder(place.run);
  return { name: path.dirname(await shortAddress(place, true)), close: () => Promise.resolve() };
}
