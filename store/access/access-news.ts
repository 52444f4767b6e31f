// Hears of changed users and keys, in this process and all others, so that a revoked key is not remembered as a good one.
import { createLastingClient } from "../lasting-client.ts";

/** The triggers of migration 0020 use this name. */
const CHANNEL = "everturn_access";

/** Calls back after each change, and after a gap in which changes may have been missed. Listens on its own connection. */
export function listenForAccess(
  databaseUrl: string,
  onChange: () => void,
): { readonly close: () => Promise<void> } {
  return createLastingClient({
    databaseUrl,
    applicationName: "everturn-access",
    prepare: async (client) => {
      client.on("notification", onChange);
      await client.query(`listen ${CHANNEL}`);
    },
    onUp: onChange,
    onDown: () => undefined,
  });
}
