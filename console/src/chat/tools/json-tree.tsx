// Any JSON as a tree that can be opened: short values at once, long ones when asked for.
import { memo } from "react";
import type { JsonValue } from "../../../../core/part/part.ts";
import { shownText } from "../markdown/shown-text.ts";
import styles from "./json.module.css";

const openDepth = 2;
const entriesMax = 200;
const textCharsMax = 20_000;
const depthMax = 12;

interface JsonTreeProps {
  readonly value: JsonValue | undefined;
  readonly depth?: number;
}

export const JsonTree = memo(function JsonTree({ value, depth = 0 }: JsonTreeProps) {
  if (typeof value === "string") return <TextValue text={value} />;
  if (typeof value !== "object" || value === null)
    return <span className={styles.plain}>{String(value ?? null)}</span>;
  const isList = Array.isArray(value);
  const entries: [string, JsonValue | undefined][] = isList
    ? value.map((one, at) => [String(at + 1), one])
    : Object.entries(value);
  if (entries.length === 0) return <span className={styles.plain}>{isList ? "empty list" : "empty"}</span>;
  if (depth > depthMax) return <TextValue text={JSON.stringify(value)} />;
  return (
    <ul className={styles.tree}>
      {entries.slice(0, entriesMax).map(([name, one]) => (
        <li key={name}>
          <Entry name={name} value={one} depth={depth} />
        </li>
      ))}
      {entries.length > entriesMax && <li className={styles.plain}>{entries.length - entriesMax} more</li>}
    </ul>
  );
});

function Entry({ name, value, depth }: { name: string; value: JsonValue | undefined; depth: number }) {
  const isDeep = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!isDeep)
    return (
      <>
        <span className={styles.name}>{shownText(name)}</span> <JsonTree value={value} depth={depth + 1} />
      </>
    );
  const count = Object.keys(value).length;
  return (
    <details open={depth < openDepth}>
      <summary className={styles.name}>
        {shownText(name)} <span className={styles.count}>{count}</span>
      </summary>
      <JsonTree value={value} depth={depth + 1} />
    </details>
  );
}

function TextValue({ text }: { readonly text: string }) {
  const shown = shownText(text.slice(0, textCharsMax));
  const isLong = text.includes("\n") || text.length > 120;
  if (!isLong) return <span className={styles.text}>{shown === "" ? "(empty text)" : shown}</span>;
  return (
    <pre className={styles.long}>
      {shown}
      {text.length > textCharsMax && `\n… ${text.length - textCharsMax} characters more`}
    </pre>
  );
}
