// Workflows are deterministic. This file: what a turn shows of itself in Temporal's Web UI; costs no event.
import { setCurrentDetails } from "@temporalio/workflow";
import type { StepOutcome } from "../core/step-outcome.ts";

export interface TurnProgress {
  readonly model: string;
  /** Empty unless titles may be shown. */
  readonly title: string;
  /** Model calls begun, retries of one step not counted. */
  calls: number;
  state: string;
}

/** Rewrites the run's current details: Markdown, a line each. */
export function showProgress(progress: TurnProgress, state: string): void {
  progress.state = state;
  const title = progress.title === "" ? [] : [`**${progress.title}**`, ""];
  setCurrentDetails(
    [...title, `- now: ${state}`, `- step: ${progress.calls}`, `- model: ${progress.model}`].join("\n"),
  );
}

/** `retry 3 in 4 s: rate limited` */
export function describeRetry(outcome: Extract<StepOutcome, { type: "retry" }>): string {
  const seconds = Math.round(outcome.delay_ms / 100) / 10;
  const status = outcome.status_code === null ? "" : ` (${outcome.status_code})`;
  return `retry ${outcome.attempt} in ${seconds} s: ${outcome.kind.replaceAll("_", " ")}${status}`;
}
