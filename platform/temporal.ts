// Reads Temporal's address and credentials from its standard environment configuration, and connects.
import { Connection } from "@temporalio/client";
import { loadClientConnectConfig } from "@temporalio/envconfig";
import type { Config } from "./config/config.ts";

type TemporalSettings = Pick<Config, "temporalEnvironment">;

const ADDRESS_DEFAULT = "127.0.0.1:7233";
const NAMESPACE_DEFAULT = "default";

/** Where Temporal is: address, namespace and credentials, from TEMPORAL_* variables and Temporal's configuration file. */
export function temporalConnectionSettings(config: TemporalSettings) {
  const settings = loadClientConnectConfig({ overrideEnvVars: { ...config.temporalEnvironment } });
  return {
    connectionOptions: {
      ...settings.connectionOptions,
      address: settings.connectionOptions.address ?? ADDRESS_DEFAULT,
    },
    namespace: settings.namespace ?? NAMESPACE_DEFAULT,
  };
}

/**
 * The client's connection. It is lazy: Temporal may be down now and back later, and the API accepts requests meanwhile
 * (SPEC Q11). Create the client with `new Client({ connection, namespace })`.
 */
export function connectTemporal(config: TemporalSettings) {
  const { connectionOptions, namespace } = temporalConnectionSettings(config);
  return { connection: Connection.lazy(connectionOptions), namespace };
}
