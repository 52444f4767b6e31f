// What a scenario gets and returns.
import type { BenchStack, RunningEverturn } from "./bench-stack.ts";
import type { Row } from "./row.ts";

export interface Surroundings {
  readonly stack: BenchStack;
  readonly everturn: RunningEverturn;
  /** Fewer samples and shorter windows: to look while you build, not to draw conclusions. */
  readonly isQuick: boolean;
  /** Says what takes time. */
  readonly note: (words: string) => void;
}

export interface Scenario {
  readonly name: string;
  readonly liveBus: "postgres" | "off";
  /** Measures. The system is idle before, and must be idle again when it resolves. */
  readonly run: (surroundings: Surroundings) => Promise<Row[]>;
}
