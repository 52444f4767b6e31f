// Tests: builds workspaces by hand, as their workflow does through the store, one step at a test's word.
import type { MemoryDriver } from "../../../activities/chat-workspace/agent-fixture.ts";
import type { Store } from "../../../store/store.ts";
import { inUnit } from "../../../store/unit.ts";
import {
  appendBuildLog,
  beginBuildWork,
  checkBuildAttempt,
  setAgent,
} from "../../../store/workspace/build-work.ts";
import { markTold } from "../../../store/workspace/tell-workspaces.ts";
import {
  failBuild,
  finishBuild,
  finishStop,
  removeWorkspace,
} from "../../../store/workspace/workspace-progress.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";

const never = new AbortController().signal;

export interface HandBuilder {
  /** Every workspace it was told of, in order. */
  readonly told: WorkspaceRow[];
  /** What the builds wished from now on do: their log, then how they end. Held back until the promise resolves. */
  script: { log: readonly string[]; error: string | null; silent: string | null; held: Promise<void> };
  tell(workspace: WorkspaceRow): Promise<void>;
  /** Resolves when all it was told of is done. Throws what went wrong. */
  rest(): Promise<void>;
}

export function createHandBuilder(store: Store, driver: MemoryDriver): HandBuilder {
  let works: Promise<void> = Promise.resolve();
  const running = new Map<string, Promise<void>>();
  /** By build: a build may be taken up by the work on the one before, which has not yet seen that there is nothing more to do. */
  const scripts = new Map<string, HandBuilder["script"]>();
  const builder: HandBuilder = {
    told: [],
    script: { log: [], error: null, silent: null, held: Promise.resolve() },
    async tell(workspace) {
      builder.told.push(workspace);
      scripts.set(workspace.build_id, scripts.get(workspace.build_id) ?? builder.script);
      await markTold(store.pool, workspace.id, workspace.version);
      // One at a time, as one workflow has one run.
      const before = running.get(workspace.id) ?? Promise.resolve();
      const now = before.then(() => work(workspace.id));
      running.set(workspace.id, now);
      works = Promise.all([works, now]).then(() => undefined);
      works.catch(() => undefined);
    },
    rest: () => works,
  };

  async function work(id: string): Promise<void> {
    for (;;) {
      const row = await readWorkspace(store.pool, id, null);
      if (row?.status === "building") await build(row, scripts.get(row.build_id) ?? builder.script);
      else if (row?.status === "stopping") await stop(row);
      else if (row?.status === "deleting") await destroy(row);
      else return;
    }
  }

  async function build(row: WorkspaceRow, script: HandBuilder["script"]): Promise<void> {
    const attempt = { workspace_id: row.id, build_id: row.build_id, scheduled_ms: 1 };
    await beginBuildWork(store.pool, attempt);
    if (script.log.length > 0) await appendBuildLog(store.pool, attempt, { lines: script.log });
    await script.held;
    if ((await checkBuildAttempt(store.pool, attempt)) !== "going") return;
    if (script.error !== null) {
      const error = script.error;
      await inUnit(store, (unit) => failBuild(unit, { ...attempt, error }));
      return;
    }
    if (!driver.places.has(row.id)) await driver.provision(row.id, row.plan, { signal: never, log() {} });
    const agent_status = script.silent === null ? "ready" : "not_ready";
    await setAgent(store.pool, attempt, { agent_status, agent_error: script.silent });
    await inUnit(store, (unit) => finishBuild(unit, attempt));
  }

  async function stop(row: WorkspaceRow): Promise<void> {
    await (row.built_at === null ? driver.destroy(row.id) : driver.stop(row.id));
    await inUnit(store, (unit) => finishStop(unit, row.id, null));
  }

  async function destroy(row: WorkspaceRow): Promise<void> {
    await driver.destroy(row.id);
    await inUnit(store, (unit) => removeWorkspace(unit, row.id));
  }

  return builder;
}
