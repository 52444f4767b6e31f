// What all activities of a build share: they take the build over, heartbeat, write its log, stop when it is no longer wanted,
// and record a failure with its reason.
import { Context } from "@temporalio/activity";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Store } from "../../store/store.ts";
import { inUnit } from "../../store/unit.ts";
import {
  type BuildAttempt,
  type BuildWork,
  beginBuildWork,
  checkBuildAttempt,
} from "../../store/workspace/build-work.ts";
import { failBuild } from "../../store/workspace/workspace-progress.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import { type AgentAddress, type WorkspaceDriver, WorkspaceError } from "../../workspaces/driver.ts";
import { staleAttempt, workerShutdown } from "../attempt/activity-attempt.ts";
import { heartbeatWhile } from "../attempt/heartbeat-while.ts";
import { patiently } from "../attempt/patiently.ts";
import { Stopped, startWatch } from "../attempt/watch.ts";
import type { BuildRef } from "../contract.ts";
import { BuildFailed } from "./build-failed.ts";
import { BuildLog } from "./build-log.ts";

export interface WorkspaceActivityDeps {
  readonly store: Store;
  readonly driver: WorkspaceDriver;
  readonly openAgent: (address: AgentAddress) => AgentApi;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  readonly heartbeatTimeoutMs: number;
  /** A build, all its steps together. */
  readonly buildMs: number;
  /** All attempts to reach the agent of a build. */
  readonly connectMs: number;
  /** Whether the log's tail may be read in Temporal's Web UI (`EVERTURN_TEMPORAL_DETAIL`). */
  readonly showLogs: boolean;
  readonly failpoint: Failpoint;
  readonly logger: Logger;
}

/** How often the database is asked whether the build is still wanted: one cheap select. */
const lookEveryMs = 1_000;

/** A build as one attempt works on it. */
export interface BuildSite {
  readonly work: BuildWork;
  readonly log: BuildLog;
  /** Aborted with a `Stopped`: the build has ended, its time is over, or it goes on elsewhere. */
  readonly signal: AbortSignal;
}

export interface BuildTask<T> {
  /** The clock that runs: the build's, or one of the task's own. */
  readonly clock: "build" | "own";
  /** Throws `BuildFailed` or `WorkspaceError` to fail the build. */
  readonly run: (site: BuildSite) => Promise<T>;
}

/** Runs a task of an open build; `over` when the build has ended, in this task or elsewhere. */
export async function workOnBuild<T>(
  deps: WorkspaceActivityDeps,
  ref: BuildRef,
  task: BuildTask<T>,
): Promise<T | { readonly type: "over" }> {
  const activity = Context.current();
  const attempt = { ...ref, scheduled_ms: activity.info.currentAttemptScheduledTimestampMs };
  const work = await beginBuildWork(deps.store.pool, attempt);
  if (work.type === "over") return { type: "over" };
  if (work.type === "stale") throw staleAttempt();
  const log = new BuildLog({ pool: deps.store.pool, attempt, logger: deps.logger });
  const details = () => ({ lines: log.count, ...(deps.showLogs && { log: log.tail }) });
  return heartbeatWhile(() => runTask(deps, { attempt, work, log, task }), details);
}

interface TaskInput<T> {
  readonly attempt: BuildAttempt;
  readonly work: BuildWork;
  readonly log: BuildLog;
  readonly task: BuildTask<T>;
}

async function runTask<T>(
  deps: WorkspaceActivityDeps,
  { attempt, work, log, task }: TaskInput<T>,
): Promise<T | { readonly type: "over" }> {
  const watch = startWatch({
    activity: Context.current(),
    shutdown: deps.shutdown,
    look: async () => ((await checkBuildAttempt(deps.store.pool, attempt)) === "going" ? null : "superseded"),
    lookMs: lookEveryMs,
    leftMs: task.clock === "build" ? deps.buildMs - work.age_ms : null,
  });
  log.over.addEventListener("abort", () => watch.look(), { once: true });
  try {
    const result = await task.run({ work, log, signal: watch.signal });
    await patiently(deps.shutdown, () => log.flush());
    return result;
  } catch (error) {
    await endWith(deps, attempt, { log, cause: watch.signal.aborted ? watch.signal.reason : error });
    return { type: "over" };
  } finally {
    watch.end();
    log.close();
  }
}

interface End {
  readonly log: BuildLog;
  readonly cause: unknown;
}

/** Records why the build ends here. Throws what is no end of it: this worker's end, or a bug. */
async function endWith(deps: WorkspaceActivityDeps, attempt: BuildAttempt, end: End): Promise<void> {
  const { cause, log } = end;
  if (cause instanceof Stopped && cause.reason === "superseded") {
    if ((await checkBuildAttempt(deps.store.pool, attempt)) === "stale") throw staleAttempt();
    return;
  }
  if (cause instanceof Stopped && cause.reason !== "late") {
    await log.flush().catch(() => undefined);
    throw workerShutdown("build");
  }
  const failure = failureOf(deps, cause);
  if (failure === null) throw cause;
  await patiently(deps.shutdown, () => log.flush());
  const { message: error, gone } = failure;
  await patiently(deps.shutdown, () =>
    inUnit(deps.store, (unit) => failBuild(unit, { ...attempt, error, gone })),
  );
}

function failureOf(deps: WorkspaceActivityDeps, cause: unknown): BuildFailed | null {
  if (cause instanceof BuildFailed) return cause;
  if (cause instanceof WorkspaceError) {
    return new BuildFailed(cause.message, cause.code === "workspace_missing");
  }
  if (cause instanceof Stopped) {
    const seconds = Math.round(deps.buildMs / 1_000);
    return new BuildFailed(`The build took longer than ${seconds} s and was ended.`);
  }
  return null;
}
