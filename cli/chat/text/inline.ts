// Markdown inside a line: code, bold, italic, links. What is not closed stays as it was written.
import { type Span, type StyleName, styled } from "./style.ts";

/** In the order in which they are tried at a place. A code span hides everything else. */
const PATTERN =
  /(?<ticks>`+)(?<code>.+?)\k<ticks>(?!`)|!?\[(?<label>[^\]\n]*)\]\((?<target>[^)\s]+)(?:\s+"[^"]*")?\)|\*\*(?<bold>\S(?:.*?\S)?)\*\*|__(?<under>\S(?:.*?\S)?)__(?!\w)|(?<![\w*])\*(?<italic>[^\s*](?:[^*]*[^\s*])?)\*(?![\w*])|(?<!\w)_(?<slant>[^\s_](?:[^_]*[^\s_])?)_(?!\w)|~~(?<gone>\S(?:.*?\S)?)~~|\\(?<escaped>[!-/:-@[-`{-~])/gu;

/** @param style of what has none of its own */
export function inlineSpans(text: string, style: StyleName = "plain"): Span[] {
  const spans: Span[] = [];
  let at = 0;
  for (const match of text.matchAll(PATTERN)) {
    if (match.index > at) spans.push(styled(style, text.slice(at, match.index)));
    spans.push(...matched(match.groups ?? {}, style));
    at = match.index + match[0].length;
  }
  if (at < text.length) spans.push(styled(style, text.slice(at)));
  return spans;
}

function matched(groups: Readonly<Record<string, string | undefined>>, style: StyleName): Span[] {
  const { code, label, target, bold, under, italic, slant, gone, escaped } = groups;
  if (code !== undefined) return [styled("code", code.length > 2 ? code.replace(/^ (.*) $/u, "$1") : code)];
  // The target is always seen: a label may say anything.
  if (target !== undefined)
    return label === "" || label === target
      ? [styled("link", target)]
      : [...inlineSpans(label ?? "", style), styled("dim", ` (${target})`)];
  const strong = bold ?? under;
  if (strong !== undefined) return inlineSpans(strong, "bold");
  const slanted = italic ?? slant;
  if (slanted !== undefined) return inlineSpans(slanted, "italic");
  if (gone !== undefined) return inlineSpans(gone, "dim");
  return [styled(style, escaped ?? "")];
}
