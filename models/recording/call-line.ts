// Watches the connection to the provider during one call. Ends it on abort, on silence, after too long with only
// keep-alives, or when the reader leaves.

/**
 * How long a socket is kept after the answer is complete, for late usage. Some servers never close it, and nobody
 * should wait for that.
 */
export const lateUsageMsMax = 5_000;

export interface LineLimits {
  /** Without a byte. */
  readonly silenceMs: number;
  /**
   * Without a piece of the answer, whatever else arrives: models think for long, and some servers send keep-alives for
   * ever.
   */
  readonly contentSilenceMs: number;
}

/**
 * One call's abort controller and timers. The silence timer runs only while we wait for the provider, not while our
 * consumer is busy.
 */
export class CallLine {
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal;
  readonly #limits: LineLimits;
  #contentTimer: NodeJS.Timeout | null = null;
  #timer: NodeJS.Timeout | null = null;
  #late: NodeJS.Timeout | null = null;
  #silent = false;

  constructor(caller: AbortSignal, limits: LineLimits) {
    this.#caller = caller;
    caller.addEventListener("abort", this.#hangUp, { once: true });
    this.#limits = limits;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * True if the provider sent nothing, or nothing of the answer, for the whole allowed time, and the connection was cut
   * for that.
   */
  get fellSilent(): boolean {
    return this.#silent;
  }

  /** Waits for the result of `open`. Its silence counts, too. */
  async dial(open: (signal: AbortSignal) => Promise<Response>): Promise<Response> {
    this.heardContent();
    this.#listen();
    try {
      return await open(this.signal);
    } finally {
      this.#stopListening();
    }
  }

  /** A piece of the answer has arrived. */
  heardContent(): void {
    if (this.#contentTimer !== null) clearTimeout(this.#contentTimer);
    this.#contentTimer = setTimeout(this.#fallSilent, this.#limits.contentSilenceMs);
  }

  /** The answer is complete: from now on wait only for late usage. */
  expectOnlyUsage(): void {
    this.#late ??= setTimeout(() => this.#controller.abort(), lateUsageMsMax);
  }

  /** It was not complete after all: some servers send a finish reason with every piece. */
  expectMore(): void {
    if (this.#late !== null) clearTimeout(this.#late);
    this.#late = null;
  }

  /** Passes a response's bytes through. Each chunk counts as a sign of life. */
  async *bytes(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
    const reader = body.getReader();
    try {
      while (true) {
        this.#listen();
        const { done, value } = await reader.read();
        this.#stopListening();
        if (done) return;
        yield value;
      }
    } finally {
      reader.cancel().catch(() => undefined);
    }
  }

  /** Hangs up. Closes the socket unless the body was read to its end. */
  close(): void {
    this.#stopListening();
    if (this.#contentTimer !== null) clearTimeout(this.#contentTimer);
    this.expectMore();
    this.#caller.removeEventListener("abort", this.#hangUp);
    this.#controller.abort();
  }

  readonly #hangUp = (): void => {
    this.#controller.abort(this.#caller.reason);
  };

  readonly #fallSilent = (): void => {
    this.#silent = true;
    this.#controller.abort();
  };

  #listen(): void {
    this.#stopListening();
    this.#timer = setTimeout(this.#fallSilent, this.#limits.silenceMs);
  }

  #stopListening(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
