// The store is the only room with SQL. This file: whether any of many chats have changed, by one statement.
import { prepared, type Queryable } from "../database.ts";

/** The same as for a chat's own read: nobody is kept waiting on a dead connection. */
const answerMaxMs = 5_000;

/** Snapshot versions by chat id; chats that are gone are not there. */
export async function readChatVersions(
  db: Queryable,
  chatIds: readonly string[],
): Promise<Map<string, number>> {
  const query = {
    ...prepared("select id, snapshot_version from chats where id = any($1::uuid[])", [chatIds]),
    query_timeout: answerMaxMs,
  };
  const { rows } = await db.query<{ id: string; snapshot_version: number }>(query);
  return new Map(rows.map(({ id, snapshot_version }) => [id, snapshot_version]));
}
