// Markdown as people read it. While it is written only its last block is read anew, and what is half there looks as it will look.
import { lazy, memo, Suspense, useMemo, useRef } from "react";
import { CodeBlock } from "./code-block.tsx";
import styles from "./markdown.module.css";
import { hasMaths } from "./maths.ts";
import { PlainBlock } from "./plain-block.tsx";
import { definitionsIn, type MarkdownBlock, splitBlocks } from "./split-blocks.ts";
import { steadyTail } from "./steady-tail.ts";

const MathsBlock = lazy(() => import("./maths-block.tsx"));

interface MarkdownProps {
  readonly text: string;
  /** It is still being written. */
  readonly live?: boolean;
}

export const Markdown = memo(function Markdown({ text, live = false }: MarkdownProps) {
  const blocks = useBlocks(text);
  const definitions = useMemo(() => definitionsIn(text), [text]);
  return (
    <div className={styles.markdown} dir="auto">
      {blocks.map((block, at) => {
        const isTail = live && at === blocks.length - 1;
        if (block.type === "code")
          // biome-ignore lint/suspicious/noArrayIndexKey: the place of a block is its name
          return <CodeBlock key={at} code={block.text} info={block.info} closed={!isTail || block.closed} />;
        const shown = isTail ? steadyTail(block.text) : block.text;
        // biome-ignore lint/suspicious/noArrayIndexKey: the place of a block is its name
        return <TextBlock key={at} text={shown} definitions={shown.includes("[") ? definitions : ""} />;
      })}
    </div>
  );
});

function useBlocks(text: string): readonly MarkdownBlock[] {
  const last = useRef<{ readonly text: string; readonly blocks: readonly MarkdownBlock[] }>({
    text: "",
    blocks: [],
  });
  return useMemo(() => {
    // Footnotes refer to each other through the whole text.
    const isWhole = /^\[\^[^\]\s]+\]:/m.test(text);
    const known = text.startsWith(last.current.text) ? last.current.blocks : [];
    const blocks = isWhole ? [wholeBlock(text)] : splitBlocks(text, known);
    last.current = isWhole ? { text: "", blocks: [] } : { text, blocks };
    return blocks;
  }, [text]);
}

function wholeBlock(text: string): MarkdownBlock {
  return { type: "markdown", text, info: "", start: 0, closed: true };
}

interface TextBlockProps {
  readonly text: string;
  readonly definitions: string;
}

const TextBlock = memo(function TextBlock({ text, definitions }: TextBlockProps) {
  const whole = definitions === "" ? text : `${text}\n\n${definitions}`;
  if (!hasMaths(text)) return <PlainBlock text={whole} />;
  return (
    <Suspense fallback={<PlainBlock text={whole} />}>
      <MathsBlock text={whole} />
    </Suspense>
  );
});
