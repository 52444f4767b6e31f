// Reads CPU time and memory of processes from the kernel's own counters.
import { readdirSync, readFileSync } from "node:fs";

/** The kernel's unit: 100 ticks a second wherever Linux runs. */
const ticksPerSecond = 100;
const pageKib = 4;

/** Only Linux has these counters where they are read here. */
export const hasProcessCosts = process.platform === "linux";
export const noProcessCosts = "only on Linux, where /proc is";

export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
}

/** CPU seconds that each has used since `begin`, as a percentage of one core over that time. */
export interface CpuMeter {
  percentOfCore(): ReadonlyMap<string, number>;
}

/**
 * Counts a process with its descendants, because Postgres has one per connection. Counts this process alone, because
 * all of them are its children.
 */
export function startCpuMeter(processes: readonly NamedProcess[]): CpuMeter {
  const before = new Map(processes.map(({ name, pid }) => [name, cpuSeconds(pid)]));
  const begunAt = performance.now();
  return {
    percentOfCore: () => {
      const seconds = (performance.now() - begunAt) / 1_000;
      const used = ({ name, pid }: NamedProcess) => cpuSeconds(pid) - (before.get(name) ?? 0);
      return new Map(processes.map((one) => [one.name, (used(one) / seconds) * 100]));
    },
  };
}

/** Memory of the process alone that is in RAM. */
export function residentKib(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, "utf8").split(" ")[1]) * pageKib;
}

interface Stat {
  readonly parent: number;
  readonly seconds: number;
}

function cpuSeconds(pid: number): number {
  if (pid === process.pid) {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000_000;
  }
  const stats = new Map<number, Stat>();
  for (const name of readdirSync("/proc")) {
    const stat = /^\d+$/.test(name) ? readStat(name) : null;
    if (stat !== null) stats.set(Number(name), stat);
  }
  const isOurs = (id: number): boolean => {
    const parent = stats.get(id)?.parent;
    return id === pid || (parent !== undefined && parent !== 0 && isOurs(parent));
  };
  let seconds = 0;
  for (const [id, stat] of stats) if (isOurs(id)) seconds += stat.seconds;
  return seconds;
}

/** Null if it has just ended. What ended children used is in the numbers of their parent. */
function readStat(pid: string): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The name may contain spaces, so fields are counted from after its bracket, where the third of all is the first.
    const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
    const ticks = fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0);
    return { parent: Number(fields[1]), seconds: ticks / ticksPerSecond };
  } catch {
    return null;
  }
}
