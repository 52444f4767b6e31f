// Many calls in a row, folded into one line.
import { ChevronRightIcon, StackIcon } from "@radix-ui/react-icons";
import { type ReactNode, useId, useState } from "react";
import { countOf } from "../../ui/words.ts";
import type { TranscriptItem } from "../messages/items.ts";
import { callWords } from "./call-words.ts";
import styles from "./tools.module.css";

interface ToolGroupProps {
  readonly items: readonly TranscriptItem[];
  readonly children: ReactNode;
}

export function ToolGroup({ items, children }: ToolGroupProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  return (
    <div className={styles.group} data-open={isOpen}>
      <div className={styles.card} data-open={isOpen}>
        <button
          type="button"
          className={styles.head}
          aria-expanded={isOpen}
          aria-controls={id}
          onClick={() => setOpen(!isOpen)}
        >
          <StackIcon className={styles.icon} aria-hidden="true" />
          <span className={styles.words}>{groupWords(items)}</span>
          <ChevronRightIcon className={styles.chevron} aria-hidden="true" />
        </button>
      </div>
      <div id={id} hidden={!isOpen}>
        {isOpen && children}
      </div>
    </div>
  );
}

/** `12 steps: read 6 files, ran 4 commands`. */
function groupWords(items: readonly TranscriptItem[]): string {
  const counts = new Map<string, number>();
  for (const item of items) {
    if (item.type !== "tool") continue;
    const { icon } = callWords(item.call.tool_name, item.call.args);
    counts.set(icon, (counts.get(icon) ?? 0) + 1);
  }
  const words = [...counts].sort(([, a], [, b]) => b - a).map(([icon, count]) => iconWords(icon, count));
  const calls = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return `${countOf(calls, "call")}: ${words.join(", ")}`;
}

function iconWords(icon: string, count: number): string {
  switch (icon) {
    case "command":
      return countOf(count, "command");
    case "read":
      return `${count} read`;
    case "write":
      return countOf(count, "change");
    case "search":
      return countOf(count, "search", "searches");
    case "agent":
      return `${count} of agents`;
    case "web":
      return countOf(count, "page");
    default:
      return `${count} other`;
  }
}
