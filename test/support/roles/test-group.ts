// Tests: tests that run side by side, so that they can share the start or the end of a process, which costs more than they do.
import { test } from "node:test";

/** Does the act once, when every test of the group has come to it or has ended. Resolves when it is done. */
export type Once = (act: () => Promise<unknown>) => Promise<unknown>;
type Body = (once: Once) => Promise<void>;

/**
 * Tests that follow each other in a file and do the same acts in the same order. Whichever runs first starts all of them; none
 * runs any longer when the last has ended.
 */
export class TestGroup {
  readonly #bodies = new Map<string, Body>();
  #results: ReadonlyMap<string, Promise<void>> | null = null;
  #running = 0;
  #waiting: (() => Promise<unknown>)[] = [];
  #act = Promise.withResolvers<unknown>();

  test(name: string, body: Body): void {
    this.#bodies.set(name, body);
    void test(name, () => {
      this.#results ??= this.#start();
      return this.#results.get(name);
    });
  }

  #start(): ReadonlyMap<string, Promise<void>> {
    this.#running = this.#bodies.size;
    return new Map([...this.#bodies].map(([name, body]) => [name, this.#run(body)]));
  }

  #run(body: Body): Promise<void> {
    const result = body((act) => this.#once(act)).finally(() => {
      this.#running -= 1;
      this.#actIfAllWait();
    });
    // It may fail before its test asks for the result.
    result.catch(() => undefined);
    return result;
  }

  #once(act: () => Promise<unknown>): Promise<unknown> {
    const { promise } = this.#act;
    this.#waiting.push(act);
    this.#actIfAllWait();
    return promise;
  }

  #actIfAllWait(): void {
    const [act] = this.#waiting;
    if (act === undefined || this.#waiting.length < this.#running) return;
    const { resolve, reject } = this.#act;
    this.#waiting = [];
    this.#act = Promise.withResolvers();
    void act().then(resolve, reject);
  }
}
