// What another server has answered, kept here: asked for again when it is old, and still used while that server is down.

export interface KeptAnswerInput<T> {
  readonly load: () => Promise<T>;
  /** An answer older than this is asked for again. */
  readonly freshMs: number;
  /** An answer older than this is not used any more, even while the server is down. */
  readonly usableMs: number;
  /** Between two questions there is at least this time, whatever the first one brought. */
  readonly cooldownMs: number;
  readonly now: () => number;
}

/** `too-soon`: it was asked for within the cooldown, and answered. `failed`: the newest question had no answer. */
export type Renewal = "renewed" | "too-soon" | "failed";

export class KeptAnswer<T> {
  readonly #input: KeptAnswerInput<T>;
  #kept: { readonly value: T; readonly at: number } | null = null;
  #failure: unknown = null;
  #askAfter = Number.NEGATIVE_INFINITY;
  #asking: Promise<Renewal> | null = null;

  constructor(input: KeptAnswerInput<T>) {
    this.#input = input;
  }

  /** The answer, asked for again if it is old. Throws why the server gave none, if there is no usable one. */
  async get(): Promise<T> {
    if (!this.#isYounger(this.#input.freshMs)) {
      const renewal = this.renew();
      // While the server is down only the first caller waits for it; the others use what there is.
      if (this.#failure === null || !this.#isYounger(this.#input.usableMs)) await renewal;
    }
    if (this.#kept !== null && this.#isYounger(this.#input.usableMs)) return this.#kept.value;
    throw this.#failure;
  }

  /** Asks again, for all callers at once, unless the last question is too recent. Never rejects. */
  renew(): Promise<Renewal> {
    if (this.#asking !== null) return this.#asking;
    const now = this.#input.now();
    if (now < this.#askAfter) return Promise.resolve(this.#failure === null ? "too-soon" : "failed");
    this.#askAfter = now + this.#input.cooldownMs;
    this.#asking = this.#ask().finally(() => {
      this.#asking = null;
    });
    return this.#asking;
  }

  async #ask(): Promise<Renewal> {
    try {
      this.#kept = { value: await this.#input.load(), at: this.#input.now() };
      this.#failure = null;
      return "renewed";
    } catch (error) {
      this.#failure = error;
      return "failed";
    }
  }

  #isYounger(ageMs: number): boolean {
    return this.#kept !== null && this.#input.now() - this.#kept.at < ageMs;
  }
}
