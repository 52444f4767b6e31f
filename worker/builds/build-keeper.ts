// The loop that says which build this process runs, and that looks after the runs of builds that are no longer current: they are
// asked to hand over, and those whose build has no worker left are ended and begun again from the database.
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { Logger } from "pino";
import type { Deliverer } from "../../delivery/deliver-outbox.ts";
import { LOCK_KEYS, withLoopLock } from "../../store/presence/advisory-locks.ts";
import { beginRound, endRound } from "../../store/presence/build-rounds.ts";
import { listBuilds, type WorkerBuild } from "../../store/presence/worker-builds.ts";
import { beatWorker, type WorkerProcess } from "../../store/presence/worker-processes.ts";
import type { Store } from "../../store/store.ts";
import { requestRun } from "../../store/turn/reconcile.ts";
import { inUnit } from "../../store/unit.ts";
import { chatIdOf, DRAINED } from "../../workflows/contract.ts";
import type { RepairCounts } from "../loops/end-wedged-runs.ts";
import { type Loop, startLoop } from "../loops/loop.ts";
import { nameOfBuild } from "./build-id.ts";
import { listPinnedRuns, type PinnedRun, readCurrentBuild } from "./temporal-builds.ts";

const LOOK_EVERY_MS = 1_000;
/** While there is one build, its workers only say that they live: this often, or six times before they count as lost. */
const BEAT_ALONE_EVERY_MS = 5_000;
const BEATS_UNTIL_LOST = 6;
/** Runs that one round looks after; the next round goes on. */
const RUNS_MAX = 500;
/** Signals and ends side by side. */
const AT_ONCE = 8;
/** A Temporal that does not answer ends the round; the lock is kept for longer than this. */
const ROUND_MAX_MS = 15_000;

export interface BuildKeeperDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly deliverer: Deliverer;
  readonly taskQueue: string;
  readonly worker: WorkerProcess;
  /** A process that was not seen for this long is lost. */
  readonly buildLostMs: number;
  readonly counts: RepairCounts;
  readonly logger: Logger;
}

/** What the loops remember from round to round. */
interface Memory {
  /** Since when this process has beaten without a gap: before, all others look dead after an outage of the database. */
  steadySince: number;
  beatAt: number;
  /** No other build was known at the last look. */
  isAlone: boolean;
  /** Builds that no worker had made known at the last round. */
  unknown: ReadonlySet<string>;
  told: string;
}

/** Two loops: this process says that it lives however long Temporal takes. */
export function startBuildKeeper(deps: BuildKeeperDeps): Loop {
  const { logger } = deps;
  const now = performance.now();
  const memory: Memory = {
    steadySince: now,
    beatAt: -Infinity,
    isAlone: false,
    unknown: new Set(),
    told: "",
  };
  const loops = [
    startLoop("build beat", LOOK_EVERY_MS, { work: () => beat(deps, memory), logger }),
    startLoop("build keeper", LOOK_EVERY_MS, { work: () => look(deps, memory), logger }),
  ];
  return { stop: async () => void (await Promise.all(loops.map((loop) => loop.stop()))) };
}

async function beat({ store, worker, buildLostMs }: BuildKeeperDeps, memory: Memory): Promise<void> {
  const beatEveryMs = Math.min(BEAT_ALONE_EVERY_MS, buildLostMs / BEATS_UNTIL_LOST);
  if (memory.isAlone && performance.now() - memory.beatAt < beatEveryMs) return;
  await beatWorker(store.pool, worker);
  const now = performance.now();
  if (now - memory.beatAt > buildLostMs / 2) memory.steadySince = now;
  memory.beatAt = now;
}

async function look(deps: BuildKeeperDeps, memory: Memory): Promise<void> {
  const { store, temporal, taskQueue, worker, buildLostMs } = deps;
  const builds = await listBuilds(store.pool, taskQueue, buildLostMs);
  // Nobody uses versions, as long as there is but one build.
  memory.isAlone = builds.every(({ build_id }) => build_id === worker.build_id);
  if (memory.isAlone) return;
  const [newest] = builds;
  const asked = await beginRound(store.pool, taskQueue, `${newest?.build_id} ${newest?.chosen_at}`);
  if (asked === null) return;
  await withLoopLock(store.pool, LOCK_KEYS.buildKeeper, () =>
    temporal.withDeadline(Date.now() + ROUND_MAX_MS, () =>
      keep(deps, { builds, asked: new Set(asked), memory }),
    ),
  );
}

interface Round {
  readonly builds: readonly WorkerBuild[];
  /** Runs that were asked to hand over. */
  readonly asked: Set<string>;
  readonly memory: Memory;
}

async function keep(deps: BuildKeeperDeps, { builds, asked, memory }: Round): Promise<void> {
  const { store, temporal, taskQueue, logger } = deps;
  const current = await readCurrentBuild(temporal, taskQueue);
  if (!isServed(findBuild(builds, current))) {
    // Handed over, the runs would wait there; where they are, they go on.
    const command = `npm run everturn -- workers promote ${nameOfBuild(deps.worker.build_id)}`;
    if (memory.told !== current)
      logger.error(
        { build: nameOfBuild(current), command },
        "the current build has no worker: new turns wait",
      );
    memory.told = current;
    return;
  }
  memory.told = deps.worker.build_id;
  const runs = await listPinnedRuns(temporal, taskQueue, { except: current, max: RUNS_MAX });
  const still = new Set(runs.map(({ run_id }) => run_id).filter((id) => asked.has(id)));
  const unserved = await readUnserved(deps, { builds, runs, memory });
  for (let first = 0; first < runs.length; first += AT_ONCE) {
    const some = runs.slice(first, first + AT_ONCE);
    await Promise.all(some.map((run) => moveOn(deps, run, { unserved, asked: still })));
  }
  await endRound(store.pool, taskQueue, { asked: [...still], isQuiet: runs.length === 0 });
}

interface UnservedInput extends Omit<Round, "asked"> {
  readonly runs: readonly PinnedRun[];
}

/** Builds of runs that no worker serves, and whether their runs may be ended. Looks again: meanwhile a worker may have started. */
async function readUnserved(
  deps: BuildKeeperDeps,
  { builds, runs, memory }: UnservedInput,
): Promise<ReadonlyMap<string, boolean>> {
  const { store, taskQueue, buildLostMs } = deps;
  const ids = new Set(runs.map(({ build_id }) => build_id));
  const isAllServed = [...ids].every((id) => isServed(findBuild(builds, id)));
  const fresh = isAllServed ? builds : await listBuilds(store.pool, taskQueue, buildLostMs);
  const unserved = [...ids].filter((id) => !isServed(findBuild(fresh, id)));
  const before = memory.unknown;
  memory.unknown = new Set(unserved.filter((id) => findBuild(fresh, id) === undefined));
  return new Map(
    unserved.map((id) => {
      const build = findBuild(fresh, id);
      return [id, build === undefined ? before.has(id) : isAbandoned(build, deps, memory)];
    }),
  );
}

function findBuild(builds: readonly WorkerBuild[], id: string): WorkerBuild | undefined {
  return builds.find(({ build_id }) => build_id === id);
}

function isServed(build: WorkerBuild | undefined): boolean {
  return build !== undefined && build.living > 0;
}

interface MoveOnInput {
  /** Whether runs of the build may be ended; absent: it is served. */
  readonly unserved: ReadonlyMap<string, boolean>;
  readonly asked: Set<string>;
}

/** Never throws: a run that cannot be moved must not keep the others from it. */
async function moveOn(
  deps: BuildKeeperDeps,
  run: PinnedRun,
  { unserved, asked }: MoveOnInput,
): Promise<void> {
  const { temporal, counts, logger } = deps;
  try {
    const mayEnd = unserved.get(run.build_id);
    if (mayEnd !== undefined) {
      if (mayEnd) await beginAgain(deps, run);
      return;
    }
    if (asked.has(run.run_id)) return;
    await temporal.workflow.getHandle(run.workflow_id, run.run_id).signal(DRAINED);
    asked.add(run.run_id);
    counts.drained_runs++;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return;
    logger.warn(
      { err: error, workflow_id: run.workflow_id },
      "run of another build could not be moved, tried again",
    );
  }
}

/** All workers of the build have stopped in order, or none was seen for long by a process that would have seen it. */
function isAbandoned(
  { known }: WorkerBuild,
  { buildLostMs }: BuildKeeperDeps,
  { steadySince }: Memory,
): boolean {
  return known === 0 || performance.now() - steadySince > buildLostMs;
}

/** The run first: if we die in between, a busy chat is left without a run, and such a chat gets another one. */
async function beginAgain(
  deps: BuildKeeperDeps,
  { workflow_id, run_id, build_id }: PinnedRun,
): Promise<void> {
  const { store, temporal, deliverer, counts, logger } = deps;
  await temporal.workflow.getHandle(workflow_id, run_id).terminate(`no worker of build ${build_id} is left`);
  counts.abandoned_runs++;
  logger.warn({ workflow_id, run_id, build: build_id }, "run of a build without workers, begun again");
  const chatId = chatIdOf(workflow_id);
  if (chatId === null) return;
  const { outbox } = await inUnit(store, (unit) => requestRun(unit, { id: chatId, current_turn_id: null }));
  await deliverer.deliver(outbox);
}
