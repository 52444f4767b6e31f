// Gates let a test hold an answer at an exact place and let it go on. A gate opened once stays open: order does not matter.
import { BoundedMap } from "../bounded-map.ts";

const gatesMax = 10_000;

export class Gates {
  readonly #open = new BoundedMap<string, true>(gatesMax);
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Lets through everybody who waits at this gate now or comes later. */
  release(name: string): void {
    this.#open.set(name, true);
    const waiting = this.#waiting.get(name);
    this.#waiting.delete(name);
    for (const pass of waiting ?? []) pass();
  }

  isOpen(name: string): boolean {
    return this.#open.get(name) === true;
  }

  /** Calls `pass` once the gate opens; returns what takes the wish back. */
  wait(name: string, pass: () => void): () => void {
    const waiting = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiting.add(pass));
    return () => {
      waiting.delete(pass);
      if (waiting.size === 0 && this.#waiting.get(name) === waiting) this.#waiting.delete(name);
    };
  }
}
