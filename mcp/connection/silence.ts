// How long a call may be silent. Progress begins the time anew, and while a person is asked it does not run.

export interface Silence {
  /** Aborted when it lasts too long. */
  readonly signal: AbortSignal;
  beat(): void;
  /** The time does not run until `work` is done. */
  during<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

/** @param reason of the abort */
export function createSilence(ms: number, reason: () => Error): Silence {
  const controller = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  let held = 0;
  const beat = () => {
    clearTimeout(timer);
    if (held === 0) timer = setTimeout(() => controller.abort(reason()), ms);
  };
  beat();
  return {
    signal: controller.signal,
    beat,
    async during(work) {
      held++;
      beat();
      try {
        return await work();
      } finally {
        held--;
        beat();
      }
    },
    end() {
      held++;
      clearTimeout(timer);
    },
  };
}
