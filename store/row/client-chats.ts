// The ids that clients give to chats and messages, and what they stand for.
import type { InputPart } from "../../core/part/part.ts";
import type { Queryable, Tx } from "../database.ts";

/** The chat as its client calls it. */
export interface ClientChat {
  readonly owner_id: string;
  readonly client_id: string;
}

/** The chat with that client id; null if there is none, or none any more. */
export async function findClientChat(db: Queryable, of: ClientChat): Promise<string | null> {
  const { rows } = await db.query<{ chat_id: string }>(
    "select chat_id from client_chats where owner_id = $1 and client_id = $2",
    [of.owner_id, of.client_id],
  );
  return rows[0]?.chat_id ?? null;
}

/**
 * Claims a client id for a chat that this transaction is about to create. If the same request is running elsewhere, the
 * claim waits for it. Returns `chatId`, or the chat that the other request created.
 */
export async function claimClientChat(tx: Tx, of: ClientChat, chatId: string): Promise<string> {
  const { rows } = await tx.query<{ chat_id: string }>(
    `insert into client_chats (owner_id, client_id, chat_id) values ($1, $2, $3)
     on conflict (owner_id, client_id) do update set client_id = excluded.client_id returning chat_id`,
    [of.owner_id, of.client_id, chatId],
  );
  return (rows[0] as { chat_id: string }).chat_id;
}

/** What a client's message has become. */
export interface ClientMessage {
  readonly message_id: number;
  /** `gone`: it was deleted from the history or removed from the queue. */
  readonly place: "history" | "queue" | "gone";
  /** Null when it is gone. */
  readonly content: readonly InputPart[] | null;
}

/** The message that was taken under this id; null if none was. */
export async function findClientMessage(
  db: Queryable,
  chatId: string,
  clientId: string,
): Promise<ClientMessage | null> {
  const { rows } = await db.query<ClientMessage>(
    `select c.message_id, coalesce(m.content, q.content) as content,
       case when m.id is not null then 'history' when q.id is not null then 'queue' else 'gone' end as place
     from client_messages c
     left join messages m on m.chat_id = c.chat_id and m.id = c.message_id and m.deleted_at is null
     left join queued_messages q on q.chat_id = c.chat_id and q.id = c.message_id
     where c.chat_id = $1 and c.client_id = $2`,
    [chatId, clientId],
  );
  return rows[0] ?? null;
}

/** The client ids of a chat's messages, by the messages that they stand for. */
export async function readClientMessageNames(db: Queryable, chatId: string): Promise<Map<number, string>> {
  const { rows } = await db.query<{ message_id: number; client_id: string }>(
    "select message_id, client_id from client_messages where chat_id = $1",
    [chatId],
  );
  return new Map(rows.map(({ message_id, client_id }) => [message_id, client_id]));
}

/** Remembers which message a client id stands for from now on. The chat must be locked. */
export async function nameClientMessage(
  tx: Tx,
  named: { readonly chat_id: string; readonly client_id: string; readonly message_id: number },
): Promise<void> {
  await tx.query(
    `insert into client_messages (chat_id, client_id, message_id) values ($1, $2, $3)
     on conflict (chat_id, client_id) do update set message_id = excluded.message_id`,
    [named.chat_id, named.client_id, named.message_id],
  );
}

/** One message became another: a queued one was promoted, or one was inserted again. */
export async function renumberClientMessage(
  tx: Tx,
  moved: { readonly chat_id: string; readonly from_id: number; readonly to_id: number },
): Promise<void> {
  await tx.query("update client_messages set message_id = $3 where chat_id = $1 and message_id = $2", [
    moved.chat_id,
    moved.from_id,
    moved.to_id,
  ]);
}
