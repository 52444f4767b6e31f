// The MCP servers of a chaos run: a process that is killed and comes back, and a program that the workers start.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { freePort } from "../../../dev/free-port.ts";
import type { Leash } from "../../../dev/part/leash.ts";
import { allPids, commandOf, killProcess } from "../processes.ts";

const PROGRAM = fileURLToPath(new URL("marking-process.ts", import.meta.url));

interface Parts {
  readonly journal: string;
  readonly port: number;
  readonly leash: Leash;
  readonly child: ChildProcess;
}

export class MarkingServers {
  readonly #journal: string;
  readonly #port: number;
  readonly #leash: Leash;
  #child: ChildProcess;

  private constructor(parts: Parts) {
    this.#journal = parts.journal;
    this.#port = parts.port;
    this.#leash = parts.leash;
    this.#child = parts.child;
  }

  static async start(journal: string, leash: Leash): Promise<MarkingServers> {
    const port = await freePort();
    return new MarkingServers({ journal, port, leash, child: await spawnServer(journal, port, leash) });
  }

  /** As they are given to the API, by slug. */
  get transports() {
    return {
      web: { type: "http", url: `http://127.0.0.1:${this.#port}/mcp` },
      program: { type: "stdio", command: process.execPath, args: [PROGRAM, this.#journal] },
    } as const;
  }

  /** SIGKILL to the process, which comes back at the same address. */
  async killWeb(): Promise<void> {
    await ended(this.#child);
    this.#child = await spawnServer(this.#journal, this.#port, this.#leash);
  }

  /** SIGKILL to those that workers run now. They start others when they need them. */
  killPrograms(): void {
    // Their last argument is the journal of this run, and nothing else has that.
    for (const pid of allPids()) if (commandOf(pid).at(-1) === this.#journal) killProcess(pid);
  }

  close(): Promise<void> {
    return ended(this.#child);
  }
}

async function spawnServer(journal: string, port: number, leash: Leash): Promise<ChildProcess> {
  const child = spawn(process.execPath, [PROGRAM, journal, String(port)], {
    env: { PATH: process.env["PATH"] ?? "" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  if (child.pid !== undefined) leash.hold(child.pid, "SIGKILL");
  const over = once(child, "exit").then(() =>
    Promise.reject(new Error("the MCP server ended as it started")),
  );
  await Promise.race([once(child.stdout, "data"), over]);
  over.catch(() => undefined);
  return child;
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const over = once(child, "exit");
  child.kill("SIGKILL");
  await over;
}
