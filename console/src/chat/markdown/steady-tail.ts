// Mends the end of Markdown that is still being written, so that it looks as it will when it is complete: open emphasis is closed,
// half links are text, and the head of a table is a table.

/** The last block of an answer in progress, as it is to be rendered. */
export function steadyTail(text: string): string {
  const cut = text.replace(/\n[ \t]*(?:-{1,2}|=+|#{1,6}|[-*+]|\d{1,9}[.)]?)[ \t]*$/, "");
  const table = steadyTable(cut);
  if (table !== null) return table;
  const from = cut.lastIndexOf("\n\n") + 1;
  return cut.slice(0, from) + steadyInline(cut.slice(from));
}

const DELIMITERS = /^[|:\- \t]+$/;

/** A table whose delimiter row is missing or half there gets one. Null: it is no table. */
function steadyTable(text: string): string | null {
  const lines = text.split("\n");
  const at = lines.findLastIndex((line) => line.trim() === "") + 1;
  const [head = "", second, third] = lines.slice(at);
  if (!/^\s{0,3}\|.*\S/.test(head)) return null;
  if (third !== undefined || (second !== undefined && !DELIMITERS.test(second))) return text;
  const cells = Math.max(
    1,
    head
      .trim()
      .replace(/^\||\|$/g, "")
      .split(/(?<!\\)\|/).length,
  );
  const closed = head.trimEnd().endsWith("|") ? head : `${head} |`;
  return [...lines.slice(0, at), closed, `|${" --- |".repeat(cells)}`].join("\n");
}

/** Closes what is open within a paragraph. */
function steadyInline(text: string): string {
  const code = openCode(text);
  if (code !== null) return code;
  return closedEmphasis(withoutHalfLink(text));
}

/** Code between backticks that is not closed yet; null if there is none. */
function openCode(text: string): string | null {
  const runs = [...text.matchAll(/`+/g)];
  for (let at = 0; at < runs.length; at += 1) {
    const length = runs[at]?.[0].length ?? 0;
    const close = runs.findIndex((run, i) => i > at && run[0].length === length);
    if (close !== -1) {
      at = close;
      continue;
    }
    const start = runs[at]?.index ?? 0;
    const rest = text.slice(start + length);
    const before = text.slice(0, start);
    // Nothing behind the backtick yet: better not shown than shown as a backtick.
    return rest.trim() === "" ? closedEmphasis(before) : `${text}${"`".repeat(length)}`;
  }
  return null;
}

/** A link without its end is shown as its words; a picture is not shown. */
function withoutHalfLink(text: string): string {
  const open = /(!?)\[([^\]\n]*)(?:\]\([^)\n]*)?$/.exec(text);
  if (open === null) return text;
  const before = text.slice(0, open.index);
  const marker = /(?:^|\n)\s*(?:[-*+]|\d+[.)])\s+$/.exec(before);
  if (open[1] === "" && marker !== null && /^[ xX]?$/.test(open[2] ?? ""))
    return before.slice(0, marker.index);
  return open[1] === "!" ? before : before + (open[2] ?? "");
}

const MARKS = /(?<!\\)(\*{1,3}|_{1,3}|~~)/g;

function closedEmphasis(text: string): string {
  const bare = text.replace(/(?<=^|[\s([{])(?:\*{1,3}|_{1,3}|~{1,2})$/, "");
  const open: string[] = [];
  const outside = bare.replace(/(`+)[\s\S]*?\1/g, (code) => " ".repeat(code.length));
  for (const { 0: mark, index } of outside.matchAll(MARKS)) {
    const before = outside[index - 1] ?? " ";
    const after = outside[index + mark.length] ?? " ";
    const isWordy = mark.startsWith("_") && /\w/.test(before) && /\w/.test(after);
    if (isWordy) continue;
    if (open.includes(mark) && !/\s/.test(before)) open.splice(open.lastIndexOf(mark));
    else if (!/\s/.test(after)) open.push(mark);
  }
  const end = bare.trimEnd();
  return open.length === 0 ? bare : end + open.toReversed().join("");
}
