// Tests run against real Postgres and real Temporal: one of each per test run, in a folder of the run, on free ports.
import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { freePort, startOnPort } from "../../dev/free-port.ts";
import { startLeash } from "../../dev/part/leash.ts";
import type { Part } from "../../dev/part/part-plan.ts";
import { startPostgres } from "../../dev/postgres/postgres.ts";
import { resetPostgresHome } from "../../dev/postgres/postgres-home.ts";
import { findTemporalBinary } from "../../dev/temporal/temporal-binary.ts";
import { startTemporalDevServer } from "../../dev/temporal/temporal-dev-server.ts";
import { migrate } from "../../store/migrate.ts";

/** The migrated database that each test file clones. */
export const TEMPLATE_DATABASE = "everturn_template";

export interface TestStack {
  /** Postgres' own database: for making and dropping others. */
  readonly adminUrl: string;
  readonly temporalAddress: string;
  stop(): Promise<void>;
}

/** Starts both, registers the search attributes and migrates the template. The caller stops it; a killed caller's is ended by itself. */
export async function startTestStack(
  env: NodeJS.ProcessEnv,
  onSlowWay?: (words: string) => void,
): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), "everturn-test-"));
  // Open to the user that Postgres runs as when the tests run as root.
  chmodSync(folder, 0o755);
  const leash = startLeash();
  const parts: Part[] = [];
  const surroundings = { leash, logFolder: join(folder, "logs") };
  const stop = async () => {
    await Promise.all(parts.map((part) => part.stop()));
    leash.close();
    resetPostgresHome(folder);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const binary = await findTemporalBinary({ env, onSlowWay });
    const [adminUrl, temporalAddress] = await settled([
      startOnPort(freePort, async (port) => {
        const password = randomBytes(16).toString("base64url");
        const settings = {
          dataFolder: folder,
          password,
          port,
          database: TEMPLATE_DATABASE,
          isDurable: false,
          env,
        };
        const postgres = await startPostgres(settings, surroundings);
        parts.push(postgres.part);
        await prepareTemplate(postgres.url);
        return postgres.url.replace(/[^/]*$/, "postgres");
      }),
      startOnPort(freePort, async (port) => {
        const server = await startTemporalDevServer(
          { binary, port, uiPort: null, file: null, env },
          surroundings,
        );
        parts.push(server.part);
        return server.address;
      }),
    ]);
    return { adminUrl, temporalAddress, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function prepareTemplate(url: string): Promise<void> {
  await migrate(url);
  const client = new Client({ connectionString: url.replace(/[^/]*$/, "postgres") });
  await client.connect();
  // Nobody may connect: a connection to the template would make every clone fail.
  await client.query(`alter database ${TEMPLATE_DATABASE} with is_template true allow_connections false`);
  await client.end();
}

async function settled(work: [Promise<string>, Promise<string>]): Promise<[string, string]> {
  await Promise.allSettled(work);
  return Promise.all(work);
}
