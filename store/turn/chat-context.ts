// A chat's instructions and skills in the store: whether they are to be read, and the hidden message they become (SPEC C1).
import { isDeepStrictEqual } from "node:util";
import { contextPlace, isPlaceUnread, NEVER_READ, NO_PLACE } from "../../core/chat/chat-context.ts";
import type { ContextPart, Part } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import type { Queryable } from "../database.ts";
import { settingsOf } from "../model/model-book.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { insertMessage } from "../row/messages.ts";
import type { Draft, Unit } from "../unit.ts";

/** What a reading came to. */
export interface FoundContext {
  /** What was read, with the last known texts where something could not be read. */
  readonly part: ContextPart;
  /** Which refresh it answers. */
  readonly wanted: number;
  /** Everything answered; else it is tried again in the next turn. */
  readonly is_whole: boolean;
  /** See `ChatContext`. */
  readonly stamp: string | null;
}

/** Whether a model is not to be called before the chat's context was read. Queries nothing that a turn does not need anyway. */
export async function isContextWanted(unit: Unit, chat: ChatRow): Promise<boolean> {
  const { context: reads, modelBook } = unit.store;
  if (reads === undefined || !isPlaceUnread(chat)) return false;
  if (reads.hasSkills || chat.context !== null || contextPlace(chat) !== NO_PLACE) return true;
  const { user } = await settingsOf(modelBook, unit.tx, chat.owner_id);
  return !isBlank(user.home_instructions ?? "");
}

/** Writes what was read: a message where it differs from what the model knows, and what it was read for. */
export async function writeContext(draft: Draft, found: FoundContext): Promise<void> {
  const { part, wanted, is_whole, stamp } = found;
  const { before } = draft;
  const known = before.context ?? NEVER_READ;
  const newest = await readNewestContext(draft.unit.tx, before.id);
  if (isNews(part, newest)) {
    await insertMessage(draft, { role: "system", visibility: "model", content: [part] });
  }
  const { current_turn_id: turn_id } = before;
  draft.change.context = {
    ...known,
    tried: turn_id === null ? null : { turn_id, place: part.place, wanted },
    ...(is_whole && { place: part.place, read: wanted, dirty: false, stamp }),
  };
}

/** What the model was told last of the chat's context; null: nothing. */
export async function readNewestContext(db: Queryable, chatId: string): Promise<ContextPart | null> {
  const { rows } = await db.query<{ content: readonly Part[] }>(
    `select content from messages where chat_id = $1 and deleted_at is null and role = 'system' and visibility = 'model'
     order by id desc limit 1`,
    [chatId],
  );
  return rows[0]?.content.find((part) => part.type === "context") ?? null;
}

function isNews(part: ContextPart, newest: ContextPart | null): boolean {
  if (newest !== null) return !isDeepStrictEqual(told(part), told(newest));
  const { files, file_faults, skills, skill_faults } = part;
  return [files, file_faults, skills, skill_faults].some((list) => list.length > 0);
}

/** As JSON keeps it, without what the model is not told. */
function told({ files, ...part }: ContextPart): unknown {
  return JSON.parse(JSON.stringify({ ...part, files: files.map(({ stale: _stale, ...file }) => file) }));
}
