// Faults come by the number of messages sent, not by the clock, and the load waits
// for a fault that is late, so that each meets work going on, on fast machines and slow ones.

export class Pace {
  #sent = 0;
  #limit = Number.POSITIVE_INFINITY;
  readonly #waiting = new Set<() => void>();

  get sent(): number {
    return this.#sent;
  }

  /** One more message; waits while the load is too far ahead of the faults. */
  async begin(): Promise<void> {
    await this.#until(() => this.#sent < this.#limit);
    this.#sent++;
    this.#look();
  }

  /** Waits until so many messages have been sent; meanwhile no more than `ahead` past that are. */
  async reach(count: number, ahead: number): Promise<void> {
    this.#limit = count + ahead;
    this.#look();
    await this.#until(() => this.#sent >= count);
  }

  /** No more faults come. */
  release(): void {
    this.#limit = Number.POSITIVE_INFINITY;
    this.#look();
  }

  /** No more messages come: whoever waits for a count has it. */
  finish(): void {
    this.#sent = Number.POSITIVE_INFINITY;
    this.#look();
  }

  async #until(holds: () => boolean): Promise<void> {
    while (!holds()) await new Promise<void>((resolve) => this.#waiting.add(resolve));
  }

  #look(): void {
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }
}
