// One block of Markdown without maths.
import ReactMarkdown from "react-markdown";
import { components } from "./elements.tsx";
import { readGfm } from "./gfm.ts";

const plugins = [readGfm];

/** HTML in it is shown as text: nothing that a model writes becomes an element of the page. */
export function PlainBlock({ text }: { readonly text: string }) {
  return (
    <ReactMarkdown remarkPlugins={plugins} components={components} urlTransform={asItIs}>
      {text}
    </ReactMarkdown>
  );
}

/** The elements judge addresses themselves, because they also show those that they refuse. */
export function asItIs(address: string): string {
  return address;
}
