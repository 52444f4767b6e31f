// Lists and changes profiles, and gives a chat what it keeps of one (SPEC C10).
import { isDeepStrictEqual } from "node:util";
import { v7 as uuidv7 } from "uuid";
import { profilesMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { ChatProfile, ProfileFields } from "../../core/tool/chat-profile.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import type { AuditEntry } from "../access/audit-log.ts";
import { audited } from "../access/audited.ts";
import type { Queryable, Tx } from "../database.ts";
import type { Store } from "../store.ts";
import { requireModelConfig } from "./resolve-model-config.ts";

export interface Profile extends ChatProfile {
  readonly created_at: string;
  readonly updated_at: string;
}

interface ProfileRow extends Omit<Profile, keyof ProfileFields> {
  readonly value: ProfileFields;
}

const UNIQUE_VIOLATION = "23505";
const ALL = "id, name, version, value, created_at, updated_at";

/** Newest first. */
export async function listProfiles(
  db: Queryable,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly items: readonly Profile[]; readonly next: string | null }> {
  const { rows } = await db.query<ProfileRow>(
    `select ${ALL} from profiles where $1::uuid is null or id < $1 order by id desc limit $2`,
    [after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit).map(profileOf);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

export async function readProfile(db: Queryable, id: string): Promise<Profile | null> {
  const { rows } = await db.query<ProfileRow>(`select ${ALL} from profiles where id = $1`, [id]);
  return rows[0] === undefined ? null : profileOf(rows[0]);
}

/** Of those that are named to somebody who named another. */
const namesShownMax = 20;

/** What a chat keeps of the profile of that name; null, with the names there are. */
export async function findProfile(
  db: Queryable,
  name: string,
): Promise<
  { readonly profile: ChatProfile } | { readonly profile: null; readonly names: readonly string[] }
> {
  const { rows } = await db.query<ProfileRow>(`select ${ALL} from profiles where name = $1`, [name]);
  if (rows[0] !== undefined) return { profile: keptOf(profileOf(rows[0])) };
  const known = await db.query<{ name: string }>("select name from profiles order by name limit $1", [
    namesShownMax,
  ]);
  return { profile: null, names: known.rows.map((row) => row.name) };
}

/** What a chat keeps of the profile's newest version. Throws `Refusal` `profile_refused`. */
export async function takeProfile(db: Queryable, id: string): Promise<ChatProfile> {
  const found = await readProfile(db, id);
  if (found === null) {
    const message = "no such profile";
    throw new Refusal("profile_refused", message, [{ path: "profile_id", message }]);
  }
  return keptOf(found);
}

function keptOf({ created_at: _created, updated_at: _updated, ...kept }: Profile): ChatProfile {
  return kept;
}

/** Throws `Refusal` `too_many`, `name_taken`, `model_config_not_found`, `mcp_server_refused`. */
export async function createProfile(store: Store, name: string, value: ProfileFields): Promise<Profile> {
  const id = uuidv7();
  return audited(store, ofProfile("create", id, { name }), async (tx) => {
    await requireRoom(tx);
    await requireParts(tx, value);
    const text = `insert into profiles (id, name, value) values ($1, $2, $3) returning ${ALL}`;
    return written(name, tx.query<ProfileRow>(text, [id, name, JSON.stringify(value)]));
  });
}

export type ProfileChange = Partial<ProfileFields> & { readonly name?: string };

/**
 * Makes the next version; where nothing differs, there is none. Chats keep the version that they have. Throws `Refusal`
 * `profile_not_found`, and what `createProfile` throws.
 */
export async function updateProfile(store: Store, id: string, change: ProfileChange): Promise<Profile> {
  const { name: renamed, ...fields } = change;
  return audited(store, ofProfile("update", id, { changed: Object.keys(change) }), async (tx) => {
    const { rows } = await tx.query<ProfileRow>(`select ${ALL} from profiles where id = $1 for update`, [id]);
    const [old] = rows;
    if (old === undefined) throw new Refusal("profile_not_found");
    const value = { ...old.value, ...fields };
    const name = renamed ?? old.name;
    if (name === old.name && isDeepStrictEqual(value, old.value)) return profileOf(old);
    // What was gone before the change must not stand in its way.
    await requireParts(tx, fields);
    const text = `update profiles set name = $2, value = $3, version = version + 1, updated_at = now()
      where id = $1 returning ${ALL}`;
    return written(name, tx.query<ProfileRow>(text, [id, name, JSON.stringify(value)]));
  });
}

/** Chats that were made from it go on with what they keep. Throws `Refusal` `profile_not_found`. */
export async function deleteProfile(store: Store, id: string): Promise<void> {
  await audited(store, ofProfile("delete", id), async (tx) => {
    const { rowCount } = await tx.query("delete from profiles where id = $1", [id]);
    if (rowCount === 0) throw new Refusal("profile_not_found");
  });
}

function profileOf({ value, ...row }: ProfileRow): Profile {
  return { ...row, ...value };
}

/** The lock makes two at once count each other. */
async function requireRoom(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('profiles'), 0)");
  const { rows } = await tx.query<{ count: number }>("select count(*)::int as count from profiles");
  if ((rows[0]?.count ?? 0) >= profilesMax) throw new Refusal("too_many", `at most ${profilesMax} profiles`);
}

/** What it names must be there by now. Later it may go: then its chats fall back (SPEC Q5, C4). */
async function requireParts(tx: Tx, value: Partial<ProfileFields>): Promise<void> {
  await requireModelConfig(tx, value.model_config_id);
  const ids = value.mcp_server_ids ?? [];
  if (ids.length === 0) return;
  const { rows } = await tx.query<{ id: string }>(
    "select id from mcp_servers where id = any($1) and enabled and owner_id is null",
    [ids],
  );
  const known = new Set(rows.map(({ id }) => id));
  const at = ids.findIndex((id) => !known.has(id));
  if (at === -1) return;
  const message = "no such MCP server of the deployment, or it is disabled";
  throw new Refusal("mcp_server_refused", message, [{ path: `mcp_server_ids[${at}]`, message }]);
}

function ofProfile(act: string, target_id: string, detail: JsonObject = {}): AuditEntry {
  return { action: `profile.${act}`, target_type: "profile", target_id, detail };
}

async function written(
  name: string,
  query: Promise<{ readonly rows: readonly ProfileRow[] }>,
): Promise<Profile> {
  try {
    return profileOf((await query).rows[0] as ProfileRow);
  } catch (error) {
    if (failureCode(error) === UNIQUE_VIOLATION) {
      const message = `another profile is called ${name}`;
      throw new Refusal("name_taken", message, [{ path: "name", message }]);
    }
    throw error;
  }
}
