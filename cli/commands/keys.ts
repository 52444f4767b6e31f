// `keys`: list, add and revoke API keys, in the database: for the first admin, and for keys that are lost.
import { parseArgs } from "node:util";
import { SCOPES, type Scope } from "../../core/access/access.ts";
import { StartError } from "../../dev/start-error.ts";
import { note } from "../../store/access/audited.ts";
import { type ApiKeyRow, issueApiKey, listApiKeys, revokeIssuedKey } from "../../store/access/issued-keys.ts";
import { withTransaction } from "../../store/database.ts";
import type { Store } from "../../store/store.ts";
import { findUser, printTable, withAccessStore } from "../access-store.ts";

const USAGE = `keys list [<user>]
keys add <user> [--name N] [--scope full|chats|read] [--days N]
keys revoke <key id>

<user> is an id, an email address or a name. A key is printed once, as it is made.`;

const ACTS: Readonly<Record<string, (store: Store, args: string[]) => Promise<void>>> = {
  list: listAll,
  add,
  revoke,
};

const pageItems = 200;
const dayMs = 86_400_000;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws StartError for an unknown act, or what is refused */
export async function keys([name = "", ...args]: string[]): Promise<void> {
  const act = Object.hasOwn(ACTS, name) ? ACTS[name] : undefined;
  if (act === undefined) throw new StartError(USAGE);
  await withAccessStore((store) => act(store, args));
}

async function listAll({ pool }: Store, [word]: string[]): Promise<void> {
  const user_id = word === undefined ? null : (await findUser(pool, word)).id;
  const rows = [["id", "begins", "scope", "name", "user", "last used", "expires"]];
  for (let after: string | undefined; ; ) {
    const { items, next } = await listApiKeys(pool, { user_id, limit: pageItems, after });
    rows.push(...items.map(columnsOf));
    if (next === null) break;
    after = next;
  }
  printTable(rows);
}

function columnsOf({ id, prefix, scope, name, user_id, last_used_at, expires_at }: ApiKeyRow): string[] {
  return [id, prefix, scope, name, user_id, last_used_at ?? "never", expires_at ?? "never"];
}

async function add(store: Store, args: string[]): Promise<void> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      name: { type: "string", default: "command line" },
      scope: { type: "string", default: "full" },
      days: { type: "string" },
    },
  });
  const user = await findUser(store.pool, positionals[0]);
  const { name } = values;
  const input = { user_id: user.id, name, scope: scopeOf(values.scope), expires_at: expiryOf(values.days) };
  const key = await withTransaction(store.pool, async (tx) => {
    const issued = await issueApiKey(tx, { ...input, created_by: null });
    const target = { target_type: "api_key", target_id: issued.row.id, detail: input };
    await note(tx, store, { action: "api_key.create", ...target });
    return issued.key;
  });
  process.stdout.write(`${key}\n`);
}

function scopeOf(word: string): Scope {
  const scope = SCOPES.find((each) => each === word);
  if (scope === undefined) throw new StartError(`--scope is one of ${SCOPES.join(", ")}.`);
  return scope;
}

/** Null: never. */
function expiryOf(days: string | undefined): string | null {
  if (days === undefined) return null;
  if (!/^[1-9]\d{0,4}$/.test(days)) throw new StartError("--days is a whole number from 1 to 99999.");
  return new Date(Date.now() + Number(days) * dayMs).toISOString();
}

async function revoke(store: Store, [id = ""]: string[]): Promise<void> {
  if (!UUID.test(id)) throw new StartError(`${USAGE}\n\nThe id is the first column of \`keys list\`.`);
  await withTransaction(store.pool, async (tx) => {
    const { user_id, name } = await revokeIssuedKey(tx, { id, user_id: null });
    const target = { target_type: "api_key", target_id: id, detail: { user_id, name } };
    await note(tx, store, { action: "api_key.revoke", ...target });
  });
  process.stdout.write("The key is revoked.\n");
}
