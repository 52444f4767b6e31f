// Decides which channels the listening connection listens to. LISTEN when a channel is first needed, UNLISTEN a while
// after the last need, one statement at a time, and everything again on each new connection.

/** Turns of a chat follow each other, so a channel is kept between them. An idle channel costs nothing. */
const unlistenAfterDefaultMs = 30_000;

/** The part of a connection that this needs. */
export interface ListenClient {
  query(text: string): Promise<unknown>;
}

export interface WantedChannel {
  /** Resolves when LISTEN works, or if there is no connection to listen on. */
  readonly listening: Promise<void>;
  /** Call it once. */
  readonly release: () => void;
}

export interface BusListeningInput {
  /** The connection refused a statement outside of `begin`: it is useless. */
  readonly onFailed: (error: unknown) => void;
  /** Tests set this. */
  readonly unlistenAfterMs?: number;
}

interface Need {
  holders: number;
  leaving: NodeJS.Timeout | undefined;
  /** Set while LISTEN does not work yet. */
  waiting: PromiseWithResolvers<void> | null;
}

interface Session {
  readonly client: ListenClient;
  readonly inForce: Set<string>;
  flushing: boolean;
}

export class BusListening {
  readonly #onFailed: (error: unknown) => void;
  readonly #unlistenAfterMs: number;
  readonly #needs = new Map<string, Need>();
  #session: Session | null = null;

  constructor({ onFailed, unlistenAfterMs = unlistenAfterDefaultMs }: BusListeningInput) {
    this.#onFailed = onFailed;
    this.#unlistenAfterMs = unlistenAfterMs;
  }

  /** Channels that are listened to at present. */
  get size(): number {
    return this.#session?.inForce.size ?? 0;
  }

  want(channel: string): WantedChannel {
    const need = this.#needs.get(channel) ?? { holders: 0, leaving: undefined, waiting: null };
    this.#needs.set(channel, need);
    need.holders += 1;
    clearTimeout(need.leaving);
    if (this.#session !== null && !this.#session.inForce.has(channel)) {
      need.waiting ??= Promise.withResolvers();
      this.#update();
    }
    const listening = need.waiting?.promise ?? Promise.resolve();
    return { listening, release: () => this.#release(channel, need) };
  }

  /** A new connection. Resolves when it listens to everything wanted. Throws what its queries throw. */
  async begin(client: ListenClient): Promise<void> {
    const session: Session = { client, inForce: new Set(), flushing: false };
    this.#session = session;
    try {
      await this.#flush(session);
    } catch (error) {
      if (this.#session === session) this.lose();
      throw error;
    }
  }

  /** The connection is gone. Nobody waits for it any more. */
  lose(): void {
    this.#session = null;
    for (const need of this.#needs.values()) settle(need);
  }

  #release(channel: string, need: Need): void {
    need.holders -= 1;
    if (need.holders > 0) return;
    need.leaving = setTimeout(() => {
      this.#needs.delete(channel);
      this.#update();
    }, this.#unlistenAfterMs);
    // A process that wants to end does not wait for this timer.
    need.leaving.unref();
  }

  #update(): void {
    const session = this.#session;
    if (session === null) return;
    this.#flush(session).catch((error: unknown) => {
      if (this.#session === session) this.#onFailed(error);
    });
  }

  async #flush(session: Session): Promise<void> {
    if (session.flushing) return;
    session.flushing = true;
    try {
      // What is wanted while a statement runs goes into the next one.
      while (this.#session === session) {
        const missing = [...this.#needs.keys()].filter((channel) => !session.inForce.has(channel));
        const extra = [...session.inForce].filter((channel) => !this.#needs.has(channel));
        if (missing.length + extra.length === 0) return;
        // Before the statement: whoever wants one of these meanwhile must wait until it is listened to again.
        for (const channel of extra) session.inForce.delete(channel);
        await session.client.query([...extra.map(unlisten), ...missing.map(listen)].join("; "));
        for (const channel of missing) session.inForce.add(channel);
        if (this.#session === session) for (const channel of missing) settle(this.#needs.get(channel));
      }
    } finally {
      session.flushing = false;
    }
  }
}

function settle(need: Need | undefined): void {
  need?.waiting?.resolve();
  if (need !== undefined) need.waiting = null;
}

/** `channelOf` makes these names: letters, digits and underscores. */
function listen(channel: string): string {
  return `listen ${channel}`;
}

function unlisten(channel: string): string {
  return `unlisten ${channel}`;
}
