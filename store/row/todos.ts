// A chat's to-do list in the store (SPEC C8): how a result changes it, and how the model learns of a list that it did not write.
import { isDeepStrictEqual } from "node:util";
import type { ToolResultPart } from "../../core/part/part.ts";
import {
  type ChatTodos,
  cleanTodos,
  type Todo,
  todosOfResult,
  todosText,
  UPDATE_TODOS,
} from "../../core/plan/todos.ts";
import type { Draft } from "../unit.ts";
import { insertMessage } from "./messages.ts";

/**
 * Takes the list of the last `update_todos` among results that are committed now. Where a person has changed the list since the
 * model was told, the person's list stays: it is told next.
 */
export function takeTodos(draft: Draft, results: readonly ToolResultPart[]): void {
  if (draft.before.todos?.told === false) return;
  const written = results.findLast(({ tool_name, is_error }) => tool_name === UPDATE_TODOS && !is_error);
  const items = written === undefined ? null : todosOfResult(written.result);
  if (items !== null) draft.change.todos = items.length === 0 ? null : { items, told: true };
}

/** A person's list, in place of the one there is. The model is told of it before it is called next. */
export function setTodos(draft: Draft, items: readonly Todo[]): void {
  const { todos } = draft.before;
  const cleaned = cleanTodos(items);
  if (isDeepStrictEqual(cleaned, todos?.items ?? [])) return;
  draft.change.todos = { items: cleaned, told: false };
}

/** The same list, which the history that follows does not tell. */
export function untold(todos: ChatTodos | null): ChatTodos | null {
  return todos === null ? null : { ...todos, told: false };
}

export function isUntold(todos: ChatTodos | null): todos is ChatTodos {
  return todos !== null && !todos.told;
}

const CHANGED = "This is from the system that runs the chat. The to-do list is not as you wrote it last.";

/** Writes the list into the history as a hidden message, if the model does not know it. */
export async function tellTodos(draft: Draft): Promise<void> {
  const todos = draft.change.todos === undefined ? draft.before.todos : draft.change.todos;
  if (!isUntold(todos)) return;
  const text = `${CHANGED}\n\n${todosText(todos.items)}`;
  await insertMessage(draft, { role: "user", visibility: "model", content: [{ type: "text", text }] });
  // An empty list is kept until it was told: the model may still believe in its own.
  draft.change.todos = todos.items.length === 0 ? null : { ...todos, told: true };
}
