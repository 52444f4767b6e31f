// Looks at data that was sent: as a tree or as text, with a search over all of it.
import { type ReactNode, useDeferredValue, useMemo, useState } from "react";
import { shownText } from "../../chat/markdown/shown-text.ts";
import { Button } from "../../ui/controls/button.tsx";
import { CopyButton } from "../../ui/controls/copy-button.tsx";
import { jsonOf } from "./data-search.ts";
import styles from "./debug.module.css";
import { Marked } from "./marked.tsx";
import { Tree } from "./tree.tsx";

/** More text than this makes the page slow; the rest is shown when it is asked for. */
const shownCharsMax = 64 * 1024;

/** Data that is known as an object. */
export function Data({ value, name }: { readonly value: unknown; readonly name: string }) {
  if (value === null || value === undefined) return <p className={styles.quiet}>Nothing was recorded.</p>;
  return <DataView name={name} value={value} text={JSON.stringify(value, null, 2)} />;
}

/** A body as it was sent: as a tree where it is JSON. */
export function TextData({ text, name }: { readonly text: string | null; readonly name: string }) {
  const value = useMemo(() => (text === null ? undefined : jsonOf(text)), [text]);
  if (text === null || text === "") return <p className={styles.quiet}>Nothing was recorded.</p>;
  return <DataView name={name} value={value} text={text} />;
}

interface DataViewInput {
  readonly name: string;
  /** Undefined: it is text alone. */
  readonly value: unknown;
  readonly text: string;
}

function DataView({ name, value, text }: DataViewInput) {
  const [asText, setAsText] = useState(value === undefined);
  const [typed, setTyped] = useState("");
  const query = useDeferredValue(typed.trim().toLowerCase());
  return (
    <>
      <div className={styles.dataTools}>
        <input
          type="search"
          value={typed}
          placeholder={`Search the ${name}`}
          aria-label={`Search the ${name}`}
          onChange={(event) => setTyped(event.target.value)}
        />
        {value === undefined ? null : (
          <Button size="small" onClick={() => setAsText(!asText)}>
            {asText ? "Show as a tree" : "Show as text"}
          </Button>
        )}
        <CopyButton text={text} label={`Copy the ${name}`} />
      </div>
      <div className={styles.data} tabIndex={0} role="region" aria-label={`The ${name}`}>
        {asText ? <PlainText text={text} query={query} /> : <Tree value={value} query={query} />}
      </div>
    </>
  );
}

function PlainText({ text, query }: { readonly text: string; readonly query: string }): ReactNode {
  const [whole, setWhole] = useState(false);
  const visible = useMemo(() => shownText(text), [text]);
  // A search looks at all of it, so all of it must be there.
  const isCut = !whole && query === "" && visible.length > shownCharsMax;
  return (
    <>
      <pre className={styles.text}>
        <Marked text={isCut ? visible.slice(0, shownCharsMax) : visible} query={query} />
      </pre>
      {isCut ? (
        <Button size="small" onClick={() => setWhole(true)}>
          Show all {visible.length.toLocaleString("en")} characters
        </Button>
      ) : null}
    </>
  );
}
