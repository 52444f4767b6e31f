// What the test runner and its lanes tell each other.

export type LaneOrder =
  | { readonly type: "run"; readonly file: string; readonly name: string | null }
  | { readonly type: "close" };

export type LaneReport =
  | { readonly type: "took"; readonly file: string }
  | { readonly type: "began"; readonly test: string }
  | { readonly type: "done"; readonly result: FileResult }
  /** An error of a file whose result is reported already. */
  | { readonly type: "late-error"; readonly file: string; readonly words: string };

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly ms: number;
  /** One line per test. */
  readonly lines: string;
  /** Each failed test in full; empty when none failed. */
  readonly failures: string;
  /** Global variables that the file added, replaced or removed. */
  readonly changedGlobals: readonly string[];
}
