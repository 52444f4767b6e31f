// Waits for the end of a workspace's build and reports the result.
import { readWorkspace, type WorkspaceRow } from "../../store/workspace/workspaces.ts";
import type { BuildWatch, WorkspaceReport } from "../../tools/workspace/chat-workspace.ts";
import { pollDefaultMs } from "./chat-workspaces-deps.ts";
import { buildLogTail, followBuild } from "./follow-build.ts";
import type { ChatPlace } from "./running-workspace.ts";
import { deletedWorkspace, endedBuild, unendedBuild } from "./workspace-words.ts";

/** Longer than a build may take with its agent (SPEC W3): only a workflow that nobody runs takes longer. */
const patienceMinutes = 15;

/** What the caller did before it waited, in words for the model. */
export interface BuildStory {
  readonly message: string;
  /** Whether the caller made the workspace. */
  readonly created?: boolean;
}

export interface AwaitBuildInput extends BuildStory {
  readonly workspace: WorkspaceRow;
  readonly watch: BuildWatch;
}

/** Shows the log of the workspace's newest build as it grows. Throws `ToolError` unless the build succeeds. */
export async function awaitBuild(place: ChatPlace, input: AwaitBuildInput): Promise<WorkspaceReport> {
  const { store, pollMs = pollDefaultMs } = place.deps;
  const { watch } = input;
  const { id: workspace_id, build_id } = input.workspace;
  const build = await followBuild({
    store,
    workspace_id,
    build_id,
    signal: watch.signal,
    pollMs,
    patienceMs: patienceMinutes * 60_000,
    emit: (text) => watch.emit(text),
  });
  if (build === "deleted") throw deletedWorkspace();
  if (build === "unended") throw unendedBuild(patienceMinutes);
  if (build.status !== "succeeded")
    throw endedBuild(build, await buildLogTail({ store, signal: watch.signal, build_id }));
  return reportOf(place, input);
}

/** The workspace as it is now. */
export async function reportOf(
  { deps }: ChatPlace,
  { workspace, watch: { signal }, message, created = false }: AwaitBuildInput,
): Promise<WorkspaceReport> {
  const now = await deps.store.read(signal, (db) => readWorkspace(db, workspace.id, null));
  if (now === null) throw deletedWorkspace();
  const { id: workspace_id, name, status, agent_status, agent_error, build_id } = now;
  const silent =
    agent_status === "not_ready" ? ` Its agent does not answer yet: ${agent_error ?? "unknown"}` : "";
  return {
    workspace_id,
    name,
    status,
    agent_status,
    agent_error,
    build_id,
    created,
    message: message + silent,
  };
}
