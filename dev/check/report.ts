// How the checks are run and told: a line each with its time, and below it what is wrong, the place first.
import type { Check, CheckResult } from "./check.ts";

interface CheckOutcome extends CheckResult {
  readonly name: string;
  readonly durationMs: number;
}

/** More lines than this hide the first ones, which are most often the cause of the rest. */
const shownFaultsMax = 50;

/** Runs one check. A check that throws is a failed check, so that the others still report. */
export async function runCheck(check: Check, root: string): Promise<CheckOutcome> {
  const startedAt = performance.now();
  const result = await check.run(root).catch((error: unknown): CheckResult => {
    return { seen: "broke off", faults: [error instanceof Error ? error.message : String(error)] };
  });
  return { ...result, name: check.name, durationMs: performance.now() - startedAt };
}

/** Prints all outcomes, line by line; returns the exit code. */
export function reportChecks(outcomes: readonly CheckOutcome[], print: (line: string) => void): 0 | 1 {
  for (const outcome of outcomes) {
    const mark = outcome.faults.length === 0 ? "✓" : "✗";
    const seconds = `${(outcome.durationMs / 1000).toFixed(1)} s`;
    print(`${mark} ${outcome.name.padEnd(16)} ${seconds.padStart(7)}  ${outcome.seen}`);
    for (const fault of outcome.faults.slice(0, shownFaultsMax)) print(`    ${fault}`);
    if (outcome.faults.length > shownFaultsMax)
      print(`    … and ${outcome.faults.length - shownFaultsMax} more`);
  }
  const faultCount = outcomes.reduce((sum, outcome) => sum + outcome.faults.length, 0);
  const failed = outcomes.filter((outcome) => outcome.faults.length > 0).map((outcome) => outcome.name);
  print(faultCount === 0 ? "check: clean" : `check: ${faultCount} faults in ${failed.join(", ")}`);
  return faultCount === 0 ? 0 : 1;
}
