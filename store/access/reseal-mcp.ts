// Encrypts what is kept of MCP servers and sign-ins with another secret key, row by row.
import type { Queryable } from "../database.ts";
import { boundToAuthorization } from "./mcp-authorizations.ts";
import { boundToMcpServer } from "./mcp-servers.ts";

export interface SealedMcp {
  readonly server_id: string;
  /** Of a sign-in; null: these are the server's own secrets. */
  readonly user_id: string | null;
  /** The server's name. */
  readonly name: string;
  readonly sealed: string;
  readonly key_id: string | null;
}

/** Rows that a different secret key encrypted. */
export async function listStaleMcp(db: Queryable, keyId: string): Promise<readonly SealedMcp[]> {
  const { rows } = await db.query<SealedMcp>(
    `select id as server_id, null::uuid as user_id, name, secrets_sealed as sealed, key_id from mcp_servers
       where secrets_sealed is not null and key_id is distinct from $1
     union all select server_id, user_id, name, sealed, a.key_id from mcp_authorizations a join mcp_servers s on s.id = server_id
       where a.key_id is distinct from $1`,
    [keyId],
  );
  return rows;
}

export function boundToSealedMcp({ server_id, user_id }: SealedMcp): string {
  return user_id === null ? boundToMcpServer(server_id) : boundToAuthorization({ server_id, user_id });
}

/** False if the row has changed meanwhile: whoever changed it has sealed it with their own key. */
export async function resealMcp(
  db: Queryable,
  { server_id, user_id, sealed }: SealedMcp,
  now: { readonly sealed: string; readonly key_id: string },
): Promise<boolean> {
  const { rowCount } =
    user_id === null
      ? await db.query(
          "update mcp_servers set secrets_sealed = $3, key_id = $4 where id = $1 and secrets_sealed = $2",
          [server_id, sealed, now.sealed, now.key_id],
        )
      : await db.query(
          "update mcp_authorizations set sealed = $3, key_id = $4 where server_id = $1 and sealed = $2 and user_id = $5",
          [server_id, sealed, now.sealed, now.key_id, user_id],
        );
  return rowCount === 1;
}
