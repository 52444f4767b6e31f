// The to-do list of the agent: what it does now in one line, all of it when opened.
import { CheckCircledIcon, CircleIcon, DotFilledIcon } from "@radix-ui/react-icons";
import { memo, useState } from "react";
import type { Todo } from "../../../../core/plan/todos.ts";
import { shownText } from "../markdown/shown-text.ts";
import styles from "./queue.module.css";

const ICONS = { done: CheckCircledIcon, doing: DotFilledIcon, pending: CircleIcon } as const;
const WORDS = { done: "Done", doing: "Doing", pending: "To do" } as const;

export const TodoPanel = memo(function TodoPanel({ todos }: { readonly todos: readonly Todo[] }) {
  const [isOpen, setOpen] = useState(false);
  const done = todos.filter((todo) => todo.status === "done").length;
  // A list that is done has nothing more to say.
  if (todos.length === 0 || (done === todos.length && !isOpen)) return null;
  const now =
    todos.find((todo) => todo.status === "doing") ?? todos.find((todo) => todo.status === "pending");
  return (
    <section className={styles.queue} aria-label="To-do list of the agent">
      <button
        type="button"
        className={styles.todoHead}
        aria-expanded={isOpen}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={styles.count}>
          {done} of {todos.length} done
        </span>
        <span className={styles.text}>{shownText(now?.text ?? "All done")}</span>
      </button>
      {isOpen && (
        <ul className={styles.list}>
          {todos.map(({ text, status }, at) => {
            const Icon = ICONS[status];
            return (
              // biome-ignore lint/suspicious/noArrayIndexKey: the place of an item is its name
              <li key={at} className={styles.todo} data-status={status}>
                <Icon role="img" aria-label={WORDS[status]} />
                <span>{shownText(text)}</span>
              </li>
            );
          })}
        </ul>
      )}
    </section>
  );
});
