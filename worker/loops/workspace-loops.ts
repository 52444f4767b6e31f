// The loops that repair workspaces after crashes. The teller tells workflows about requests that nobody delivered. The
// reconciler gives a new run to workspaces that have lost theirs. The reaper sets places aside that no row knows
// (reap-places.ts).
import type { Client } from "@temporalio/client";
import type { Logger } from "pino";
import { errorDetailCharsMax } from "../../core/chat/limits.ts";
import type { WorkspaceTeller } from "../../delivery/tell-workspace.ts";
import { LOCK_KEYS, withLoopLock } from "../../store/presence/advisory-locks.ts";
import type { Store } from "../../store/store.ts";
import { inUnit } from "../../store/unit.ts";
import { listQuietWorkspaces, listUntoldWorkspaces } from "../../store/workspace/tell-workspaces.ts";
import { recordWorkspaceCrash } from "../../store/workspace/workspace-progress.ts";
import type { WorkspaceRow } from "../../store/workspace/workspaces.ts";
import { workspaceWorkflowId } from "../../workflows/contract.ts";
import type { RepairCounts } from "./end-wedged-runs.ts";
import { inspectRun, terminateWedged } from "./inspect-run.ts";
import { type Loop, startLoop } from "./loop.ts";
import type { Reaper } from "./reap-places.ts";

const TELL_EVERY_MS = 2_000;
const REAP_EVERY_MS = 60_000;

export interface WorkspaceLoopDeps {
  readonly store: Store;
  readonly temporal: Client;
  readonly teller: Pick<WorkspaceTeller, "tellLate">;
  readonly reaper: Pick<Reaper, "look">;
  /** A workspace is checked if it is changing but has not changed for this long. */
  readonly reconcileAfterMs: number;
  /** If absent, once a minute. */
  readonly reapEveryMs?: number;
  readonly counts: Pick<RepairCounts, "wedged_runs">;
  readonly logger: Logger;
}

export function startWorkspaceLoops(deps: WorkspaceLoopDeps): readonly Loop[] {
  return [startTeller(deps), startReconciler(deps), startReaper(deps)];
}

/** Without a lock: a workflow that two workers tell only looks once more. */
function startTeller({ store, teller, logger }: WorkspaceLoopDeps): Loop {
  const work = async () => {
    for (const workspace of await listUntoldWorkspaces(store.pool)) await teller.tellLate(workspace);
  };
  return startLoop("workspace-teller", TELL_EVERY_MS, { work, logger });
}

function startReconciler(deps: WorkspaceLoopDeps): Loop {
  const { store, logger, reconcileAfterMs } = deps;
  const work = async () => {
    await withLoopLock(store.pool, LOCK_KEYS.workspaceReconciler, () => reconcile(deps));
  };
  // Three checks within the time after which a workspace counts as lost, so it is found soon after.
  return startLoop("workspace-reconciler", reconcileAfterMs / 3, { work, logger });
}

async function reconcile(deps: WorkspaceLoopDeps): Promise<void> {
  const { store, logger } = deps;
  for (const workspace of await listQuietWorkspaces(store.pool, deps.reconcileAfterMs)) {
    try {
      await reconcileWorkspace(deps, workspace);
    } catch (error) {
      // One that cannot be looked at must not keep the others from it.
      logger.warn(
        { err: error, workspace_id: workspace.id },
        "workspace could not be reconciled, tried again",
      );
    }
  }
}

async function reconcileWorkspace(
  { store, temporal, teller, counts, logger }: WorkspaceLoopDeps,
  workspace: WorkspaceRow,
): Promise<void> {
  const { id: workspace_id, status } = workspace;
  const workflowId = workspaceWorkflowId(workspace_id);
  const run = await inspectRun(temporal, workflowId);
  if (run.type === "none") {
    logger.warn({ workspace_id, status }, "workspace without a run, starting one");
    await teller.tellLate(workspace);
  }
  if (run.type !== "wedged" || run.isAtWork) return;
  logger.error({ workspace_id, status, reason: run.words }, "wedged run, terminated");
  await terminateWedged(temporal, workflowId, run);
  counts.wedged_runs++;
  // The next run cleans up what is left; the next round starts it.
  await inUnit(store, (unit) =>
    recordWorkspaceCrash(unit, workspace_id, run.words.slice(0, errorDetailCharsMax)),
  );
}

/** Each worker reaps its own driver's places: no other one sees a folder of this machine. */
function startReaper({ reaper, logger, reapEveryMs = REAP_EVERY_MS }: WorkspaceLoopDeps): Loop {
  return startLoop("workspace-reaper", reapEveryMs, { work: () => reaper.look(), logger });
}
