// One clock for all processes of the machine.

/** Milliseconds since 1970 with fractions, as the demo model stamps its tokens. */
export function now(): number {
  return performance.timeOrigin + performance.now();
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Runs `work` for 0 … count - 1, each started at its own time: `everyMs` apart, however long the others take. */
export async function paced<T>(count: number, everyMs: number, work: (index: number) => Promise<T>) {
  const begunAt = now();
  const running: Promise<T>[] = [];
  for (let index = 0; index < count; index++) {
    const wait = begunAt + index * everyMs - now();
    if (wait > 0) await pause(wait);
    running.push(work(index));
  }
  return Promise.all(running);
}
