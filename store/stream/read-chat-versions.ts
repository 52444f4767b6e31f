// Asks with one statement whether any of many chats have changed.
import { prepared, type Queryable } from "../database.ts";

/** As for reading one chat: nobody may wait for a dead connection. */
const answerMaxMs = 5_000;

/** Snapshot versions by chat id. Deleted chats are missing. */
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
