// One block of Markdown with maths. A chunk of its own: most chats never need it.
import "katex/dist/katex.min.css";
import ReactMarkdown from "react-markdown";
import rehypeKatex from "rehype-katex";
import remarkGfm from "remark-gfm";
import remarkMath from "remark-math";
import { components } from "./elements.tsx";
import { withMaths } from "./maths.ts";
import { asItIs } from "./plain-block.tsx";

const remarkPlugins = [remarkGfm, remarkMath];
/** `trust: false`: no links, no HTML, no pictures. Sizes and expansions are bounded, because a model may write anything. */
const rehypePlugins = [
  [
    rehypeKatex,
    {
      trust: false,
      maxSize: 20,
      maxExpand: 500,
      strict: "ignore",
      throwOnError: false,
      output: "htmlAndMathml",
    },
  ],
] as const;

export default function MathsBlock({ text }: { readonly text: string }) {
  return (
    <ReactMarkdown
      remarkPlugins={remarkPlugins}
      rehypePlugins={rehypePlugins as never}
      components={components}
      urlTransform={asItIs}
    >
      {withMaths(text)}
    </ReactMarkdown>
  );
}
