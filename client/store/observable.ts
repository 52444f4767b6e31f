// What both stores have in common: a snapshot that is replaced as a whole, and listeners who are told once a frame at most.
import { onNextFrame } from "../stream/surroundings.ts";

export abstract class Observable<Snapshot> {
  readonly #listeners = new Set<() => void>();
  #snapshot: Snapshot;
  #isScheduled = false;

  constructor(snapshot: Snapshot) {
    this.#snapshot = snapshot;
  }

  /** What to show. The same object until something has changed. */
  readonly getSnapshot = (): Snapshot => this.#snapshot;

  /** Calls `listener` after each change. Returns what ends that. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Resolves with the first snapshot for which `holds` is true. Rejects with the signal's reason. */
  async until(holds: (snapshot: Snapshot) => boolean, signal?: AbortSignal): Promise<Snapshot> {
    signal?.throwIfAborted();
    return new Promise((resolve, reject) => {
      const look = () => {
        if (!holds(this.#snapshot)) return;
        leave();
        resolve(this.#snapshot);
      };
      const onAbort = () => {
        leave();
        reject(signal?.reason as Error);
      };
      const unsubscribe = this.subscribe(look);
      const leave = () => {
        unsubscribe();
        signal?.removeEventListener("abort", onAbort);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      look();
    });
  }

  /** What to show now. */
  protected abstract take(): Snapshot;

  /** Something has changed: the listeners are told when the next frame is drawn. */
  protected changed(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    onNextFrame(() => {
      this.#isScheduled = false;
      this.#snapshot = this.take();
      this.#listeners.forEach((listener) => listener());
    });
  }
}
