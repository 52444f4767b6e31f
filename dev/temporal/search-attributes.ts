// Dev holds the embedded stack: the search attributes a turn carries, and their registration with a Temporal that lacks them.
import type { Connection } from "@temporalio/client";

/** Names as the workflows set them, with their types. */
export const SEARCH_ATTRIBUTES = {
  EverturnOwner: "Keyword",
  EverturnModel: "Keyword",
  EverturnTurn: "Keyword",
  EverturnWorkspace: "Keyword",
  EverturnParent: "Keyword",
  EverturnTitle: "Keyword",
  EverturnOutcome: "Keyword",
} as const;

// INDEXED_VALUE_TYPE_KEYWORD of Temporal's API; the package that names it is large and not needed otherwise.
const KEYWORD_TYPE = 2;

/** Names that the namespace does not know yet. Needs the right to use the operator service. */
export async function missingSearchAttributes(connection: Connection, namespace: string): Promise<string[]> {
  const known = await connection.operatorService.listSearchAttributes({ namespace });
  return Object.keys(SEARCH_ATTRIBUTES).filter((name) => !(name in (known.customAttributes ?? {})));
}

/** Registers these names in the namespace. */
export async function registerSearchAttributes(
  connection: Connection,
  namespace: string,
  names: readonly string[],
): Promise<void> {
  await connection.operatorService.addSearchAttributes({
    namespace,
    searchAttributes: Object.fromEntries(names.map((name) => [name, KEYWORD_TYPE])),
  });
}
