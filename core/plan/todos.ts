// The to-do list of a chat (SPEC C8): what an agent means to do, as people and the model see it. Pure.
import type { JsonObject, JsonValue } from "../part/part.ts";

export const TODO_STATUSES = ["pending", "doing", "done"] as const;
export type TodoStatus = (typeof TODO_STATUSES)[number];

export interface Todo {
  readonly text: string;
  readonly status: TodoStatus;
}

/** Kept in the chat's row. */
export interface ChatTodos {
  readonly items: readonly Todo[];
  /** Whether the history tells the model this list. A person's list, and that of a history that was cut, is told next. */
  readonly told: boolean;
}

/** No list that anybody reads is longer. */
export const todosMax = 50;
export const todoCharsMax = 300;

/** The tool whose result carries a new list. */
export const UPDATE_TODOS = "update_todos";

/** Items are lines: neither a line break nor another control character can make one look like two. */
export function cleanTodos(items: readonly Todo[]): readonly Todo[] {
  return items.map(({ text, status }) => ({
    text: text
      .toWellFormed()
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, " ")
      .trim(),
    status,
  }));
}

/** The list in a result of `update_todos`; null: it has none. */
export function todosOfResult(result: JsonValue): readonly Todo[] | null {
  if (typeof result !== "object" || result === null || !("todos" in result)) return null;
  const { todos } = result;
  if (!Array.isArray(todos)) return null;
  const items = todos.flatMap(asTodo);
  return items.length === todos.length ? items : null;
}

function asTodo(item: JsonValue): readonly Todo[] {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return [];
  const { text, status: name } = item as JsonObject;
  const status = TODO_STATUSES.find((known) => known === name);
  return typeof text === "string" && status !== undefined ? [{ text, status }] : [];
}

const MARKS: Readonly<Record<TodoStatus, string>> = { pending: " ", doing: "~", done: "x" };

/** The list as a model reads it. */
export function todosText(items: readonly Todo[]): string {
  if (items.length === 0) return "The to-do list is empty.";
  const lines = items.map(({ text, status }) => `- [${MARKS[status]}] ${text}`);
  return `The to-do list ([x] done, [~] doing):\n${lines.join("\n")}`;
}
