// Dev holds the embedded stack: a running stack writes down its addresses and processes, for other commands and the next start.
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify, isSameProcess, type ProcessIdentity } from "../../platform/system-processes.ts";

const FILE = "running.json";
const END_WITHIN_MS = 10_000;
const LOOK_EVERY_MS = 50;

export interface StackAddresses {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly databaseUrl: string;
  readonly temporalAddress: string;
  readonly temporalUiUrl: string | undefined;
  readonly demoModelUrl: string | undefined;
}

interface Running {
  readonly supervisor: ProcessIdentity;
  readonly addresses: StackAddresses | null;
  readonly parts: Readonly<Record<string, ProcessIdentity>>;
}

/** What runs now, kept in a file only its owner can read. */
export function createRunningFile(folder: string) {
  const parts: Record<string, ProcessIdentity> = {};
  let addresses: StackAddresses | null = null;
  const write = () => {
    const running: Running = { supervisor: identify(process.pid), addresses, parts };
    const file = join(folder, FILE);
    // Deleted under a running stack, which notices and stops: until then there is nothing to write down.
    if (!existsSync(folder)) return;
    writeFileSync(`${file}.new`, `${JSON.stringify(running, null, 2)}\n`, { mode: 0o600 });
    // Readers see the old file or the new one, never half of one.
    renameSync(`${file}.new`, file);
  };
  return {
    setAddresses(known: StackAddresses): void {
      addresses = known;
      write();
    },
    setPart(name: string, pid: number | undefined): void {
      if (pid === undefined) delete parts[name];
      else parts[name] = identify(pid);
      write();
    },
    remove: () => rmSync(join(folder, FILE), { force: true }),
  };
}

/** The stack that runs in this data folder now, or null. */
export function readRunning(
  folder: string,
): { addresses: StackAddresses; pids: Record<string, number> } | null {
  const running = readFile(folder);
  if (running === null || running.addresses === null || !isSameProcess(running.supervisor)) return null;
  const pids = Object.entries(running.parts).map(([name, identity]) => [name, identity.pid]);
  return { addresses: running.addresses, pids: Object.fromEntries(pids) as Record<string, number> };
}

/** Ends processes that a killed stack left behind. The caller holds the lock of the folder. */
export async function endLeftoverParts(folder: string): Promise<void> {
  const leftover = Object.entries(readFile(folder)?.parts ?? {}).filter(([, identity]) =>
    isSameProcess(identity),
  );
  // For Postgres SIGINT is the stop that does not wait for its clients.
  for (const [name, { pid }] of leftover) signal(pid, name === "postgres" ? "SIGINT" : "SIGTERM");
  const deadline = Date.now() + END_WITHIN_MS;
  for (const [, identity] of leftover) {
    while (isSameProcess(identity)) {
      if (Date.now() > deadline) signal(identity.pid, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // Gone in between: what was wanted.
  }
}

function readFile(folder: string): Running | null {
  try {
    return JSON.parse(readFileSync(join(folder, FILE), "utf8")) as Running;
  } catch {
    return null;
  }
}
