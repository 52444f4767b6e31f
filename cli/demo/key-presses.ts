// Hears the Enter key of the person who watches.

export interface KeyPresses {
  /** Whether a person sits at the terminal. */
  readonly isPerson: boolean;
  /** Resolves at the next Enter; never where no input comes. */
  next(signal: AbortSignal): Promise<void>;
  close(): void;
}

export function createKeyPresses(input: NodeJS.ReadStream): KeyPresses {
  const waiting = new Set<() => void>();
  const take = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  input.on("data", take);
  // The demo ends when it has been played, whether or not somebody could still press a key.
  input.unref?.();
  return {
    isPerson: input.isTTY,
    next: (signal) =>
      new Promise((resolve) => {
        waiting.add(resolve);
        signal.addEventListener("abort", () => waiting.delete(resolve), { once: true });
      }),
    close() {
      input.off("data", take);
      input.pause();
    },
  };
}
