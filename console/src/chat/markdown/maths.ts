// Finds maths in Markdown, in the ways in which models write it, and brings it into the one form that is rendered: `$$…$$`.

const CODE = /(`+)[\s\S]*?\1/g;
/** `$x$`, but not prices: nothing blank inside at the ends, and no digit behind it. */
const SINGLE = /(?<![\\$\w])\$(?![\s$])([^$\n]{1,300}?)(?<![\s\\])\$(?![\d$])/g;
const ROUND = /\\\(([\s\S]{1,2000}?)\\\)/g;
const SQUARE = /\\\[([\s\S]{1,5000}?)\\\]/g;

/** Whether a block may have maths, so that the renderer for it is needed. */
export function hasMaths(markdown: string): boolean {
  return /\$[^\s]|\\\(|\\\[/.test(markdown) && withMaths(markdown).includes("$$");
}

/** The block with all of its maths between double dollar signs. Code stays as it is. */
export function withMaths(markdown: string): string {
  let at = 0;
  let text = "";
  for (const code of markdown.matchAll(CODE)) {
    text += changed(markdown.slice(at, code.index)) + code[0];
    at = code.index + code[0].length;
  }
  return text + changed(markdown.slice(at));
}

function changed(text: string): string {
  return text
    .replace(SQUARE, (_, body: string) => `\n$$\n${body.trim()}\n$$\n`)
    .replace(ROUND, (_, body: string) => `$$${body.trim()}$$`)
    .replace(SINGLE, (whole, body: string) => (/[\\^_={}+]|^[a-zA-Z]$/.test(body) ? `$$${body}$$` : whole));
}
