// Dev holds the embedded stack: no child outlives its supervisor, even one that is killed by SIGKILL.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

/** Keeps children from outliving this process. */
export interface Leash {
  /** From now on the child ends when this process does, by this signal first. */
  hold(pid: number, signal: NodeJS.Signals): void;
  release(pid: number): void;
  /** Ends the leash itself; children still held are ended by it. */
  close(): void;
}

/**
 * Starts the process that watches this one: its stdin is a pipe that breaks when this process dies, however it dies.
 * It has a process group of its own, so that Ctrl-C in a terminal reaches only the supervisor, which stops in order.
 */
export function startLeash(): Leash {
  const keeper = spawn("/bin/sh", [fileURLToPath(new URL("leash-keeper.sh", import.meta.url))], {
    stdio: ["pipe", "ignore", "ignore"],
    detached: true,
  });
  const { stdin } = keeper;
  // A keeper that is gone costs the protection, not the stack.
  stdin.on("error", () => {});
  keeper.on("error", () => {});
  keeper.unref();
  if ("unref" in stdin && typeof stdin.unref === "function") stdin.unref();
  return {
    // The shell's kill takes names without SIG.
    hold: (pid, signal) => void stdin.write(`hold ${pid} ${signal.slice("SIG".length)}\n`),
    release: (pid) => void stdin.write(`release ${pid}\n`),
    close: () => stdin.end(),
  };
}
