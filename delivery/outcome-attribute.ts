// Finds out whether Temporal's namespace knows the search attributes for failed and interrupted turns. An unregistered
// attribute would make Temporal refuse the start of every turn, or fail its workflow tasks for ever.
import { type Client, ServiceError } from "@temporalio/client";
import type { Logger } from "pino";
import { isOutage } from "../platform/classify-failure.ts";
import { SEARCH_ATTRIBUTES } from "../workflows/contract.ts";

/** A namespace that lacks them is asked again after this time: somebody may have registered them meanwhile. */
const askAgainMs = 60_000;
/** The first turns of a process wait this long for the answer. Without one they leave the attributes out. */
const patienceMs = 500;
const INVALID_ARGUMENT = 3;

/** It counts runs that have both: any client may do that, while listing attributes needs special rights. */
const QUERY = `${SEARCH_ATTRIBUTES.outcome} = 'error' AND ${SEARCH_ATTRIBUTES.title} = ''`;

export type KnowsOutcome = (client: Client) => Promise<boolean>;

export function createOutcomeAttribute(logger: Logger): KnowsOutcome {
  let known = false;
  let told = "";
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<void> = Promise.resolve();
  const ask = async (client: Client) => {
    try {
      await client.workflow.count(QUERY);
      known = true;
    } catch (error) {
      if (isOutage(error)) {
        askedAt = Number.NEGATIVE_INFINITY;
        return;
      }
      const isMissing = error instanceof ServiceError && codeOf(error) === INVALID_ARGUMENT;
      const words = isMissing
        ? "search attributes are not registered: npm run everturn -- search-attributes"
        : "whether search attributes are registered could not be found out: failed turns are not shown as failed";
      if (words !== told) logger.warn({ err: error }, words);
      told = words;
    }
  };
  return async (client) => {
    if (known) return true;
    if (performance.now() - askedAt > askAgainMs) {
      askedAt = performance.now();
      asking = ask(client);
    }
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, patienceMs);
    });
    await Promise.race([asking, patience]);
    clearTimeout(timer);
    return known;
  };
}

function codeOf({ cause }: ServiceError): unknown {
  return typeof cause === "object" && cause !== null && "code" in cause ? cause.code : undefined;
}
