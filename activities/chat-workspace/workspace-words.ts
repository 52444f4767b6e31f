// Explains why a chat's workspace cannot be used, and names the tool that helps.
import { quoted } from "../../core/text/quoted.ts";
import type { BuildRow } from "../../store/workspace/workspace-builds.ts";
import type { WorkspaceRow } from "../../store/workspace/workspaces.ts";
import { ToolError } from "../../tools/tool-error.ts";

const makeOne = "Call create_workspace to make a new one.";

export function noWorkspace(): ToolError {
  return new ToolError(
    "This chat has no workspace.",
    "Call create_workspace first; list_templates shows what it can be made from.",
  );
}

export function deletedWorkspace(): ToolError {
  return new ToolError("The workspace was deleted.", makeOne);
}

export function deadWorkspace(row: WorkspaceRow, why: string): ToolError {
  return new ToolError(`Nothing is left of the workspace ${quoted(row.name)}: ${sentence(why)}`, makeOne);
}

export function silentAgent(row: WorkspaceRow, why: string): ToolError {
  return new ToolError(
    `The agent of the workspace ${quoted(row.name)} does not answer: ${sentence(why)}`,
    "Try again in a moment, or call start_workspace to start it again: processes that ran end, files stay.",
  );
}

export function foreignDriver(row: WorkspaceRow, here: string): ToolError {
  return new ToolError(
    `The workspace ${quoted(row.name)} was made by the driver ${row.driver}; this server has ${here}.`,
    "Its owner can bind the chat to another workspace.",
  );
}

/** Null: it runs. */
export function notRunning(row: WorkspaceRow): ToolError | null {
  const name = quoted(row.name);
  switch (row.status) {
    case "running":
      return null;
    case "building":
      return new ToolError(
        `The workspace ${name} is being built.`,
        "Call create_workspace to wait until it is ready.",
      );
    case "stopping":
    case "stopped": {
      const why = row.error === null ? "" : ` ${sentence(row.error)}`;
      return new ToolError(`The workspace ${name} is stopped.${why}`, "Call start_workspace to start it.");
    }
    case "failed":
      return new ToolError(`The workspace ${name} has failed: ${sentence(row.error ?? "unknown")}`, makeOne);
    case "deleting":
      return new ToolError(`The workspace ${name} is being deleted.`, makeOne);
  }
}

/** A build that has not succeeded, with the end of its log (SPEC W3). */
export function endedBuild(build: BuildRow, logTail: string): ToolError {
  const what = build.kind === "create" ? "build" : "start";
  if (build.status === "cancelled") {
    return new ToolError(`The ${what} of the workspace was cancelled: ${sentence(build.error ?? "unknown")}`);
  }
  const log = logTail === "" ? "" : `\nThe end of its log:\n${logTail}`;
  const hint =
    build.kind === "create"
      ? "See what the log says before you call create_workspace again: it makes a new workspace from the template."
      : "See what the log says; create_workspace and start_workspace try to start it again.";
  return new ToolError(
    `The ${what} of the workspace has failed: ${sentence(build.error ?? "unknown")}${log}`,
    hint,
  );
}

export function unendedBuild(minutes: number): ToolError {
  return new ToolError(
    `The build of the workspace has not ended within ${minutes} minutes; it goes on.`,
    "Call create_workspace to wait for it.",
  );
}

function sentence(words: string): string {
  return /[.!?]$/.test(words) ? words : `${words}.`;
}
