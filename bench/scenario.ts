// Benchmarks measure what a user sees. This file: what a scenario is given and what it gives.
import type { BenchStack, RunningEverturn } from "./bench-stack.ts";
import type { Row } from "./row.ts";

export interface Surroundings {
  readonly stack: BenchStack;
  readonly everturn: RunningEverturn;
  /** Fewer samples and shorter windows: for a look while building, not for conclusions. */
  readonly isQuick: boolean;
  /** Says what takes its time. */
  readonly note: (words: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly liveBus: "postgres" | "off";
  /** Measures; the system is idle before, and must be idle again when it resolves. */
  readonly run: (surroundings: Surroundings) => Promise<Row[]>;
}
