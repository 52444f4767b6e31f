// Dev holds the embedded stack: this process reads which children its supervisor has, and ends them when the pipe breaks.
import { createInterface } from "node:readline";

const GRACE_MS = 5_000;
const LOOK_EVERY_MS = 100;

const held = new Map<number, NodeJS.Signals>();

function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

function endAll(): void {
  for (const [pid, name] of held) signal(pid, name);
  const deadline = Date.now() + GRACE_MS;
  const look = setInterval(() => {
    const alive = [...held.keys()].filter((pid) => signal(pid, 0));
    if (Date.now() > deadline) for (const pid of alive) signal(pid, "SIGKILL");
    else if (alive.length > 0) return;
    clearInterval(look);
  }, LOOK_EVERY_MS);
}

for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, () => {});

createInterface({ input: process.stdin })
  .on("line", (line) => {
    const [verb, pid, name] = line.split(" ");
    if (verb === "hold") held.set(Number(pid), name as NodeJS.Signals);
    else held.delete(Number(pid));
  })
  .on("close", endAll);
