// Reads and writes what titles and summaries need. Both writes are `rename` transitions: they change neither messages
// nor state, and readers see them.

import type { Role } from "../../core/chat/message.ts";
import type { Part } from "../../core/part/part.ts";
import { type Excerpt, plainText } from "../../core/prompt/describe-prompt.ts";
import { prepared, type Queryable } from "../database.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";

/** Messages that are searched for the text of an answer. Those that only call tools say nothing. */
const messagesMax = 20;

interface Spoken {
  readonly role: Role;
  readonly content: readonly Part[];
}

/** The first message of a chat that contains words, and the first answer to it; null if there is none. */
export async function readOpening(db: Queryable, chatId: string): Promise<Excerpt | null> {
  const { rows } = await db.query<Spoken>(
    prepared(
      `select role, content from messages where chat_id = $1 and deleted_at is null and role in ('user', 'assistant')
       and visibility in ('user', 'both') order by id limit $2`,
      [chatId, messagesMax],
    ),
  );
  return excerptOf(rows);
}

/** The message of a turn and its last answer with words; null if the turn is gone or has no words. */
export async function readTurn(db: Queryable, chatId: string, turnId: number): Promise<Excerpt | null> {
  const { rows } = await db.query<Spoken>(
    prepared(
      `select role, content from (
         (select role, content, id from messages
          where chat_id = $1 and id = $2 and deleted_at is null and role = 'user')
         union all
         (select role, content, id from messages where chat_id = $1 and id > $2 and turn_id = $2
          and deleted_at is null and role = 'assistant' and visibility in ('user', 'both') order by id desc limit $3)
       ) as of_turn order by role = 'user' desc, id desc`,
      [chatId, turnId, messagesMax],
    ),
  );
  return excerptOf(rows);
}

function excerptOf(messages: readonly Spoken[]): Excerpt | null {
  const texts = messages.map(({ role, content }) => ({ role, text: plainText(content) }));
  const asked = texts.findIndex(({ role, text }) => role === "user" && text !== "");
  if (asked < 0) return null;
  const answered = texts.slice(asked).find(({ role, text }) => role === "assistant" && text !== "");
  return { asked: texts[asked]?.text ?? "", answered: answered?.text ?? "" };
}

export interface ModelTitle {
  readonly chat_id: string;
  /** Version of the title that the new one replaces. */
  readonly title_version: number;
  readonly title: string;
}

/** False if the chat is gone, or got another title since this one was requested. */
export async function writeModelTitle(
  unit: Unit,
  { chat_id, title_version, title }: ModelTitle,
): Promise<boolean> {
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || chat.title_version !== title_version) return false;
  await transition(unit, { name: "rename", chat_id }, async (draft) => {
    Object.assign(draft.change, { title, title_by_user: false, title_version: draft.version });
  });
  return true;
}

export interface TurnSummary {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly summary: string;
}

/** False if chat or turn are gone, or there is a summary of this or a later turn. */
export async function writeTurnSummary(
  unit: Unit,
  { chat_id, turn_id, summary }: TurnSummary,
): Promise<boolean> {
  const chat = await lockInUnit(unit, chat_id);
  if (chat === null || (chat.summary_turn_id ?? 0) >= turn_id) return false;
  const { rows } = await unit.tx.query(
    prepared("select 1 from messages where chat_id = $1 and id = $2 and deleted_at is null", [
      chat_id,
      turn_id,
    ]),
  );
  if (rows.length === 0) return false;
  await transition(unit, { name: "rename", chat_id }, async (draft) => {
    Object.assign(draft.change, { last_turn_summary: summary, summary_turn_id: turn_id });
  });
  return true;
}
