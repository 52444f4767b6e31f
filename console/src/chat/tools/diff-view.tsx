// The changes of an edit: below each other, or side by side where there is room. A chunk of its own.
import { diffLines } from "diff";
import { useMemo, useSyncExternalStore } from "react";
import type { JsonObject } from "../../../../core/part/part.ts";
import { shownText } from "../markdown/shown-text.ts";
import styles from "./diff.module.css";
import { type DiffHunk, type DiffLine, diffsOfCall, type FileDiff, sideBySide } from "./edit-diff.ts";

/** Beyond these, the lines stand on one side only: two columns of them would take seconds. */
const linesMax = 2_000;
const wide = window.matchMedia("(min-width: 1400px)");

function useWide(): boolean {
  return useSyncExternalStore(
    (listener) => {
      wide.addEventListener("change", listener);
      return () => wide.removeEventListener("change", listener);
    },
    () => wide.matches,
  );
}

export default function DiffView({ tool, args }: { readonly tool: string; readonly args: JsonObject }) {
  const files = useMemo(() => diffsOfCall(tool, args, diffLines), [tool, args]);
  const isWide = useWide() && tool === "edit_files";
  return (
    <div className={styles.files} data-wide={isWide}>
      {files.map((file, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a file may be edited twice
        <FileView key={at} file={file} isWide={isWide} />
      ))}
    </div>
  );
}

export function FileView({ file, isWide }: { readonly file: FileDiff; readonly isWide: boolean }) {
  return (
    <figure className={styles.file}>
      <figcaption className={styles.head}>
        <span className={styles.path}>{shownText(file.path)}</span>
        <span className={styles.addedCount}>+{file.added}</span>
        <span className={styles.removedCount}>−{file.removed}</span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <div
        className={styles.scroll}
        tabIndex={0}
        role="region"
        aria-label={`Changes of ${shownText(file.path)}`}
      >
        {file.hunks.map((hunk, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: the place of an edit is its name
          <HunkView key={at} hunk={hunk} isWide={isWide} />
        ))}
      </div>
    </figure>
  );
}

function HunkView({ hunk, isWide }: { readonly hunk: DiffHunk; readonly isWide: boolean }) {
  const lines = hunk.lines.slice(0, linesMax);
  return (
    <div className={styles.hunk}>
      {hunk.replace_all && <p className={styles.note}>Everywhere in the file</p>}
      {isWide ? <Sides lines={lines} /> : lines.map((line, at) => <LineView key={`${at}`} line={line} />)}
      {hunk.lines.length > linesMax && (
        <p className={styles.note}>{hunk.lines.length - linesMax} more lines</p>
      )}
    </div>
  );
}

function Sides({ lines }: { readonly lines: readonly DiffLine[] }) {
  return (
    <div className={styles.sides}>
      {sideBySide(lines).map(({ left, right }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a line is its name
        <div className={styles.pair} key={at}>
          <LineView line={left} />
          <LineView line={right} />
        </div>
      ))}
    </div>
  );
}

const SIGNS = { same: " ", added: "+", removed: "−" } as const;

function LineView({ line }: { readonly line: DiffLine | null }) {
  if (line === null) return <div className={styles.line} data-type="none" />;
  return (
    <div className={styles.line} data-type={line.type}>
      <span className={styles.sign}>{SIGNS[line.type]}</span>
      {shownText(line.text)}
    </div>
  );
}
