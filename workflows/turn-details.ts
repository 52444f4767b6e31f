// Workflows are deterministic. This file: what a turn shows of itself in Temporal's Web UI; costs no event.
import { setCurrentDetails } from "@temporalio/workflow";
import type { StepOutcome } from "../core/step-outcome.ts";

export interface TurnProgress {
  readonly model: string;
  /** Empty unless titles may be shown. */
  readonly title: string;
  /** Model calls begun, retries of one step not counted. */
  calls: number;
}

/** Rewrites the run's current details: Markdown, in few lines, since the Web UI's box has room for four. */
export function showProgress({ title, calls, model }: TurnProgress, state: string): void {
  const line = [state, `step ${calls}`, ...(model === "" ? [] : [model])].join(" · ");
  setCurrentDetails(title === "" ? line : `**${asPlainText(title)}**\n\n${line}`);
}

/** How the run ended, for those who look at it later. */
export function describeEnd(outcome: StepOutcome): string {
  if (outcome.type === "moved") return "goes on as the chat's next run";
  if (outcome.type !== "ended" || outcome.status === "waiting") return "done";
  return outcome.status === "deleted" ? "the chat was deleted" : "ended in an error";
}

/** A title is a person's words: it must not become links and pictures. */
function asPlainText(title: string): string {
  return title.replaceAll("\n", " ").replace(/[\\`*_[\]<>!#|]/g, "\\$&");
}

/** `retry 3 in 4 s: rate limited` */
export function describeRetry(outcome: Extract<StepOutcome, { type: "retry" }>): string {
  const seconds = Math.round(outcome.delay_ms / 100) / 10;
  const status = outcome.status_code === null ? "" : ` (${outcome.status_code})`;
  return `retry ${outcome.attempt} in ${seconds} s: ${outcome.kind.replaceAll("_", " ")}${status}`;
}
