// The output of a program with its colours. It follows the end, unless somebody has scrolled away from it.
import { memo, useLayoutEffect, useMemo, useRef } from "react";
import { CopyButton } from "../markdown/copy-button.tsx";
import { ansiPieces } from "./ansi.ts";
import styles from "./output.module.css";
import { plainOutput } from "./plain-output.ts";

/** Of output that is still coming: older lines are there when the call has ended. */
const liveCharsMax = 48 * 1_024;

export const OutputView = memo(function OutputView({
  text,
  live,
}: {
  readonly text: string;
  readonly live: boolean;
}) {
  const shown = useMemo(() => (live && text.length > liveCharsMax ? tailOf(text) : text), [text, live]);
  const pieces = useMemo(() => ansiPieces(shown), [shown]);
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (box.current !== null && follows.current && shown !== "")
      box.current.scrollTop = box.current.scrollHeight;
  }, [shown]);
  const onScroll = (): void => {
    const at = box.current;
    if (at !== null) follows.current = at.scrollHeight - at.scrollTop - at.clientHeight < 8;
  };
  return (
    <div className={styles.output}>
      {shown !== text && <p className={styles.cut}>Older lines are shown when the call has ended.</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre className={styles.lines} ref={box} onScroll={onScroll} tabIndex={0} aria-label="Output">
        {pieces.map(({ text: words, classes }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a piece has no other name
          <span key={at} className={classNames(classes)}>
            {words}
          </span>
        ))}
        {pieces.length === 0 && <span className={styles["dim"]}>{live ? "No output yet" : "No output"}</span>}
      </pre>
      {!live && text !== "" && (
        <span className={styles.copy}>
          <CopyButton text={plainOutput(text)} />
        </span>
      )}
    </div>
  );
});

function classNames(classes: string): string {
  return classes
    .split(" ")
    .map((name) => styles[name] ?? "")
    .join(" ");
}

function tailOf(text: string): string {
  const cut = text.slice(-liveCharsMax);
  return cut.slice(cut.indexOf("\n") + 1);
}
