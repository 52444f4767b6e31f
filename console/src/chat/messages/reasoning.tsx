// What a model thought, folded, with the time that it took.
import { ChevronRightIcon } from "@radix-ui/react-icons";
import { memo, useEffect, useId, useRef, useState } from "react";
import { Markdown } from "../markdown/markdown.tsx";
import { durationWords } from "../words.ts";
import type { ReasoningItem } from "./items.ts";
import styles from "./messages.module.css";

export const Reasoning = memo(function Reasoning({ item }: { readonly item: ReasoningItem }) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const seen = useSeenDuration(item.live);
  const ms = item.duration_ms ?? seen;
  const words = item.live
    ? "Thinking"
    : ms === null || ms < 500
      ? "Thought"
      : `Thought for ${durationWords(ms)}`;
  return (
    <div className={styles.reasoning} data-open={isOpen}>
      <button
        type="button"
        className={styles.fold}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
      >
        <span className={item.live ? styles.pulse : undefined}>{words}</span>
        <ChevronRightIcon className={styles.foldIcon} aria-hidden="true" />
      </button>
      <div id={id} className={styles.thought} hidden={!isOpen}>
        {isOpen && <Markdown text={item.text} live={item.live} />}
      </div>
    </div>
  );
});

/** The time that was watched, until the commit says it. */
function useSeenDuration(isLive: boolean): number | null {
  const since = useRef<number | null>(null);
  const [seen, setSeen] = useState<number | null>(null);
  useEffect(() => {
    if (isLive) since.current ??= Date.now();
    else if (since.current !== null) setSeen(Date.now() - since.current);
  }, [isLive]);
  return seen;
}
