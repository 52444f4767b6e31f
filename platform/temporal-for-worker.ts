// Platform knows the process and its surroundings: the worker's connection, apart because it loads Temporal's native core.
import { NativeConnection } from "@temporalio/worker";
import type { Config } from "./config/config.ts";
import { temporalConnectionSettings } from "./temporal.ts";

/** The worker's connection: waits for the server, and fails when it cannot be reached. */
export async function connectTemporalForWorker(config: Pick<Config, "temporalEnvironment">) {
  const { connectionOptions, namespace } = temporalConnectionSettings(config);
  return { connection: await NativeConnection.connect(connectionOptions), namespace };
}
