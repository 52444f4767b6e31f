// The text of a file with line numbers, with colours as soon as the highlighter is there.
import { lazy, Suspense } from "react";
import { languageOfPath } from "../../../chat/markdown/languages.ts";
import { shownText } from "../../../chat/markdown/shown-text.ts";
import styles from "./files.module.css";

const ColoredCode = lazy(async () => {
  const { ColoredCode: component } = await import("../../../chat/markdown/code-block.tsx");
  return { default: component };
});

interface SourceTextInput {
  readonly text: string;
  readonly name: string;
}

export function SourceText({ text, name }: SourceTextInput) {
  const shown = shownText(text.endsWith("\n") ? text.slice(0, -1) : text);
  const numbers = shown.split("\n").map((_, index) => index + 1);
  return (
    // A region that scrolls must be reachable by keyboard.
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.source} tabIndex={0} role="region" aria-label="Text of the file">
      <pre aria-hidden className={styles.numbers}>
        {numbers.join("\n")}
      </pre>
      <pre className={styles.text}>
        <Suspense fallback={shown}>
          <ColoredCode code={shown} language={languageOfPath(name)} closed />
        </Suspense>
      </pre>
    </div>
  );
}
