// Percentiles, and how two lists of samples compare. Pure.

export interface Summary {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/**
 * The nearest-rank percentile: the smallest sample that at least `percent` % of all samples do not exceed. Always a
 * value that was measured. Throws RangeError without samples.
 */
export function percentile(sorted: readonly number[], percent: number): number {
  const rank = Math.max(1, Math.ceil((percent / 100) * sorted.length));
  const value = sorted[rank - 1];
  if (value === undefined) throw new RangeError(`no sample at percentile ${percent} of ${sorted.length}`);
  return value;
}

/** Throws RangeError without samples: a scenario that measured nothing has failed. */
export function summarise(samples: readonly number[]): Summary {
  const sorted = samples.toSorted((a, b) => a - b);
  const [p50, p95, p99] = [percentile(sorted, 50), percentile(sorted, 95), percentile(sorted, 99)];
  return { n: sorted.length, p50, p95, p99 };
}

/** Sample by sample: both lists were measured in turn, so that a busy moment of the machine is in both. */
export function sumOfPairs(a: readonly number[], b: readonly number[]): number[] {
  return a.slice(0, b.length).map((value, i) => value + (b[i] ?? 0));
}
