// Ends a process that nobody follows any more: what a client talks to by input and output has no use once its client is gone.

export class Leash {
  readonly #ms: number;
  readonly #end: () => void;
  #followers = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param end called once nobody has followed for `ms`; also when nobody ever did */
  constructor(ms: number, end: () => void) {
    this.#ms = ms;
    this.#end = end;
    this.#count();
  }

  /** Somebody follows until the returned function is called. */
  hold(): () => void {
    this.#followers++;
    clearTimeout(this.#timer);
    return () => {
      this.#followers--;
      if (this.#followers === 0) this.#count();
    };
  }

  /** The process has ended. */
  drop(): void {
    this.#followers++;
    clearTimeout(this.#timer);
  }

  #count(): void {
    this.#timer = setTimeout(this.#end, this.#ms);
  }
}
