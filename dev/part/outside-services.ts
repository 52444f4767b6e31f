// Dev holds the embedded stack: Postgres and Temporal of somebody else are asked whether they answer, before anything starts.
import { Connection } from "@temporalio/client";
import { Client } from "pg";
import { temporalConnectionSettings } from "../../platform/temporal.ts";
import { StartError } from "../start-error.ts";
import { missingSearchAttributes, registerSearchAttributes } from "../temporal/search-attributes.ts";

const CONNECT_TIMEOUT_MS = 5_000;
// `server_version_num` of Postgres 14.
const SERVER_VERSION_MIN = 140_000;

/**
 * Answers with the server's version.
 * @throws StartError in words, without the password
 */
export async function checkPostgres(databaseUrl: string): Promise<string> {
  const { host, pathname } = new URL(databaseUrl);
  const place = `Postgres at ${host}${pathname}`;
  const client = new Client({ connectionString: databaseUrl, connectionTimeoutMillis: CONNECT_TIMEOUT_MS });
  client.on("error", () => {});
  try {
    await client.connect();
    const { rows } = await client.query<{ number: string; words: string }>(
      "select current_setting('server_version_num') as number, current_setting('server_version') as words",
    );
    const version = rows[0];
    if (version === undefined || Number(version.number) < SERVER_VERSION_MIN) {
      throw new Error(`it is version ${version?.words ?? "unknown"}, and 14 or newer is needed`);
    }
    return version.words;
  } catch (error) {
    throw new StartError(`${place} cannot be used: ${reasonOf(error)}. Check DATABASE_URL.`);
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Answers with the address, the namespace and how its search attributes stand; `register` adds missing ones.
 * @throws StartError in words
 */
export async function checkTemporal(
  temporalEnvironment: Readonly<Record<string, string>>,
  { register = false } = {},
) {
  const { connectionOptions, namespace } = temporalConnectionSettings({ temporalEnvironment });
  const { address } = connectionOptions;
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ ...connectionOptions, connectTimeout: CONNECT_TIMEOUT_MS });
    await connection.workflowService.describeNamespace({ namespace });
    return { address, namespace, registration: await registrationOf(connection, namespace, register) };
  } catch (error) {
    throw new StartError(
      `Temporal at ${address}, namespace ${namespace}, cannot be used: ${reasonOf(error)}. Check TEMPORAL_ADDRESS and TEMPORAL_NAMESPACE.`,
    );
  } finally {
    await connection?.close();
  }
}

interface Registration {
  readonly words: string;
  readonly problem: string | null;
}

/** A problem here is told, not thrown: Temporal Cloud gives this right to its own tools only. */
async function registrationOf(
  connection: Connection,
  namespace: string,
  register: boolean,
): Promise<Registration> {
  try {
    const missing = await missingSearchAttributes(connection, namespace);
    if (missing.length === 0) return { words: "registered", problem: null };
    if (!register)
      return { words: "", problem: `missing: ${missing.join(", ")} (npm run everturn -- search-attributes)` };
    await registerSearchAttributes(connection, namespace, missing);
    return { words: `registered now: ${missing.join(", ")}`, problem: null };
  } catch (error) {
    return { words: "", problem: reasonOf(error) };
  }
}

function reasonOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return reasonOf(error.errors[0]);
  return error instanceof Error ? error.message.replace(/\.$/, "") : String(error);
}
