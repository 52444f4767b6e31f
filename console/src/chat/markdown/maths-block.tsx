// One block of Markdown with maths. A chunk of its own: most chats never need it.
import "katex/dist/katex.min.css";
import katex from "katex";
import { Children, isValidElement, type ReactNode, useLayoutEffect, useRef, useState } from "react";
import ReactMarkdown, { type Components } from "react-markdown";
import remarkMath from "remark-math";
import { components } from "./elements.tsx";
import { readGfm } from "./gfm.ts";
import { withMaths } from "./maths.ts";
import { asItIs } from "./plain-block.tsx";

const remarkPlugins = [readGfm, remarkMath];

export default function MathsBlock({ text }: { readonly text: string }) {
  return (
    <ReactMarkdown remarkPlugins={remarkPlugins} components={mathsComponents} urlTransform={asItIs}>
      {withMaths(text)}
    </ReactMarkdown>
  );
}

const mathsComponents: Components = {
  ...components,
  code: ({ className, children }) =>
    isMaths(className) ? (
      <Formula tex={textOf(children)} isDisplay={false} />
    ) : (
      <code className={className}>{children}</code>
    ),
  pre: (props) => {
    const [code] = Children.toArray(props.children);
    if (isValidElement<{ className?: string; children?: ReactNode }>(code) && isMaths(code.props.className))
      return <Formula tex={textOf(code.props.children)} isDisplay={true} />;
    const Pre = components.pre;
    return typeof Pre === "function" ? <Pre {...props} /> : <pre>{props.children}</pre>;
  },
};

function isMaths(className: string | undefined): boolean {
  return className?.includes("language-math") === true;
}

interface FormulaProps {
  readonly tex: string;
  readonly isDisplay: boolean;
}

/**
 * Built as elements, never as HTML text: the page's policy forbids styles in HTML. `trust: false`: no links, no pictures. Sizes and
 * expansions are bounded, because a model may write anything.
 */
function Formula({ tex, isDisplay }: FormulaProps) {
  const place = useRef<HTMLSpanElement>(null);
  const [isFaulty, setFaulty] = useState(false);
  useLayoutEffect(() => {
    if (place.current === null) return;
    try {
      katex.render(tex, place.current, {
        displayMode: isDisplay,
        trust: false,
        maxSize: 20,
        maxExpand: 500,
        strict: "ignore",
        output: "html",
      });
      setFaulty(false);
    } catch {
      setFaulty(true);
    }
  }, [tex, isDisplay]);
  // What cannot be set is shown as it was written.
  return (
    <span role="math" aria-label={tex}>
      <span ref={place} hidden={isFaulty} />
      {isFaulty && <code>{tex}</code>}
    </span>
  );
}

function textOf(node: ReactNode): string {
  return Children.toArray(node)
    .map((one) => (typeof one === "string" || typeof one === "number" ? String(one) : ""))
    .join("");
}
