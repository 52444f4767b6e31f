// A workspace's state in words.

import type { Tone } from "../parts/rows.tsx";
import type { Workspace } from "../parts/wire.ts";

export interface StateInWords {
  readonly tone: Tone;
  readonly words: string;
}

type StateOfWorkspace = Pick<Workspace, "status" | "agent_status">;

export function workspaceState({ status, agent_status }: StateOfWorkspace): StateInWords {
  switch (status) {
    case "building":
      return { tone: "busy", words: "Being built" };
    case "running":
      return runningState(agent_status);
    case "stopping":
      return { tone: "busy", words: "Stopping" };
    case "stopped":
      return { tone: "quiet", words: "Stopped" };
    case "failed":
      return { tone: "bad", words: "The build failed" };
    case "deleting":
      return { tone: "busy", words: "Being deleted" };
  }
}

function runningState(agent: Workspace["agent_status"]): StateInWords {
  if (agent === "connecting") return { tone: "busy", words: "Running, and its agent is starting" };
  if (agent === "not_ready") return { tone: "bad", words: "Running, but its agent does not answer" };
  return { tone: "good", words: "Running" };
}

/** Whether the state passes by itself, so that it is worth looking again soon. */
export function isPassing({ status, agent_status }: StateOfWorkspace): boolean {
  if (status === "running") return agent_status === "connecting";
  return status === "building" || status === "stopping" || status === "deleting";
}
