// A block of code: its language, a button to copy it and one to wrap its lines, and colours as soon as they are there.
import { memo, useEffect, useReducer, useState } from "react";
import { CopyButton } from "./copy-button.tsx";
import { CodeColors, type ColoredLine } from "./highlight.ts";
import { type Language, languageOf } from "./languages.ts";
import styles from "./markdown.module.css";

interface CodeBlockProps {
  readonly code: string;
  /** What stands behind the fence. */
  readonly info: string;
  /** Nothing more is written to it. */
  readonly closed: boolean;
}

export const CodeBlock = memo(function CodeBlock({ code, info, closed }: CodeBlockProps) {
  const [isWrapped, setWrapped] = useState(false);
  const name = info.split(/\s/)[0] ?? "";
  return (
    <figure className={styles.code}>
      <figcaption className={styles.codeHead}>
        <span className={styles.codeName}>{name || "text"}</span>
        <button
          type="button"
          className={styles.quiet}
          aria-pressed={isWrapped}
          onClick={() => setWrapped(!isWrapped)}
        >
          Wrap
        </button>
        <CopyButton text={code} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keys */}
      <pre className={styles.pre} data-wrapped={isWrapped} tabIndex={0}>
        <code>
          <ColoredCode code={code} language={languageOf(name)} closed={closed} />
        </code>
      </pre>
    </figure>
  );
});

interface ColoredCodeProps {
  readonly code: string;
  readonly language: Language | null;
  readonly closed: boolean;
}

/** The lines of the code; those that are not coloured yet as they are. */
export function ColoredCode({ code, language, closed }: ColoredCodeProps) {
  const colored = useColors({ code, language, closed });
  const lines = code.split("\n");
  return lines.map((line, at) => {
    const isLast = at === lines.length - 1;
    // biome-ignore lint/suspicious/noArrayIndexKey: a line has no other name
    return <Line key={at} text={isLast ? line : `${line}\n`} colored={colored[at]} />;
  });
}

const Line = memo(function Line({ text, colored }: { text: string; colored: ColoredLine | undefined }) {
  if (colored === undefined) return text;
  const end = text.endsWith("\n") ? "\n" : "";
  // A coloured line that says something else than the code is not shown.
  if (colored.map(([words]) => words).join("") + end !== text) return text;
  return (
    <>
      {colored.map(([words, color], at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a token has no other name
        <span key={at} style={{ color }}>
          {words}
        </span>
      ))}
      {end}
    </>
  );
});

const nothing: readonly ColoredLine[] = [];

function useColors({ code, language, closed }: ColoredCodeProps): readonly ColoredLine[] {
  const [, colored] = useReducer((count: number) => count + 1, 0);
  const [colors, setColors] = useState<CodeColors | null>(null);
  useEffect(() => {
    if (language === null) return;
    const made = new CodeColors(language, colored);
    setColors(made);
    return () => {
      made.close();
      setColors(null);
    };
  }, [language]);
  const lines = closed ? code : code.slice(0, code.lastIndexOf("\n") + 1);
  // While code is written only whole lines are asked for: with each line, not with each word.
  useEffect(() => colors?.ask(lines, closed), [colors, lines, closed]);
  return colors?.linesOf(code) ?? nothing;
}
