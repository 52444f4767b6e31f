// The loop that says which build this process runs, and that looks after the runs of builds that are no longer current: they are
// asked to hand over, and those whose build has no worker left are ended and begun again from the database.
import { type Client, WorkflowNotFoundError } from "@temporalio/client";
import type { Logger } from "pino";
import type { Deliverer } from "../../delivery/deliver-outbox.ts";
import { LOCK_KEYS, withLoopLock } from "../../store/presence/advisory-locks.ts";
import { listBuilds, type WorkerBuild } from "../../store/presence/worker-builds.ts";
import { beatWorker, sweepDeadWorkers, type WorkerProcess } from "../../store/presence/worker-processes.ts";
import { readChatRow } from "../../store/row/chat-row.ts";
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
/** After so many rounds without a run of another build, only every sixteenth round asks Temporal. */
const QUIET_ROUNDS = 60;
const QUIET_STRIDE = 16;

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

/** What the loop remembers from round to round. */
interface Memory {
  /** Runs that were asked to hand over. */
  asked: Set<string>;
  /** Since when this process has beaten without a gap: before, all others look dead after an outage of the database. */
  steadySince: number;
  beatAt: number;
  /** No other build was known at the last look. */
  isAlone: boolean;
  quietRounds: number;
  /** The newest choice of the last round. */
  chosen: string;
  told: string;
}

export function startBuildKeeper(deps: BuildKeeperDeps): Loop {
  const now = performance.now();
  const memory: Memory = {
    asked: new Set(),
    steadySince: now,
    beatAt: now,
    isAlone: false,
    quietRounds: 0,
    chosen: "",
    told: "",
  };
  return startLoop("build keeper", LOOK_EVERY_MS, { work: () => look(deps, memory), logger: deps.logger });
}

async function look(deps: BuildKeeperDeps, memory: Memory): Promise<void> {
  const { store, taskQueue, worker, buildLostMs } = deps;
  const beatEveryMs = Math.min(BEAT_ALONE_EVERY_MS, buildLostMs / BEATS_UNTIL_LOST);
  if (memory.isAlone && performance.now() - memory.beatAt < beatEveryMs) return;
  await beatWorker(store.pool, worker);
  const now = performance.now();
  if (now - memory.beatAt > buildLostMs / 2) memory.steadySince = now;
  memory.beatAt = now;
  const builds = await listBuilds(store.pool, taskQueue, buildLostMs);
  // Nobody uses versions, as long as there is but one build.
  memory.isAlone = builds.every(({ build_id }) => build_id === worker.build_id);
  if (memory.isAlone) return;
  if (!isDue(builds, memory)) return;
  await withLoopLock(store.pool, LOCK_KEYS.buildKeeper, async () => {
    await sweepDeadWorkers(store.pool);
    await keep(deps, builds, memory);
  });
}

/** Each round after a choice and while there are runs of other builds; now and then when all is quiet. */
function isDue([newest]: readonly WorkerBuild[], memory: Memory): boolean {
  const chosen = `${newest?.build_id} ${newest?.chosen_at}`;
  if (chosen !== memory.chosen) memory.quietRounds = 0;
  memory.chosen = chosen;
  memory.quietRounds += 1;
  return memory.quietRounds <= QUIET_ROUNDS || memory.quietRounds % QUIET_STRIDE === 0;
}

async function keep(deps: BuildKeeperDeps, builds: readonly WorkerBuild[], memory: Memory): Promise<void> {
  const { temporal, taskQueue, logger } = deps;
  const current = await readCurrentBuild(temporal, taskQueue);
  const byId = new Map(builds.map((build) => [build.build_id, build]));
  if (!isServed(byId.get(current))) {
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
  if (runs.length > 0) memory.quietRounds = 0;
  const asked = new Set(runs.map(({ run_id }) => run_id).filter((id) => memory.asked.has(id)));
  memory.asked = asked;
  for (let first = 0; first < runs.length; first += AT_ONCE) {
    const some = runs.slice(first, first + AT_ONCE);
    await Promise.all(some.map((run) => moveOn(deps, run, { build: byId.get(run.build_id), memory })));
  }
}

function isServed(build: WorkerBuild | undefined): boolean {
  return build !== undefined && build.living > 0;
}

interface MoveOnInput {
  readonly build: WorkerBuild | undefined;
  readonly memory: Memory;
}

/** Never throws: a run that cannot be moved must not keep the others from it. */
async function moveOn(deps: BuildKeeperDeps, run: PinnedRun, { build, memory }: MoveOnInput): Promise<void> {
  const { temporal, counts, logger } = deps;
  try {
    if (!isServed(build)) {
      if (isAbandoned(build, deps, memory)) await beginAgain(deps, run);
      return;
    }
    if (memory.asked.has(run.run_id)) return;
    await temporal.workflow.getHandle(run.workflow_id, run.run_id).signal(DRAINED);
    memory.asked.add(run.run_id);
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
  build: WorkerBuild | undefined,
  { buildLostMs }: BuildKeeperDeps,
  { steadySince }: Memory,
): boolean {
  return build === undefined || build.known === 0 || performance.now() - steadySince > buildLostMs;
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
  const chat = chatId === null ? null : await readChatRow(store.pool, chatId);
  if (chat === null || chat.current_turn_id === null) return;
  const busy = { id: chat.id, current_turn_id: chat.current_turn_id };
  const { outbox } = await inUnit(store, (unit) => requestRun(unit, busy));
  await deliverer.deliver(outbox);
}
