// Starts a workspace's proxy outside its sandbox, with a socket inside. Like the agent, it outlives the worker. Its own sandbox has
// this machine's network and its own code, and nothing else.
import { spawn } from "node:child_process";
import { chmod } from "node:fs/promises";
import path from "node:path";
import { bindSocket, descriptorOf, socketFd } from "./bind-socket.ts";
import { inside, type WorkspacePlace } from "./place/workspace-place.ts";
import { sourceRoot } from "./sandbox/agent-sandbox.ts";
import { markOf, type Sandbox, type SandboxedCommand, sandboxCommand } from "./sandbox/sandbox-command.ts";
import { egressUser } from "./sandbox/sandbox-user.ts";

export interface EgressStart {
  readonly sandbox: Sandbox;
  readonly place: WorkspacePlace;
  readonly dataDir: string;
  /** Where its output goes. */
  readonly logFd: number;
}

export interface Egress {
  /** The proxy ends when every process has closed this descriptor. Give it to the workspace's sandbox. */
  readonly heldFd: number;
  /** Closes it in this process. */
  release(): void;
}

// Only we can enter the folder of the socket. The process that connects inside the sandbox is another user if we are root.
const everybody = 0o666;

export async function startEgress(start: EgressStart): Promise<Egress> {
  const socket = await bindSocket(start.place, start.place.egressSocket);
  try {
    const { file, args } = await sandboxCommand(egressSandbox(start));
    const proxy = spawn(file, args, {
      cwd: "/",
      detached: true,
      stdio: ["pipe", start.logFd, start.logFd, socket.fd],
      env: { LANG: "C.UTF-8" },
    });
    const { stdin } = proxy.on("error", () => undefined);
    if (stdin === null) throw new Error("a process was started without the pipe it was to have");
    stdin.on("error", () => undefined);
    proxy.unref();
    socket.show();
    await chmod(start.place.egressSocket, everybody);
    return { heldFd: descriptorOf(stdin), release: () => stdin.destroy() };
  } finally {
    await socket.close();
  }
}

function egressSandbox({ sandbox, place, dataDir }: EgressStart): SandboxedCommand {
  const sources = ["workspaces/egress", "platform/network"];
  const shown = (name: string) => `${inside.program}/${name}`;
  return {
    sandbox,
    mark: markOf(place, "egress"),
    settings: path.join(place.settings, "egress"),
    user: egressUser,
    sharesNetwork: true,
    hidden: [sourceRoot, dataDir],
    view: [
      ["--ro-bind", process.execPath, inside.node],
      ...sources.map((name) => ["--ro-bind", path.join(sourceRoot, name), shown(name)]),
      // Without it Node would have to guess the module format of the sources.
      ["--ro-bind", path.join(place.settings, "package.json"), shown("package.json")],
    ],
    workingFolder: "/",
    command: [inside.node, shown("workspaces/egress/main.ts"), String(socketFd)],
  };
}
