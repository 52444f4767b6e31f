// The API speaks HTTP and the store; this file: hubs that only want to know whether their chat has changed ask together.
// Thousands of chats at rest cost a replica a few small reads a second, not one each.
import type { Queryable } from "../../../store/database.ts";
import { readChatVersions } from "../../../store/stream/read-chat-versions.ts";

/** The snapshot version of a chat, null when it is gone. Throws when Postgres is away. */
export type LookAtVersion = (chatId: string) => Promise<number | null>;

/** Those that ask within this time share a read: far less than the seconds after which hubs look again. */
const gatherMs = 100;

export function createVersionLook(db: Queryable): LookAtVersion {
  let gathering: { readonly ids: Set<string>; readonly versions: Promise<Map<string, number>> } | null = null;
  let reading: Promise<unknown> = Promise.resolve();
  const gather = () => {
    const ids = new Set<string>();
    const gathered = new Promise((resolve) => void setTimeout(resolve, gatherMs));
    // One read at a time: while the database is slow, those that ask gather for longer.
    const versions = Promise.all([gathered, reading]).then(() => {
      gathering = null;
      return readChatVersions(db, [...ids]);
    });
    reading = versions.catch(() => undefined);
    return { ids, versions };
  };
  return async (chatId) => {
    gathering ??= gather();
    const { ids, versions } = gathering;
    ids.add(chatId);
    return (await versions).get(chatId) ?? null;
  };
}
