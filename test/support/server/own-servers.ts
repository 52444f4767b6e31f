// Tests: a Postgres or a Temporal of a test's own, which it may stop and kill without harm to others.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort, startOnPort } from "../../../dev/free-port.ts";
import { startLeash } from "../../../dev/part/leash.ts";
import { startPostgres } from "../../../dev/postgres/postgres.ts";
import { resetPostgresHome } from "../../../dev/postgres/postgres-home.ts";
import { findTemporalBinary } from "../../../dev/temporal/temporal-binary.ts";
import { startTemporalDevServer } from "../../../dev/temporal/temporal-dev-server.ts";
import { migrate } from "../../../store/migrate.ts";

export interface OwnTemporal {
  readonly address: string;
  /** Stops the server; what it knew stays in its file. */
  stop(): Promise<void>;
  /** Starts it again at the same address, with what it knew. */
  start(): Promise<void>;
  /** SIGKILL. It starts again by itself. */
  kill(): void;
  /** Stops it for good. */
  close(): Promise<void>;
}

export interface OwnPostgres {
  /** Of a migrated database. */
  readonly url: string;
  /** Postgres' "immediate shutdown": no connection ends in order, and the next start recovers. It starts again by itself. */
  crash(): void;
  close(): Promise<void>;
}

interface Place {
  readonly folder: string;
  readonly surroundings: Parameters<typeof startTemporalDevServer>[1];
  readonly clear: () => void;
}

function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "everturn-own-"));
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(folder, 0o755);
  const leash = startLeash();
  return {
    folder,
    surroundings: { leash, logFolder: join(folder, "logs") },
    clear() {
      leash.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export async function startOwnTemporal(): Promise<OwnTemporal> {
  const { folder, surroundings, clear } = makePlace();
  const binary = await findTemporalBinary({ env: process.env, onSlowWay: undefined });
  const startAt = (port: number) => {
    const settings = { binary, port, uiPort: null, file: join(folder, "temporal.db"), env: process.env };
    return startTemporalDevServer(settings, surroundings);
  };
  let server = await startOnPort(freePort, startAt);
  const port = Number(new URL(`http://${server.address}`).port);
  return {
    address: server.address,
    stop: () => server.part.stop(),
    async start() {
      server = await startAt(port);
    },
    kill() {
      const pid = server.part.pid();
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    },
    async close() {
      await server.part.stop();
      clear();
    },
  };
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const { folder, surroundings, clear } = makePlace();
  const { part, url } = await startOnPort(freePort, (port) => {
    const password = randomBytes(16).toString("base64url");
    const settings = { dataFolder: folder, password, port, database: "everturn", isDurable: true };
    return startPostgres({ ...settings, env: process.env }, surroundings);
  });
  await migrate(url);
  return {
    url,
    crash() {
      const pid = part.pid();
      if (pid !== undefined) process.kill(pid, "SIGQUIT");
    },
    async close() {
      await part.stop();
      resetPostgresHome(folder);
      clear();
    },
  };
}
