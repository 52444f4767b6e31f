// GitHub's Markdown (tables, task lists, footnotes, bare addresses) for reading alone. remark-gfm would bring what writes Markdown, too:
// 10 KB that no page needs.
import { gfmFromMarkdown } from "mdast-util-gfm";
import { gfm } from "micromark-extension-gfm";
import type { Plugin } from "unified";

interface ReadingExtensions {
  micromarkExtensions?: unknown[];
  fromMarkdownExtensions?: unknown[];
}

/** A plugin of remark. */
export const readGfm: Plugin = function () {
  // What remark-parse reads its extensions from; only its own package would tell the types.
  const data = this.data() as ReadingExtensions;
  (data.micromarkExtensions ??= []).push(gfm());
  (data.fromMarkdownExtensions ??= []).push(gfmFromMarkdown());
};
