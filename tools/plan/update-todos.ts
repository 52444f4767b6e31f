// `update_todos`: replaces the chat's to-do list. The list changes with the commit of the result, so exactly once.
import { z } from "zod";
import { cleanTodos, TODO_STATUSES, todoCharsMax, todosMax, UPDATE_TODOS } from "../../core/plan/todos.ts";
import { defineTool } from "../define-tool.ts";
import { ToolError } from "../tool-error.ts";

const item = z.strictObject({
  text: z.string().min(1).max(todoCharsMax).describe("What is to be done, in a few words."),
  status: z.enum(TODO_STATUSES),
});

export const updateTodos = defineTool({
  name: UPDATE_TODOS,
  description:
    "Keeps a to-do list, which the user sees. Use it for work of several steps: write the list when you begin, have at most one " +
    "item `doing`, and set items `done` as soon as they are. It replaces the whole list: always send all items. An empty list removes it.",
  schema: z.strictObject({ items: z.array(item).max(todosMax) }),
  runs_in: "worker",
  flags: { idempotent: true },
  run({ items }) {
    const todos = cleanTodos(items);
    const blank = todos.findIndex(({ text }) => text === "");
    if (blank >= 0) throw new ToolError(`items[${blank}].text says nothing.`);
    return Promise.resolve({ result: { todos: todos.map((todo) => ({ ...todo })) }, is_error: false });
  },
});
