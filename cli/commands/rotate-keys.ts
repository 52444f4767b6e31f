// `rotate-keys`: encrypts stored keys with the present secret key.
import { StartError } from "../../dev/start-error.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { UnsealError } from "../../platform/secrets/crypto.ts";
import { createSecretBox, type SecretBox } from "../../platform/secrets/secret-box.ts";
import { createPool, type Pool } from "../../store/database.ts";
import { boundToProvider } from "../../store/model/model-providers.ts";
import { listStaleKeys, resealKey } from "../../store/model/reseal-keys.ts";

/**
 * Run it when every process has the new key in EVERTURN_SECRET_KEY and the old one in EVERTURN_SECRET_KEY_PREVIOUS.
 * Each row is its own transaction, so you can run it again if it was interrupted.
 * @throws StartError names the rows that neither key opens
 */
export async function rotateKeys(): Promise<void> {
  const config = loadConfig(process.env);
  const pool = createPool(config.databaseUrl, 2);
  try {
    const { sealed, unreadable } = await resealAll(pool, createSecretBox(config));
    process.stdout.write(`Sealed anew: ${sealed}.\n`);
    if (unreadable.length === 0) return;
    throw new StartError(
      `Neither secret key opens the API key of: ${unreadable.join(", ")}. ` +
        "Give these providers their key again, or run this with the secret key that sealed it in EVERTURN_SECRET_KEY_PREVIOUS.",
    );
  } finally {
    await pool.end();
  }
}

async function resealAll(
  pool: Pool,
  box: SecretBox,
): Promise<{ readonly sealed: number; readonly unreadable: readonly string[] }> {
  let sealed = 0;
  const unreadable: string[] = [];
  for (const { id, name } of await listStaleKeys(pool, box.keyId)) {
    const boundTo = boundToProvider(id);
    try {
      const done = await resealKey(pool, { id, key_id: box.keyId }, (row) =>
        box.seal(box.open(row.api_key_sealed, row.key_id, boundTo), boundTo),
      );
      if (done) sealed++;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      unreadable.push(name);
    }
  }
  return { sealed, unreadable };
}
