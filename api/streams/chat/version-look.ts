// Asks for the versions of many chats with one query. Thousands of chats at rest cost a replica a few small reads a second,
// not one each.
import type { Queryable } from "../../../store/database.ts";
import { readChatVersions } from "../../../store/stream/read-chat-versions.ts";

/** The snapshot version of a chat, null when the chat is gone. Throws when Postgres is down. */
export type LookAtVersion = (chatId: string) => Promise<number | null>;

/** Hubs that ask within this time share a read. It is far shorter than the seconds between two looks of a hub. */
const gatherMs = 100;

export function createVersionLook(db: Queryable): LookAtVersion {
  let gathering: { readonly ids: Set<string>; readonly versions: Promise<Map<string, number>> } | null = null;
  let reading: Promise<unknown> = Promise.resolve();
  const gather = () => {
    const ids = new Set<string>();
    const gathered = new Promise((resolve) => void setTimeout(resolve, gatherMs));
    // One read at a time: while the database is slow, more hubs share the next one.
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
