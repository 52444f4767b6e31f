// Lists and changes MCP servers (SPEC C4). Their secrets arrive and leave encrypted; nothing here opens them.
import { v7 as uuidv7 } from "uuid";
import { mcpServersPerOwnerMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import type { Queryable, Tx } from "../database.ts";
import type { Store } from "../store.ts";
import type { AuditEntry } from "./audit-log.ts";
import { audited } from "./audited.ts";

export interface McpServerRow {
  readonly id: string;
  /** Null: the deployment's. */
  readonly owner_id: string | null;
  readonly slug: string;
  readonly name: string;
  readonly transport: "http" | "stdio";
  readonly url: string | null;
  readonly command: string | null;
  readonly args: readonly string[];
  readonly auth: "none" | "bearer" | "oauth";
  readonly client_id: string | null;
  readonly scope: string | null;
  /** Null: all tools. */
  readonly allow_tools: readonly string[] | null;
  readonly deny_tools: readonly string[];
  readonly secrets_sealed: string | null;
  readonly key_id: string | null;
  readonly header_names: readonly string[];
  readonly env_names: readonly string[];
  readonly has_token: boolean;
  readonly has_client_secret: boolean;
  readonly enabled: boolean;
  readonly revision: number;
  readonly created_at: string;
  readonly updated_at: string;
}

const WRITABLE = [
  "slug",
  "name",
  "transport",
  "url",
  "command",
  "args",
  "auth",
  "client_id",
  "scope",
  "allow_tools",
  "deny_tools",
  "secrets_sealed",
  "key_id",
  "header_names",
  "env_names",
  "has_token",
  "has_client_secret",
  "enabled",
] as const satisfies readonly (keyof McpServerRow)[];

export type McpServerFields = Pick<McpServerRow, (typeof WRITABLE)[number]>;

const ALL = ["id", "owner_id", ...WRITABLE, "revision", "created_at", "updated_at"].join(", ");
const UNIQUE_VIOLATION = "23505";

/** Users' programs run inside the workspace of a chat, those of the deployment beside the worker. */
export function needsWorkspace({
  owner_id,
  transport,
}: Pick<McpServerRow, "owner_id" | "transport">): boolean {
  return owner_id !== null && transport === "stdio";
}

/** What the sealed secrets of a server are bound to. */
export function boundToMcpServer(id: string): string {
  return `mcp_servers/${id}`;
}

/** Those of the deployment and the user's own, newest first. */
export async function listMcpServers(
  db: Queryable,
  { user_id, limit, after }: { user_id: string; limit: number; after: string | undefined },
): Promise<{ items: readonly McpServerRow[]; next: string | null }> {
  const { rows } = await db.query<McpServerRow>(
    `select ${ALL} from mcp_servers
     where (owner_id is null or owner_id = $1) and ($2::uuid is null or id < $2) order by id desc limit $3`,
    [user_id, after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Another user's server is as if it did not exist. Throws `Refusal` `mcp_server_not_found`. */
export async function readMcpServer(db: Queryable, id: string, userId: string): Promise<McpServerRow> {
  const { rows } = await db.query<McpServerRow>(
    `select ${ALL} from mcp_servers where id = $1 and (owner_id is null or owner_id = $2)`,
    [id, userId],
  );
  if (rows[0] === undefined) throw new Refusal("mcp_server_not_found");
  return rows[0];
}

/** Those of the ids that the user may use and that are enabled, in the order of the ids. */
export async function readUsableMcpServers(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<readonly McpServerRow[]> {
  const { rows } = await db.query<McpServerRow>(
    `select ${ALL} from mcp_servers where id = any($1) and enabled and (owner_id is null or owner_id = $2)
     order by array_position($1::uuid[], id)`,
    [ids, userId],
  );
  return rows;
}

/** The same, disabled ones included. */
export async function readChatMcpServers(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<readonly McpServerRow[]> {
  const { rows } = await db.query<McpServerRow>(
    `select ${ALL} from mcp_servers where id = any($1) and (owner_id is null or owner_id = $2)
     order by array_position($1::uuid[], id)`,
    [ids, userId],
  );
  return rows;
}

/** Throws `Refusal` `mcp_server_refused`, with the place of the first that a chat of this user cannot have. */
export async function requireMcpServers(
  db: Queryable,
  userId: string,
  ids: readonly string[],
): Promise<void> {
  if (ids.length === 0) return;
  const known = new Set((await readUsableMcpServers(db, userId, ids)).map(({ id }) => id));
  const at = ids.findIndex((id) => !known.has(id));
  if (at === -1) return;
  const message = "no such MCP server, or it is disabled";
  throw new Refusal("mcp_server_refused", message, [{ path: `mcp_server_ids[${at}]`, message }]);
}

export interface NewMcpServer {
  readonly owner_id: string | null;
  readonly slug: string;
  readonly name: string;
  /** The other columns of the row with this id, since secrets are bound to it. */
  readonly fields: (id: string) => McpServerFields;
}

/** Throws `Refusal` `too_many`, `name_taken`. */
export async function createMcpServer(store: Store, made: NewMcpServer): Promise<McpServerRow> {
  const id = uuidv7();
  return audited(store, ofServer("create", id, made), async (tx) => {
    await requireRoom(tx, made.owner_id);
    const fields = made.fields(id);
    const columns = ["id", "owner_id", ...WRITABLE];
    const places = columns.map((_, at) => `$${at + 1}`);
    const text = `insert into mcp_servers (${columns.join(", ")}) values (${places.join(", ")}) returning ${ALL}`;
    const values = [id, made.owner_id, ...WRITABLE.map((name) => fields[name])];
    return written(made.slug, tx.query<McpServerRow>(text, values));
  });
}

/** One list for each owner, and the lock makes two at once count each other. */
async function requireRoom(tx: Tx, ownerId: string | null): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('mcp_servers'), hashtext($1))", [ownerId ?? ""]);
  const { rows } = await tx.query<{ count: number }>(
    "select count(*)::int as count from mcp_servers where owner_id is not distinct from $1",
    [ownerId],
  );
  if ((rows[0]?.count ?? 0) >= mcpServersPerOwnerMax)
    throw new Refusal("too_many", `at most ${mcpServersPerOwnerMax} MCP servers`);
}

export interface McpServerUpdate {
  readonly id: string;
  readonly user_id: string;
  /** Sees the locked row and says what it becomes; refuses by throwing. */
  readonly fields: (old: McpServerRow) => McpServerFields;
}

/** Throws `Refusal` `mcp_server_not_found`, `name_taken`, and what `fields` throws. */
export async function updateMcpServer(
  store: Store,
  { id, user_id, fields }: McpServerUpdate,
): Promise<McpServerRow> {
  const old = await readMcpServer(store.pool, id, user_id);
  return audited(store, ofServer("update", id, old), async (tx) => {
    await tx.query("select from mcp_servers where id = $1 for update", [id]);
    const before = await readMcpServer(tx, id, user_id);
    const after = fields(before);
    const sets = WRITABLE.map((name, at) => `${name} = $${at + 2}`).join(", ");
    const values = [id, ...WRITABLE.map((name) => after[name])];
    const text = `update mcp_servers set ${sets}, revision = revision + 1, updated_at = now() where id = $1 returning ${ALL}`;
    const row = await written(after.slug, tx.query<McpServerRow>(text, values));
    // What was granted for one address or client must not be shown to another.
    const isElsewhere =
      row.url !== before.url || row.auth !== before.auth || row.client_id !== before.client_id;
    if (isElsewhere) await tx.query("delete from mcp_authorizations where server_id = $1", [id]);
    return row;
  });
}

/** Chats that name it go on without its tools. Throws `Refusal` `mcp_server_not_found`. */
export async function deleteMcpServer(store: Store, row: McpServerRow): Promise<void> {
  await audited(store, ofServer("delete", row.id, row), (tx) =>
    tx.query("delete from mcp_servers where id = $1", [row.id]),
  );
}

/** The servers of a user who is deleted, and what the user was signed in with. */
export async function deleteMcpOf(tx: Tx, userId: string): Promise<void> {
  await tx.query("delete from mcp_servers where owner_id = $1", [userId]);
  await tx.query("delete from mcp_authorizations where user_id = $1", [userId]);
  await tx.query("delete from mcp_sign_ins where user_id = $1", [userId]);
}

function ofServer(
  act: string,
  target_id: string,
  { slug, name, owner_id }: Pick<McpServerRow, "slug" | "name" | "owner_id">,
): AuditEntry {
  const detail = { slug, name, owner: owner_id === null ? "deployment" : "me" };
  return { action: `mcp_server.${act}`, target_type: "mcp_server", target_id, detail };
}

async function written(
  slug: string,
  query: Promise<{ readonly rows: readonly McpServerRow[] }>,
): Promise<McpServerRow> {
  try {
    return (await query).rows[0] as McpServerRow;
  } catch (error) {
    if (failureCode(error) === UNIQUE_VIOLATION) throw new Refusal("name_taken", `the slug ${slug} is taken`);
    throw error;
  }
}
