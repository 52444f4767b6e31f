// Asks that a chat's workspace starts or stops, for a turn that waits for it.
import { setTimeout as sleep } from "node:timers/promises";
import { requestWorkspace } from "../../store/workspace/request-workspace.ts";
import { readWorkspace, recordAgent, type WorkspaceRow } from "../../store/workspace/workspaces.ts";
import type { ToolError } from "../../tools/tool-error.ts";
import type { BuildWatch, ChatWorkspace, WorkspaceReport } from "../../tools/workspace/chat-workspace.ts";
import { awaitBuild, reportOf } from "./await-build.ts";
import { pollDefaultMs } from "./chat-workspaces-deps.ts";
import type { ChatPlace } from "./running-workspace.ts";
import { deadWorkspace, deletedWorkspace, notRunning } from "./workspace-words.ts";

/** Stopping is ending processes; a driver that hangs is not waited for. */
const stopPatienceMs = 60_000;

/** Throws `ToolError` when it cannot be started: failed, being deleted, nothing left of it. */
export async function startChatWorkspace(
  place: ChatPlace,
  row: WorkspaceRow,
  watch: BuildWatch,
): Promise<WorkspaceReport> {
  switch (row.status) {
    case "failed":
    case "deleting":
      throw notRunning(row) as ToolError;
    case "building":
      return awaitBuild(place, { workspace: row, watch, message: joinedWords });
    case "running": {
      const report = await useRunning(place, row, watch);
      if (report !== null) return report;
      throw deadWorkspace(row, "its place is gone");
    }
    case "stopping":
    case "stopped": {
      const workspace = await wish(place, row, { what: "running", signal: watch.signal });
      return awaitBuild(place, { workspace, watch, message: startedWords });
    }
  }
}

export const joinedWords = "The workspace was being built already; its build has ended.";
export const startedWords = "The workspace was stopped and has been started; its files are as they were.";
const revivedWords =
  "The workspace's agent did not answer and was started again; its files are as they were.";

/**
 * Uses a workspace that runs, when its agent answers. A silent one is started again, as a build: that also runs what a build
 * whose agent was not ready had to leave out. Null: nothing is left of it, which is written down.
 */
export async function useRunning(
  place: ChatPlace,
  row: WorkspaceRow,
  watch: BuildWatch,
): Promise<WorkspaceReport | null> {
  if (row.agent_status === "ready") {
    const reached = await place.running.look(row, watch.signal);
    if (reached.type === "ready") {
      const message = "This chat's workspace runs already and is used as it is.";
      return reportOf(place, { workspace: row, watch, message });
    }
    if (reached.type === "missing") {
      await place.running.markDead(row, reached.message, watch.signal);
      return null;
    }
    const found = { agent_status: "not_ready", agent_error: reached.message } as const;
    await place.deps.store.read(watch.signal, (db) => recordAgent(db, row.id, found));
  }
  const workspace = await wish(place, row, { what: "running", signal: watch.signal });
  return awaitBuild(place, { workspace, watch, message: revivedWords });
}

/** Ends what runs in it and waits for that, for a minute at most. */
export async function stopChatWorkspace(
  place: ChatPlace,
  bound: WorkspaceRow,
  { signal }: BuildWatch,
): ReturnType<ChatWorkspace["stop"]> {
  const { store, pollMs = pollDefaultMs } = place.deps;
  let row = await wish(place, bound, { what: "stopped", signal });
  place.running.forget(row.id);
  const givesUpAt = performance.now() + stopPatienceMs;
  while (row.status === "stopping" && row.wish === "stopped" && performance.now() < givesUpAt) {
    await sleep(pollMs, undefined, { signal });
    const now = await store.read(signal, (db) => readWorkspace(db, bound.id, null));
    if (now === null) throw deletedWorkspace();
    row = now;
  }
  return { workspace_id: row.id, name: row.name, status: row.status };
}

async function wish(
  { deps, chat, turn_id }: ChatPlace,
  row: WorkspaceRow,
  { what, signal }: { readonly what: "running" | "stopped"; readonly signal: AbortSignal },
): Promise<WorkspaceRow> {
  const began_by = what === "running" ? { chat_id: chat.id, turn_id } : null;
  const input = { id: row.id, owner_id: null, wish: what, began_by };
  const wished = await deps.store.change(signal, (unit) => requestWorkspace(unit, input));
  if (wished.told_version < wished.version) await deps.teller.tell(wished);
  return wished;
}
