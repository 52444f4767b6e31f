// Dev holds the embedded stack: a part is one child process that is started, watched, restarted when it dies, and stopped.
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { StartError } from "../start-error.ts";
import { type LogFile, openLogFile } from "./log-file.ts";
import type { Part, PartEvent, PartPlan, PartSurroundings } from "./part-plan.ts";
import { whenEnded, whenReady } from "./part-readiness.ts";
import { restartDelayMs } from "./restart-delay.ts";

interface RunningPart {
  readonly plan: PartPlan;
  readonly surroundings: PartSurroundings;
  readonly log: LogFile;
  child: ChildProcess | undefined;
  stopping: boolean;
  crashes: number;
  /** Cuts the wait before a restart short, when the part is stopped meanwhile. */
  endWait: () => void;
}

/**
 * Starts a part and waits until it is ready; from then on it is restarted whenever it dies.
 * @throws StartError with the tail of its log when the first start fails
 */
export async function startPart(plan: PartPlan, surroundings: PartSurroundings): Promise<Part> {
  const log = openLogFile(join(surroundings.logFolder, `${plan.name}.log`));
  const part: RunningPart = {
    plan,
    surroundings,
    log,
    child: undefined,
    stopping: false,
    crashes: 0,
    endWait: () => {},
  };
  const startedAtMs = Date.now();
  const first = spawnChild(part, plan.env);
  await firstReady(part, first);
  const watching = watch(part, first, startedAtMs);
  return {
    name: plan.name,
    pid: () => part.child?.pid,
    stop: async () => {
      part.stopping = true;
      part.endWait();
      if (part.child !== undefined) await stopChild(part.child, plan);
      await watching;
    },
  };
}

function spawnChild(part: RunningPart, env: NodeJS.ProcessEnv): ChildProcess {
  const { plan, surroundings, log } = part;
  // A child takes over the mask of the moment it is made, and there is no other way to give it one.
  const mask = process.umask(plan.hasPrivateFiles ? 0o077 : process.umask());
  const child = spawn(plan.command, plan.args, {
    env,
    // A process group of its own: Ctrl-C must reach the supervisor alone, which stops the parts in order.
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    ...(plan.cwd !== undefined && { cwd: plan.cwd }),
    ...plan.user,
  });
  process.umask(mask);
  part.child = child;
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (chunk: Buffer) => log.write(chunk));
  if (child.pid !== undefined) surroundings.leash.hold(child.pid, plan.stopSignal);
  tell(part, { what: "started", pid: child.pid });
  return child;
}

async function firstReady(part: RunningPart, child: ChildProcess): Promise<void> {
  const end = whenEnded(child);
  try {
    const early = end.then((words) => Promise.reject(new Error(`${words} before it was ready`)));
    await Promise.race([whenReady(part.plan, child), early, whenAborted(part.surroundings.signal)]);
  } catch (error) {
    child.kill("SIGKILL");
    await end;
    if (child.pid !== undefined) part.surroundings.leash.release(child.pid);
    const reason = error instanceof Error ? error.message : String(error);
    throw new StartError(
      `${part.plan.name} did not start: ${reason}\n${part.log.tail()}\nIts log: ${part.log.path}`,
    );
  }
}

function whenAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(new Error("it was ended, since another part could not start"));
    if (signal?.aborted) stop();
    signal?.addEventListener("abort", stop, { once: true });
  });
}

async function watch(part: RunningPart, firstChild: ChildProcess, firstStartedAtMs: number): Promise<void> {
  let child = firstChild;
  let startedAtMs = firstStartedAtMs;
  for (;;) {
    const words = await whenEnded(child);
    if (child.pid !== undefined) part.surroundings.leash.release(child.pid);
    part.child = undefined;
    if (part.stopping) return;
    tell(part, { what: "died", pid: child.pid, detail: words });
    await waitBeforeRestart(part, child.signalCode !== null, Date.now() - startedAtMs);
    if (part.stopping) return;
    startedAtMs = Date.now();
    child = restart(part);
  }
}

async function waitBeforeRestart(part: RunningPart, bySignal: boolean, livedMs: number): Promise<void> {
  const delay = restartDelayMs({ bySignal, livedMs, crashes: part.crashes });
  part.crashes = delay.crashes;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, delay.ms);
    part.endWait = () => {
      clearTimeout(timer);
      resolve();
    };
  });
}

function restart(part: RunningPart): ChildProcess {
  const env = { ...part.plan.env };
  for (const name of part.plan.onlyFirstStart ?? []) delete env[name];
  const child = spawnChild(part, env);
  whenReady(part.plan, child).then(
    () => tell(part, { what: "ready", pid: child.pid }),
    // Not ready in time after a restart: a fresh start is the only cure left.
    () => void child.kill("SIGKILL"),
  );
  return child;
}

async function stopChild(child: ChildProcess, plan: PartPlan): Promise<void> {
  const end = whenEnded(child);
  child.kill(plan.stopSignal);
  const timer = setTimeout(() => child.kill("SIGKILL"), plan.graceMs);
  await end;
  clearTimeout(timer);
}

function tell(
  part: RunningPart,
  event: Omit<PartEvent, "name" | "detail"> & { readonly detail?: string },
): void {
  part.surroundings.onChange?.({ name: part.plan.name, detail: "", ...event });
}
