// What the test runner and its lanes tell each other.

export type LaneOrder =
  | { readonly type: "run"; readonly file: string; readonly name: string | null }
  | { readonly type: "close" };

export type LaneReport =
  | { readonly type: "began"; readonly test: string }
  | { readonly type: "done"; readonly result: FileResult };

export interface FileResult {
  readonly file: string;
  readonly passed: number;
  readonly failed: number;
  readonly ms: number;
  /** One line per test. */
  readonly lines: string;
  /** Each failed test in full; empty when none failed. */
  readonly failures: string;
}
