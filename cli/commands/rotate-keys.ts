// `rotate-keys`: encrypts what is stored sealed with the present secret key: keys of model providers, and secrets of MCP servers.
import { StartError } from "../../dev/start-error.ts";
import { loadConfig } from "../../platform/config/config.ts";
import { UnsealError } from "../../platform/secrets/crypto.ts";
import { createSecretBox, type SecretBox } from "../../platform/secrets/secret-box.ts";
import { boundToSealedMcp, listStaleMcp, resealMcp } from "../../store/access/reseal-mcp.ts";
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
    const box = createSecretBox(config);
    const [models, mcp] = [await resealAll(pool, box), await resealAllMcp(pool, box)];
    const sealed = models.sealed + mcp.sealed;
    const unreadable = [...models.unreadable, ...mcp.unreadable];
    process.stdout.write(`Sealed anew: ${sealed}.\n`);
    if (unreadable.length === 0) return;
    throw new StartError(
      `Neither secret key opens the secrets of: ${unreadable.join(", ")}. ` +
        "Give these providers and MCP servers their secrets again, or run this with the secret key that sealed it in EVERTURN_SECRET_KEY_PREVIOUS.",
    );
  } finally {
    await pool.end();
  }
}

interface Resealed {
  readonly sealed: number;
  /** Names of those that neither key opens. */
  readonly unreadable: readonly string[];
}

async function resealAllMcp(pool: Pool, box: SecretBox): Promise<Resealed> {
  let sealed = 0;
  const unreadable = new Set<string>();
  for (const row of await listStaleMcp(pool, box.keyId)) {
    const boundTo = boundToSealedMcp(row);
    try {
      const anew = box.seal(box.open(row.sealed, row.key_id, boundTo), boundTo);
      if (await resealMcp(pool, row, { sealed: anew, key_id: box.keyId })) sealed++;
    } catch (error) {
      if (!(error instanceof UnsealError)) throw error;
      unreadable.add(row.name);
    }
  }
  return { sealed, unreadable: [...unreadable] };
}

async function resealAll(pool: Pool, box: SecretBox): Promise<Resealed> {
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
