// Has a worker carry out what a request wants of a workspace that runs, and refuses in the API's words what did not come of it.
import { Refusal, type RefusalCode } from "../../../core/chat/refusal.ts";
import type { FileCallAnswer, FileCallFault } from "../../../core/workspace/file-call.ts";
import type { FileCall } from "../../../delivery/run-file-call.ts";
import type { WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import type { ApiDeps } from "../../deps.ts";
import { readOwnWorkspace } from "./show-workspace.ts";

/** @throws Refusal for whatever the worker could not do */
export async function runFileCallOf(
  { store, runFileCall }: Pick<ApiDeps, "store" | "runFileCall">,
  asked: { readonly id: string; readonly owner_id: string },
  call: FileCall,
): Promise<Exclude<FileCallAnswer, { type: "fault" }>> {
  const row = await readOwnWorkspace(store.pool, asked);
  requireRunning(row);
  const answer = await runFileCall(row, call);
  if (answer.type !== "fault") return answer;
  // It may have been stopped meanwhile: that says more than that nobody answers.
  if (answer.fault === "unreachable") requireRunning(await readOwnWorkspace(store.pool, asked));
  const code =
    answer.fault === "missing" && call.kind === "write" ? "path_refused" : REFUSAL_OF[answer.fault];
  throw new Refusal(code, answer.message, [{ path: "path", message: answer.message }]);
}

const REFUSAL_OF: Readonly<Record<FileCallFault, RefusalCode>> = {
  missing: "path_not_found",
  path_refused: "path_refused",
  too_large: "file_too_large",
  no_space: "workspace_full",
  outcome_unknown: "outcome_unknown",
  unreachable: "workspace_unreachable",
};

export function requireRunning({ status }: WorkspaceRow): void {
  if (status === "running") return;
  const advice = status === "stopped" ? "start it" : "read it to see how it is";
  throw new Refusal("workspace_not_running", `the workspace is ${status}: ${advice}`);
}

export function noAnswer(): Error {
  return new Error("the worker has answered something else than it was asked");
}
