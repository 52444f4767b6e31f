// A line of the result: what was measured, beside its floor of the same run.
import { type Summary, summarise } from "./percentiles.ts";

export type Unit =
  | "ms"
  | "turns/s"
  | "parts/s"
  | "files/s"
  | "events"
  | "parts"
  | "transactions"
  | "times"
  | "KiB"
  | "× the bytes"
  | "%"
  | "% of a core";

/** The project's aim. `ratio` compares with the floor; `exactly` is a number that must not vary. */
export type Aim =
  | { readonly type: "at-most"; readonly of: "p50" | "p95" | "p99"; readonly value: number }
  | { readonly type: "ratio-at-most"; readonly value: number }
  | { readonly type: "exactly"; readonly value: number };

export interface MeasuredRow {
  readonly type: "measured";
  readonly what: string;
  readonly unit: Unit;
  readonly measured: Summary;
  /** Null if nothing smaller does the same. */
  readonly floor: Summary | null;
  readonly aims: readonly Aim[];
}

/** What this machine cannot measure. The row says so, so that nobody mistakes silence for a result. */
export interface UnmeasuredRow {
  readonly type: "not-measured";
  readonly what: string;
  readonly why: string;
}

export type Row = MeasuredRow | UnmeasuredRow;

interface RowInput {
  readonly unit?: Unit;
  readonly floor?: readonly number[];
  readonly aims?: readonly Aim[];
}

/** Throws RangeError if nothing was measured. */
export function row(what: string, samples: readonly number[], input: RowInput = {}): MeasuredRow {
  const { unit = "ms", floor, aims = [] } = input;
  const measured = summarise(samples);
  return { type: "measured", what, unit, measured, floor: floor ? summarise(floor) : null, aims };
}

export function notMeasured(what: string, why: string): UnmeasuredRow {
  return { type: "not-measured", what, why };
}

/** Measured divided by floor, of the medians; null without a floor. */
export function ratioOf({ measured, floor }: MeasuredRow): number | null {
  return floor === null ? null : measured.p50 / floor.p50;
}

export function meets(of: MeasuredRow, aim: Aim): boolean {
  switch (aim.type) {
    case "at-most":
      return of.measured[aim.of] <= aim.value;
    case "ratio-at-most":
      return (ratioOf(of) ?? Number.POSITIVE_INFINITY) <= aim.value;
    case "exactly":
      return of.measured.p50 === aim.value && of.measured.p99 === aim.value;
  }
}

export function describeAim(aim: Aim): string {
  switch (aim.type) {
    case "at-most":
      return `${aim.of} ≤ ${aim.value}`;
    case "ratio-at-most":
      return `≤ ${aim.value}× floor`;
    case "exactly":
      return `= ${aim.value}`;
  }
}
