// Data as a tree that opens and closes. A search shows the branches that hold its words, opened.
import { type ReactNode, useState } from "react";
import { shownText } from "../../chat/markdown/shown-text.ts";
import { Button } from "../../ui/controls/button.tsx";
import { holds } from "./data-search.ts";
import styles from "./debug.module.css";
import { Marked } from "./marked.tsx";

/** Entries of a branch that are drawn before somebody asks for the rest. */
const entriesMax = 100;
const textCharsMax = 2_000;
/** Branches of these depths begin opened. */
const openDepth = 1;

export function Tree({ value, query }: { readonly value: unknown; readonly query: string }) {
  if (query !== "" && !holds(value, query)) return <p className={styles.quiet}>Nothing holds these words.</p>;
  return <Branch value={value} query={query} depth={0} />;
}

interface BranchInput {
  readonly value: unknown;
  readonly query: string;
  readonly depth: number;
}

function Branch({ value, query, depth }: BranchInput) {
  const [shownMax, setShownMax] = useState(entriesMax);
  if (typeof value !== "object" || value === null) return <Leaf value={value} query={query} />;
  const entries = Object.entries(value);
  const isFound = ([name, inside]: readonly [string, unknown]) =>
    name.toLowerCase().includes(query) || holds(inside, query);
  const found = query === "" ? entries : entries.filter(isFound);
  return (
    <ul className={styles.branch}>
      {found.slice(0, shownMax).map(([name, inside]) => (
        <li key={name}>
          <Twig name={name} value={inside} query={query} depth={depth} />
        </li>
      ))}
      {found.length > shownMax ? (
        <li>
          <Button size="small" onClick={() => setShownMax(shownMax + 1_000)}>
            Show {found.length - shownMax} more
          </Button>
        </li>
      ) : null}
    </ul>
  );
}

function Twig({ name, value, query, depth }: BranchInput & { readonly name: string }): ReactNode {
  const [open, setOpen] = useState(depth < openDepth && sizeOf(value) <= 20);
  const label = (
    <span className={styles.key}>
      <Marked text={shownText(name)} query={query} />
    </span>
  );
  if (typeof value !== "object" || value === null || sizeOf(value) === 0) {
    return (
      <>
        {label}: <Leaf value={value} query={query} />
      </>
    );
  }
  // Where only the name holds the words, what is inside is no find: it stays as it was.
  const isFound = query !== "" && holds(value, query);
  const isOpen = open || isFound;
  return (
    <>
      <button type="button" className={styles.twig} aria-expanded={isOpen} onClick={() => setOpen(!isOpen)}>
        {label} <span className={styles.quiet}>{sizeWords(value)}</span>
      </button>
      {isOpen ? <Branch value={value} query={isFound ? query : ""} depth={depth + 1} /> : null}
    </>
  );
}

function Leaf({ value, query }: Omit<BranchInput, "depth">): ReactNode {
  const [whole, setWhole] = useState(false);
  if (typeof value !== "string") {
    const text = typeof value === "object" && value !== null ? JSON.stringify(value) : String(value);
    return (
      <span className={styles.literal}>
        <Marked text={text} query={query} />
      </span>
    );
  }
  const visible = shownText(value);
  const isCut = !whole && query === "" && visible.length > textCharsMax;
  return (
    <span className={styles.string}>
      <Marked text={isCut ? visible.slice(0, textCharsMax) : visible} query={query} />
      {isCut ? (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {visible.length.toLocaleString("en")} characters
        </Button>
      ) : null}
    </span>
  );
}

function sizeOf(value: unknown): number {
  return typeof value === "object" && value !== null ? Object.keys(value).length : 0;
}

function sizeWords(value: object): string {
  const size = sizeOf(value);
  if (Array.isArray(value)) return `${size} ${size === 1 ? "item" : "items"}`;
  return `${size} ${size === 1 ? "field" : "fields"}`;
}
