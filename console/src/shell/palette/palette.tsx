// The palette: type a few letters of a chat, a page or a command, and press Enter.
import { type KeyboardEvent, useId, useMemo, useRef, useState } from "react";
import { useLocation } from "wouter";
import { useFeed } from "../../state/feed.ts";
import { Dialog } from "../../ui/layers/dialog.tsx";
import type { PageRoute } from "../page-route.ts";
import { findEntries, type PaletteEntry } from "./find-entries.ts";
import styles from "./palette.module.css";
import { usePaletteEntries } from "./use-palette-entries.ts";

interface PaletteProps {
  readonly pages: readonly PageRoute[];
  readonly onClose: () => void;
}

const STEPS: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1 };

// Not loaded when it is asked for: what is typed until then would go elsewhere.
export function Palette({ pages, onClose }: PaletteProps) {
  const [words, setWords] = useState("");
  const [at, setAt] = useState(0);
  const { chats } = useFeed();
  const all = usePaletteEntries(pages, chats);
  const found = useMemo(() => findEntries(all, words), [all, words]);
  const [, navigate] = useLocation();
  const id = useId();
  const list = useRef<HTMLUListElement>(null);
  const choose = (entry: PaletteEntry | undefined) => {
    if (entry === undefined) return;
    onClose();
    if (typeof entry.run === "string") navigate(entry.run);
    else entry.run();
  };
  const move = (next: number) => {
    setAt(next);
    list.current?.children[next]?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.nativeEvent.isComposing) return;
    const step = STEPS[event.key];
    if (event.key === "Enter") choose(found[at]);
    else if (step !== undefined && found.length > 0) move((at + step + found.length) % found.length);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog title="Search chats, pages and commands" place="top" onClose={onClose}>
      <input
        className={styles.field}
        role="combobox"
        aria-label="Search chats, pages and commands"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length > 0 ? `${id}-${at}` : undefined}
        placeholder="Search chats, pages and commands"
        value={words}
        onChange={(event) => {
          setWords(event.target.value);
          setAt(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={id} role="listbox" aria-label="Found" className={styles.list}>
        {found.map((entry, index) => (
          // The keyboard chooses through the field above.
          // oxlint-disable-next-line jsx-a11y/click-events-have-key-events
          <li
            key={entry.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === at}
            className={styles.entry}
            onPointerMove={() => setAt(index)}
            onClick={() => choose(entry)}
          >
            <bdi className={styles.words}>{entry.words}</bdi>
            <span className={styles.kind}>{entry.kind}</span>
          </li>
        ))}
      </ul>
      {found.length === 0 && <p className={styles.nothing}>Nothing fits.</p>}
    </Dialog>
  );
}
