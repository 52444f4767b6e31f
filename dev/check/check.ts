// What one check of `npm run check` is: it looks at a tree and returns what is wrong with it, and never changes it.

/** The outcome of one check. */
export interface CheckResult {
  /** What was looked at, for the report: "41 files", "12 modules". A check that saw nothing must say so as a fault. */
  readonly seen: string;
  /** One line each, beginning with the place ("core/part/part.ts:12"); any fault fails the whole check. */
  readonly faults: readonly string[];
}

/** A check by name; `run` gets the folder of the tree to look at. */
export interface Check {
  readonly name: string;
  readonly run: (root: string) => Promise<CheckResult>;
}
