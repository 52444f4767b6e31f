// How a run leaves its chat to another build of the worker: it ends, and the outbox starts the chat's next run.
import type { WorkflowDefinitionOptions } from "@temporalio/common";
import { proxyLocalActivities, workflowInfo } from "@temporalio/workflow";
import type { LocalActivities, TurnRef } from "../../activities/contract.ts";
import type { StepOutcome } from "../../core/chat/step-outcome.ts";
import { transitionOptions } from "../activity-options.ts";
import type { ChatTurnInput, TurnResult } from "../contract.ts";
import type { Heard } from "./heard.ts";
import { showProgress, type TurnProgress } from "./turn-details.ts";
import { type TurnTold, takeTold, tellOutcome } from "./turn-end.ts";

const local = proxyLocalActivities<LocalActivities>(transitionOptions);

/**
 * A run stays with the build of the worker that began it, so that it never meets the contracts of another one. Temporal refuses a
 * behaviour from a worker without a build, and would refuse it for ever.
 */
export function pinnedToItsBuild(): WorkflowDefinitionOptions {
  const { deploymentName = "" } = workflowInfo().currentDeploymentVersion ?? {};
  return deploymentName === "" ? {} : { versioningBehavior: "PINNED" };
}

/**
 * Whether the chat has more to do, and another build of the worker is to do it. An interruption is ended here, because that is
 * quick.
 */
export function isToHandOver({ type }: StepOutcome, { drained }: Heard): boolean {
  return drained && type !== "ended" && type !== "interrupting";
}

export interface HandOverInput {
  readonly input: ChatTurnInput;
  readonly turn: TurnRef;
  readonly heard: Heard;
  readonly progress: TurnProgress;
  readonly told: TurnTold;
}

/** The last thing that the run does. Its successor goes on from what is committed. */
export async function handOver(
  next: StepOutcome,
  { input, turn, heard, progress, told }: HandOverInput,
): Promise<TurnResult> {
  takeTold(told, { ...next, tokens: 0 });
  const turn_id = next.type === "moved" ? next.turn_id : turn.turn_id;
  showProgress(progress, { word: "Handed over", what: "the chat goes on as a run of another build" });
  let seen: number;
  do {
    seen = heard.count;
    await local.handOver({ chat_id: turn.chat_id, turn_id });
    // A start that is delivered while this run is still open only signals it. So another one is asked for.
  } while (heard.count !== seen);
  if (input.shows_outcome === true) tellOutcome(told.end);
  const { tokens } = told;
  return { status: "handed over", why: "another build is current", steps: progress.calls, tokens };
}
