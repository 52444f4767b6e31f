// What users are signed in with at MCP servers that want OAuth, and sign-ins that are under way (SPEC C4). All of it sealed.
import type { Queryable } from "../database.ts";

export interface McpAuthorizationRow {
  readonly server_id: string;
  readonly user_id: string;
  readonly sealed: string;
  readonly key_id: string;
}

export type McpUser = Pick<McpAuthorizationRow, "server_id" | "user_id">;

/** What a sealed authorization is bound to. */
export function boundToAuthorization({ server_id, user_id }: McpUser): string {
  return `mcp_authorizations/${server_id}/${user_id}`;
}

export async function readMcpAuthorization(
  db: Queryable,
  { server_id, user_id }: McpUser,
): Promise<McpAuthorizationRow | null> {
  const { rows } = await db.query<McpAuthorizationRow>(
    "select server_id, user_id, sealed, key_id from mcp_authorizations where server_id = $1 and user_id = $2",
    [server_id, user_id],
  );
  return rows[0] ?? null;
}

/** Those of the servers at which the user is signed in. */
export async function listAuthorized(
  db: Queryable,
  userId: string,
  serverIds: readonly string[],
): Promise<ReadonlySet<string>> {
  const { rows } = await db.query<{ server_id: string }>(
    "select server_id from mcp_authorizations where user_id = $1 and server_id = any($2)",
    [userId, serverIds],
  );
  return new Set(rows.map(({ server_id }) => server_id));
}

/** Where something was granted. What was granted for one address or client must not be shown to another. */
export interface GrantPlace {
  readonly url: string;
  /** Null: the client registered itself. */
  readonly client_id: string | null;
}

/** SQL beside a server `s`: it is still the one at $5 with the client $6. */
const IS_SAME_PLACE = "s.id = $1 and s.auth = 'oauth' and s.url = $5 and s.client_id is not distinct from $6";

/** What a sign-in came to. Ends a refresh that is under way, too. False: the server has changed or gone since; nothing is kept. */
export async function keepMcpAuthorization(
  db: Queryable,
  row: McpAuthorizationRow,
  { url, client_id }: GrantPlace,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `insert into mcp_authorizations (server_id, user_id, sealed, key_id)
     select s.id, $2, $3, $4 from mcp_servers s where ${IS_SAME_PLACE} for share
     on conflict (server_id, user_id) do update set sealed = excluded.sealed, key_id = excluded.key_id,
       refreshing_until = null, updated_at = now()`,
    [row.server_id, row.user_id, row.sealed, row.key_id, url, client_id],
  );
  return rowCount === 1;
}

/** What a refresh came to. False: the sign-in has ended since, and a refresh begins none. */
export async function renewMcpAuthorization(
  db: Queryable,
  row: McpAuthorizationRow,
  { url, client_id }: GrantPlace,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update mcp_authorizations a set sealed = $3, key_id = $4, refreshing_until = null, updated_at = now()
     from mcp_servers s where a.server_id = s.id and a.user_id = $2 and ${IS_SAME_PLACE}`,
    [row.server_id, row.user_id, row.sealed, row.key_id, url, client_id],
  );
  return rowCount === 1;
}

export async function deleteMcpAuthorization(db: Queryable, { server_id, user_id }: McpUser): Promise<void> {
  await db.query("delete from mcp_authorizations where server_id = $1 and user_id = $2", [
    server_id,
    user_id,
  ]);
}

/** Lets one process refresh for so long. False: another one does, or there is nothing to refresh. */
export async function leaseMcpRefresh(
  db: Queryable,
  { server_id, user_id }: McpUser,
  leaseMs: number,
): Promise<boolean> {
  const { rowCount } = await db.query(
    `update mcp_authorizations set refreshing_until = now() + make_interval(secs => $3)
     where server_id = $1 and user_id = $2 and (refreshing_until is null or refreshing_until < now())`,
    [server_id, user_id, leaseMs / 1_000],
  );
  return rowCount === 1;
}

/** The refresh came to nothing: another one may begin at once. */
export async function endMcpRefresh(db: Queryable, { server_id, user_id }: McpUser): Promise<void> {
  await db.query(
    "update mcp_authorizations set refreshing_until = null where server_id = $1 and user_id = $2",
    [server_id, user_id],
  );
}

export interface McpSignIn extends McpUser {
  readonly sealed: string;
}

/** What a sealed sign-in is bound to. */
export function boundToSignIn(stateSha256: string): string {
  return `mcp_sign_ins/${stateSha256}`;
}

export interface NewMcpSignIn extends McpSignIn {
  readonly state_sha256: string;
  readonly lasts_ms: number;
}

/** A user has one sign-in under way at a server: the last one. */
export async function beginMcpSignIn(db: Queryable, row: NewMcpSignIn): Promise<void> {
  await db.query("delete from mcp_sign_ins where (server_id = $1 and user_id = $2) or expires_at < now()", [
    row.server_id,
    row.user_id,
  ]);
  await db.query(
    `insert into mcp_sign_ins (state_sha256, server_id, user_id, sealed, expires_at)
     values ($1, $2, $3, $4, now() + make_interval(secs => $5))`,
    [row.state_sha256, row.server_id, row.user_id, row.sealed, row.lasts_ms / 1_000],
  );
}

/** A state is good for one callback. */
export async function takeMcpSignIn(db: Queryable, stateSha256: string): Promise<McpSignIn | null> {
  const { rows } = await db.query<McpSignIn>(
    `delete from mcp_sign_ins where state_sha256 = $1 and expires_at > now() returning server_id, user_id, sealed`,
    [stateSha256],
  );
  return rows[0] ?? null;
}
