// One dedicated connection that reconnects by itself, for LISTEN and NOTIFY. A pool cannot do this: it lends its
// clients, and a starved pool must not delay live parts.
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";

export interface LastingClientInput {
  readonly databaseUrl: string;
  readonly applicationName: string;
  /** Called with each new connection before it counts as up. Throwing drops it. */
  readonly prepare?: (client: pg.Client) => Promise<void>;
  readonly onUp: () => void;
  readonly onDown: (reason: string) => void;
}

export interface LastingClient {
  /** Null while there is no connection. */
  readonly client: pg.Client | null;
  /** Drops a connection that misbehaves; a new one is made. */
  renew(reason: string): void;
  close(): Promise<void>;
}

const BACKOFF_FIRST_MS = 50;
const BACKOFF_MAX_MS = 3_000;
/** A connection that does not answer for this long is dead, whatever the socket says. */
const ANSWER_MAX_MS = 5_000;
const PROBE_EVERY_MS = 5_000;
const KEEP_ALIVE_FIRST_MS = 10_000;
/** A socket that fell silent never says that it is closed. */
const CLOSE_MAX_MS = 500;
/** After a fail-over the old primary still answers, but announces nothing any more. */
const PROBE = "select pg_is_in_recovery() or current_setting('transaction_read_only')::boolean as read_only";

export function createLastingClient(input: LastingClientInput): LastingClient {
  let current: pg.Client | null = null;
  let closed = false;
  let backoff = BACKOFF_FIRST_MS;
  let upSince = 0;
  let timer: NodeJS.Timeout | undefined;

  const lose = (client: pg.Client, reason: string) => {
    if (current === client) {
      current = null;
      input.onDown(reason);
      schedule(pauseAfterLoss(upSince));
    }
    // Ends the socket even if the server no longer answers; nobody waits for that.
    void client.end().catch(() => undefined);
  };
  const schedule = (ms: number) => {
    clearTimeout(timer);
    if (closed) return;
    timer = setTimeout(() => void connect(), ms);
    backoff = Math.min(backoff * 2, BACKOFF_MAX_MS);
  };
  const probe = () => {
    const probed = current;
    if (probed === null) return;
    clearTimeout(timer);
    timer = setTimeout(() => {
      probed.query<{ read_only: boolean }>(PROBE).then(
        ({ rows }) => (rows[0]?.read_only === true ? lose(probed, "the server is read-only") : probe()),
        (error: Error) => lose(probed, error.message),
      );
    }, PROBE_EVERY_MS);
  };
  const connect = async () => {
    const client = makeClient(input);
    client.on("error", (error) => lose(client, error.message));
    client.on("end", () => lose(client, "the connection ended"));
    try {
      await client.connect();
      await input.prepare?.(client);
    } catch {
      void client.end().catch(() => undefined);
      return schedule(backoff);
    }
    if (closed) return void client.end().catch(() => undefined);
    current = client;
    backoff = BACKOFF_FIRST_MS;
    upSince = performance.now();
    probe();
    input.onUp();
  };

  void connect();
  return {
    get client() {
      return current;
    },
    renew(reason) {
      if (current !== null) lose(current, reason);
    },
    async close() {
      closed = true;
      clearTimeout(timer);
      const client = current;
      current = null;
      const ended = client?.end().catch(() => undefined);
      await Promise.race([ended, sleep(CLOSE_MAX_MS, undefined, { ref: false })]);
    },
  };
}

/** A connection that was up for a while comes back at once, as a rule. Others may take its loss for a death. */
function pauseAfterLoss(upSince: number): number {
  return performance.now() - upSince < BACKOFF_MAX_MS ? BACKOFF_FIRST_MS : 0;
}

function makeClient(input: LastingClientInput): pg.Client {
  return new pg.Client({
    connectionString: input.databaseUrl,
    application_name: input.applicationName,
    connectionTimeoutMillis: ANSWER_MAX_MS,
    query_timeout: ANSWER_MAX_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_FIRST_MS,
  });
}
