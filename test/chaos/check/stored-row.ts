// Rows of the database, read as they are.
import type { Visibility } from "../../../core/chat/message.ts";
import type { Part, TextPart, ToolCallPart, ToolResultPart } from "../../../core/part/part.ts";
import type { Queryable } from "../../../store/database.ts";
import { keyOf } from "./expected-answer.ts";

export interface StoredRow {
  readonly id: number;
  readonly turn_id: number;
  readonly role: "system" | "user" | "assistant" | "tool";
  readonly content: readonly Part[];
  /** Who sees it: compactions and instructions are for people or for the model alone. */
  readonly visibility: Visibility;
  readonly interrupted: boolean;
  readonly deleted: boolean;
}

/** Every message of a chat, those that edits took away too, in the order of their ids. */
export async function readRows(db: Queryable, chatId: string): Promise<StoredRow[]> {
  const { rows } = await db.query<StoredRow>(
    `select id, turn_id, role, content, visibility, interrupted, deleted_at is not null as deleted
     from messages where chat_id = $1 order by id`,
    [chatId],
  );
  return rows;
}

export function textOf(content: readonly Part[], type: "text" | "reasoning" = "text"): string {
  return content.map((part) => (part.type === type ? (part as TextPart).text : "")).join("");
}

/** The key of a user message; null for any other row. */
export function keyOfRow(row: StoredRow): string | null {
  return row.role === "user" ? keyOf(textOf(row.content)) : null;
}

export function callsOf(content: readonly Part[]): ToolCallPart[] {
  return content.filter((part) => part.type === "tool-call");
}

export function resultsOf(content: readonly Part[]): ToolResultPart[] {
  return content.filter((part) => part.type === "tool-result");
}
