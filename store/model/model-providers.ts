// Lists and changes model providers. Their keys arrive and leave encrypted; nothing here opens them.
import { v7 as uuidv7 } from "uuid";
import { modelProvidersMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import type { AuditEntry } from "../access/audit-log.ts";
import type { Queryable, Tx } from "../database.ts";
import type { Store } from "../store.ts";
import { electDefault } from "./elect-default.ts";
import { changeModels, ofEnvironment } from "./model-configs.ts";
import { dropQuirksOf } from "./model-quirks.ts";
import type { ProviderSource } from "./resolve-model-config.ts";

export interface ModelProviderRow extends ProviderSource {
  readonly enabled: boolean;
  readonly created_at: string;
  readonly updated_at: string;
}

/** Creates the two columns of a key, for the row with this id. */
export type SealKey = (rowId: string) => Pick<ProviderSource, "api_key_sealed" | "key_id">;

export interface NewModelProvider {
  readonly name: string;
  readonly kind: ProviderSource["kind"];
  readonly base_url: string | null;
  readonly api: ProviderSource["api"];
  readonly enabled: boolean;
  /** Null if it has no key. */
  readonly sealKey: SealKey | null;
}

/** Absent means unchanged. The kind cannot change: one kind does not accept what another kind gave us to send back. */
export type ModelProviderChange = Partial<Omit<NewModelProvider, "kind">>;

const COLUMNS =
  "id, name, kind, base_url, api, api_key_sealed, key_id, seeded, enabled, created_at, updated_at";
const UNIQUE_VIOLATION = "23505";

/** What an encrypted key is bound to. */
export function boundToProvider(id: string): string {
  return `model_providers/${id}`;
}

export async function listModelProviders(db: Queryable): Promise<ModelProviderRow[]> {
  const { rows } = await db.query<ModelProviderRow>(
    `select ${COLUMNS} from model_providers order by seeded desc, name`,
  );
  return rows;
}

/** @throws Refusal not_found */
export async function readModelProvider(db: Queryable, id: string): Promise<ModelProviderRow> {
  const { rows } = await db.query<ModelProviderRow>(`select ${COLUMNS} from model_providers where id = $1`, [
    id,
  ]);
  if (rows[0] === undefined) throw new Refusal("not_found", "no such model provider");
  return rows[0];
}

export async function createModelProvider(store: Store, made: NewModelProvider): Promise<ModelProviderRow> {
  const id = uuidv7();
  return changeModels(store, ofProvider("create", id, { name: made.name, kind: made.kind }), async (tx) => {
    const { rows } = await tx.query<{ count: number }>("select count(*)::int as count from model_providers");
    if ((rows[0]?.count ?? 0) >= modelProvidersMax) {
      throw new Refusal("too_many", `at most ${modelProvidersMax} model providers`);
    }
    const key = made.sealKey?.(id);
    await named(
      made.name,
      tx.query(
        `insert into model_providers (id, name, kind, base_url, api, enabled, api_key_sealed, key_id)
         values ($1, $2, $3, $4, $5, $6, $7, $8)`,
        [
          id,
          made.name,
          made.kind,
          made.base_url,
          made.api,
          made.enabled,
          key?.api_key_sealed ?? null,
          key?.key_id ?? null,
        ],
      ),
    );
    return readModelProvider(tx, id);
  });
}

/** `check` sees the locked row, and refuses by throwing. */
export async function updateModelProvider(
  store: Store,
  { id, change, check }: { id: string; change: ModelProviderChange; check: (row: ModelProviderRow) => void },
): Promise<ModelProviderRow> {
  return changeModels(store, ofProvider("update", id, { changed: namesIn(change) }), async (tx) => {
    const old = await readModelProvider(tx, id);
    check(old);
    const { sealKey, ...fields } = change;
    const key = sealKey === undefined ? old : (sealKey?.(id) ?? { api_key_sealed: null, key_id: null });
    await write(tx, { ...old, ...fields, api_key_sealed: key.api_key_sealed, key_id: key.key_id });
    await electDefault(tx);
    const changed = await readModelProvider(tx, id);
    if (changed.base_url !== old.base_url || changed.api !== old.api) await dropQuirksOf(tx, id);
    return changed;
  });
}

/** Deletes its model configs, too, with `force`; otherwise they prevent the deletion. */
export async function deleteModelProvider(store: Store, id: string, force: boolean): Promise<void> {
  await changeModels(store, ofProvider("delete", id, { force }), async (tx) => {
    const { seeded } = await readModelProvider(tx, id);
    if (seeded) throw ofEnvironment();
    const { rows } = await tx.query("select 1 from model_configs where provider_id = $1 limit 1", [id]);
    if (rows.length > 0 && !force) {
      throw new Refusal("provider_in_use", "delete them first, or send ?force=true to delete them with it");
    }
    await tx.query("delete from model_providers where id = $1", [id]);
    await electDefault(tx);
  });
}

function ofProvider(act: string, target_id: string, detail: JsonObject): AuditEntry {
  return { action: `model_provider.${act}`, target_type: "model_provider", target_id, detail };
}

function namesIn({ sealKey, ...fields }: ModelProviderChange): string[] {
  return [...Object.keys(fields), ...(sealKey === undefined ? [] : ["api_key"])];
}

async function write(tx: Tx, row: ModelProviderRow): Promise<void> {
  await named(
    row.name,
    tx.query(
      `update model_providers set name = $2, base_url = $3, api = $4, enabled = $5, api_key_sealed = $6, key_id = $7,
         updated_at = now() where id = $1`,
      [row.id, row.name, row.base_url, row.api, row.enabled, row.api_key_sealed, row.key_id],
    ),
  );
}

async function named(name: string, query: Promise<unknown>): Promise<void> {
  try {
    await query;
  } catch (error) {
    if (failureCode(error) === UNIQUE_VIOLATION) throw new Refusal("name_taken", `${name} is taken`);
    throw error;
  }
}
