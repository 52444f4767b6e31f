// Starts a workspace's proxy outside its sandbox, with a socket inside. Like the agent, it outlives the worker.
import { spawn } from "node:child_process";
import { chmod } from "node:fs/promises";
import { bindSocket, descriptorOf } from "./bind-socket.ts";
import { type EgressSandbox, egressSandbox } from "./sandbox/egress-sandbox.ts";
import { sandboxCommand } from "./sandbox/sandbox-command.ts";

export interface EgressStart extends Omit<EgressSandbox, "listenFd"> {
  /** Where its output goes. */
  readonly logFd: number;
}

export interface Egress {
  /** The proxy ends when every process has closed this descriptor. Give it to the workspace's sandbox. */
  readonly heldFd: number;
  /** Closes it in this process. */
  release(): void;
}

// The first descriptor after the standard ones.
const listenFd = 3;
// Only we can enter the folder of the socket. The process that connects inside the sandbox is another user if we are root.
const everybody = 0o666;

export async function startEgress(start: EgressStart): Promise<Egress> {
  const socket = await bindSocket(start.place, start.place.egressSocket);
  try {
    const { file, args } = await sandboxCommand(egressSandbox({ ...start, listenFd }));
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
