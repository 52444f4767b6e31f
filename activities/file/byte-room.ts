// Room for the bytes of files that a worker holds at once. Who asks first gets room first.

export interface ByteRoom {
  /** Waits for room for so many bytes, and resolves with what gives it back. Rejects with the signal's reason. */
  take(bytes: number, signal: AbortSignal): Promise<() => void>;
}

interface Waiting {
  readonly bytes: number;
  readonly begin: () => void;
}

export function createByteRoom(bytesMax: number): ByteRoom {
  let left = bytesMax;
  const waiting: Waiting[] = [];
  const next = () => {
    for (let first = waiting[0]; first !== undefined && first.bytes <= left; first = waiting[0]) {
      waiting.shift();
      left -= first.bytes;
      first.begin();
    }
  };
  const giveBack = (bytes: number) => {
    left += bytes;
    next();
  };
  return {
    async take(wanted, signal) {
      signal.throwIfAborted();
      // More than there is would wait for ever.
      const bytes = Math.min(wanted, bytesMax);
      await new Promise<void>((resolve, reject) => {
        const entry: Waiting = { bytes, begin: () => begin() };
        const leave = () => {
          waiting.splice(waiting.indexOf(entry), 1);
          reject(signal.reason as Error);
          next();
        };
        const begin = () => {
          signal.removeEventListener("abort", leave);
          resolve();
        };
        signal.addEventListener("abort", leave, { once: true });
        waiting.push(entry);
        next();
      });
      let isTaken = true;
      return () => {
        if (isTaken) giveBack(bytes);
        isTaken = false;
      };
    },
  };
}
