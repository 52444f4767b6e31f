// `search-attributes`: prepares a Temporal namespace for turns.
import { checkTemporal } from "../../dev/part/outside-services.ts";
import { StartError } from "../../dev/start-error.ts";

/** Registers the search attributes with the Temporal of the environment. Safe to repeat. */
export async function searchAttributes(): Promise<void> {
  const environment = Object.fromEntries(
    Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const { address, namespace, registration } = await checkTemporal(environment, { register: true });
  if (registration.problem !== null) {
    throw new StartError(
      `Search attributes of ${namespace} at ${address} could not be registered: ${registration.problem}`,
    );
  }
  process.stdout.write(`Search attributes of ${namespace} at ${address}: ${registration.words}\n`);
}
