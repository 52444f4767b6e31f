// The worker's connection to Temporal. It is in its own file because it loads Temporal's native core.
import { NativeConnection } from "@temporalio/worker";
import type { Config } from "./config/config.ts";
import { temporalConnectionSettings } from "./temporal.ts";

/** Waits for the server, and fails if it cannot be reached. */
export async function connectTemporalForWorker(config: Pick<Config, "temporalEnvironment">) {
  const { connectionOptions, namespace } = temporalConnectionSettings(config);
  return { connection: await NativeConnection.connect(connectionOptions), namespace };
}
