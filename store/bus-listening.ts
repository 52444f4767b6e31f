// The store is the only room with SQL. This file: which channels the listening connection has to hear. LISTEN at the first
// need, UNLISTEN a while after the last, one statement at a time, all of it again on each new connection.

/** Turns of a chat follow each other: it is not left and joined between them. An idle channel costs nothing. */
const unlistenAfterDefaultMs = 30_000;

/** As much of a connection as this needs. */
export interface ListenClient {
  query(text: string): Promise<unknown>;
}

export interface WantedChannel {
  /** Resolves when LISTEN is in force, or when there is no connection that could be listened on. */
  readonly listening: Promise<void>;
  /** To be called once. */
  release(): void;
}

export interface BusListening {
  want(channel: string): WantedChannel;
  /** A new connection: resolves when it hears all that is wanted. Throws what its queries throw. */
  begin(client: ListenClient): Promise<void>;
  /** The connection is gone: nobody waits for it any more. */
  lose(): void;
  /** Channels listened to at present. */
  readonly size: number;
}

export interface BusListeningInput {
  /** The connection refused a statement, outside of `begin`: it is of no use. */
  readonly onFailed: (error: unknown) => void;
  /** Set by tests. */
  readonly unlistenAfterMs?: number;
}

interface Need {
  holders: number;
  leaving: NodeJS.Timeout | undefined;
  /** Set while LISTEN is not in force. */
  waiting: PromiseWithResolvers<void> | null;
}

interface Session {
  readonly client: ListenClient;
  readonly inForce: Set<string>;
  flushing: boolean;
}

export function createBusListening(input: BusListeningInput): BusListening {
  const { onFailed, unlistenAfterMs = unlistenAfterDefaultMs } = input;
  const needs = new Map<string, Need>();
  let session: Session | null = null;

  const settle = (need: Need | undefined) => {
    need?.waiting?.resolve();
    if (need !== undefined) need.waiting = null;
  };
  const flush = async (of: Session): Promise<void> => {
    if (of.flushing) return;
    of.flushing = true;
    try {
      // What is wanted while a statement is under way goes with the next one.
      for (;;) {
        const missing = [...needs.keys()].filter((channel) => !of.inForce.has(channel));
        const extra = [...of.inForce].filter((channel) => !needs.has(channel));
        if (session !== of || missing.length + extra.length === 0) return;
        // Before the statement: who wants one of these meanwhile must wait for it to be listened to again.
        for (const channel of extra) of.inForce.delete(channel);
        await of.client.query([...extra.map(unlisten), ...missing.map(listen)].join("; "));
        for (const channel of missing) of.inForce.add(channel);
        if (session === of) for (const channel of missing) settle(needs.get(channel));
      }
    } finally {
      of.flushing = false;
    }
  };
  const update = () => {
    const of = session;
    if (of !== null) flush(of).catch((error: unknown) => session === of && onFailed(error));
  };
  const lose = () => {
    session = null;
    for (const need of needs.values()) settle(need);
  };
  const release = (channel: string, need: Need) => {
    need.holders -= 1;
    if (need.holders > 0) return;
    need.leaving = setTimeout(() => {
      needs.delete(channel);
      update();
    }, unlistenAfterMs);
    // A process that wants to end does not wait for it.
    need.leaving.unref();
  };
  return {
    want(channel) {
      const need = needs.get(channel) ?? { holders: 0, leaving: undefined, waiting: null };
      needs.set(channel, need);
      need.holders += 1;
      clearTimeout(need.leaving);
      if (session !== null && !session.inForce.has(channel)) {
        need.waiting ??= Promise.withResolvers();
        update();
      }
      const listening = need.waiting?.promise ?? Promise.resolve();
      return { listening, release: () => release(channel, need) };
    },
    async begin(client) {
      const begun: Session = { client, inForce: new Set(), flushing: false };
      session = begun;
      try {
        await flush(begun);
      } catch (error) {
        if (session === begun) lose();
        throw error;
      }
    },
    lose,
    get size() {
      return session?.inForce.size ?? 0;
    },
  };
}

/** Names are our own (`channelOf`): letters, digits and underscores. */
function listen(channel: string): string {
  return `listen ${channel}`;
}

function unlisten(channel: string): string {
  return `unlisten ${channel}`;
}
