// Lays out a debug run over time: one bar for each step and each HTTP attempt, in the order in which they began.
import type { DebugAttempt, DebugRunWithSteps, DebugStep } from "../parts/wire.ts";

export type BarStatus = DebugStep["status"];

/** A bar; `start` and `width` are parts of the whole, from 0 to 1. */
export interface Bar {
  readonly key: string;
  readonly kind: "step" | "attempt";
  readonly step: DebugStep;
  readonly attempt: DebugAttempt | null;
  readonly status: BarStatus;
  readonly start: number;
  readonly width: number;
  readonly duration_ms: number;
  readonly isOpen: boolean;
}

export interface Waterfall {
  readonly bars: readonly Bar[];
  readonly total_ms: number;
  /** Where lines stand, in milliseconds from the start. */
  readonly ticks: readonly number[];
}

/** @param now for what still runs */
export function layOut(run: DebugRunWithSteps, now: number): Waterfall {
  const from = Date.parse(run.started_at);
  const spans = run.steps.flatMap((step) => [spanOf(step), ...step.attempts.map(spanOf)]);
  const until = Math.max(
    run.finished_at === null ? now : Date.parse(run.finished_at),
    ...spans.map(endOf),
    from + 1,
  );
  const total_ms = until - from;
  const barOf = (step: DebugStep, attempt: DebugAttempt | null): Bar => {
    const of = attempt ?? step;
    const { start, end } = spanOf(of);
    const until_ms = end ?? until;
    return {
      key: attempt === null ? `${step.number}` : `${step.number}.${attempt.number}`,
      kind: attempt === null ? "step" : "attempt",
      step,
      attempt,
      status: of.status,
      start: clamp((start - from) / total_ms),
      width: clamp((until_ms - start) / total_ms),
      duration_ms: Math.max(0, until_ms - start),
      isOpen: end === null,
    };
  };
  const bars = run.steps.flatMap((step) => [
    barOf(step, null),
    ...step.attempts.map((each) => barOf(step, each)),
  ]);
  return { bars, total_ms, ticks: ticksOf(total_ms) };
}

interface Span {
  readonly start: number;
  readonly end: number | null;
}

function spanOf(of: { readonly started_at: string; readonly finished_at: string | null }): Span {
  return {
    start: Date.parse(of.started_at),
    end: of.finished_at === null ? null : Date.parse(of.finished_at),
  };
}

function endOf({ start, end }: Span): number {
  return end ?? start;
}

function clamp(part: number): number {
  return Math.min(1, Math.max(0, part));
}

/** Three to six lines at round numbers: 1, 2 or 5 times a power of ten. */
function ticksOf(total_ms: number): number[] {
  const rough = total_ms / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const every = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const ticks: number[] = [];
  for (let at = 0; at <= total_ms; at += every) ticks.push(at);
  return ticks;
}
