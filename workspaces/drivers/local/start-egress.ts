// Starts a workspace's way to the internet: a proxy outside its sandbox, reached by a socket inside. It outlives us, as the agent does.
import { spawn } from "node:child_process";
import { chmod } from "node:fs/promises";
import { bindSocket, descriptorOf } from "./bind-socket.ts";
import { type EgressSandbox, egressSandbox } from "./sandbox/egress-sandbox.ts";
import { sandboxCommand } from "./sandbox/sandbox-command.ts";

export interface EgressStart extends Omit<EgressSandbox, "listenFd"> {
  /** Takes what it prints. */
  readonly logFd: number;
}

export interface Egress {
  /** The proxy ends when nobody has this open any more: the workspace's sandbox gets it. */
  readonly heldFd: number;
  /** Closes it in this process. */
  release(): void;
}

// The first descriptor after the standard ones.
const listenFd = 3;
// The folder around it is ours alone; who sees the socket in a sandbox is another user when we are root.
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
