// Checks that the secret key of the environment opens the stored API keys. The worker uses it, too.

import type { Logger } from "../../platform/logger.ts";
import { UnsealError } from "../../platform/secrets/crypto.ts";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import type { Queryable } from "../../store/database.ts";
import { boundToProvider } from "../../store/model/model-providers.ts";
import { listSealedKeys } from "../../store/model/reseal-keys.ts";

export interface SealedKeysDeps {
  readonly db: Queryable;
  readonly secrets: Pick<SecretBox, "open">;
}

/** Names of the model providers whose API key does not open. */
export async function listUnopenedKeys({ db, secrets }: SealedKeysDeps): Promise<string[]> {
  const rows = await listSealedKeys(db);
  return rows.filter((row) => !opens(secrets, row)).map(({ name }) => name);
}

function opens(
  secrets: Pick<SecretBox, "open">,
  row: { readonly id: string; readonly api_key_sealed: string; readonly key_id: string | null },
): boolean {
  try {
    secrets.open(row.api_key_sealed, row.key_id, boundToProvider(row.id));
    return true;
  } catch (error) {
    if (error instanceof UnsealError) return false;
    throw error;
  }
}

/** What is wrong and how to fix it; null when every key opens. Names no providers, since the page is public. */
export function sealedKeysProblem(count: number): string | null {
  if (count === 0) return null;
  const whose =
    count === 1
      ? "the stored API key of a model provider"
      : `the stored API keys of ${count} model providers`;
  return `EVERTURN_SECRET_KEY does not open ${whose}: start with the key that sealed them, in EVERTURN_SECRET_KEY or EVERTURN_SECRET_KEY_PREVIOUS, or give the providers their keys again`;
}

/** Logged at start. Everything that needs none of these keys works, and so does the API that takes new ones. */
export async function warnOfSealedKeys(
  deps: SealedKeysDeps & { readonly logger: Pick<Logger, "error"> },
): Promise<void> {
  const providers = await listUnopenedKeys(deps);
  const problem = sealedKeysProblem(providers.length);
  if (problem !== null) deps.logger.error({ providers }, problem);
}
