// The timers of one hub, so that none outlives it.

export class HubTimers {
  readonly #timers = new Set<NodeJS.Timeout>();

  /** Runs once, unless the hub ends before. */
  later(ms: number, run: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
  }

  /** Never resolves once the hub has ended: there is nothing left to do. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.later(ms, resolve);
    });
  }

  clear(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
