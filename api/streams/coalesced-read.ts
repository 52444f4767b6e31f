// A read that many callers share and that runs one at a time.

export class CoalescedRead {
  readonly #read: () => Promise<void>;
  #running: Promise<void> | null = null;
  #asked = 0;
  #failures = 0;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  get running(): boolean {
    return this.#running !== null;
  }

  /** Reads that failed in a row. */
  get failures(): number {
    return this.#failures;
  }

  /** Resolves when a read that began after this call is done. Throws what it throws. */
  run(): Promise<void> {
    this.#asked += 1;
    this.#running ??= this.#serve().finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #serve(): Promise<void> {
    let served: number;
    do {
      served = this.#asked;
      try {
        await this.#read();
      } catch (error) {
        this.#failures += 1;
        throw error;
      }
      this.#failures = 0;
    } while (served !== this.#asked);
  }
}
