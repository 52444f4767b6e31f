// A table of Markdown as columns that fit. Where they cannot, each row is told line by line.
import { inlineSpans } from "./inline.ts";
import { plain, type Span, spansWidth, styled, wrapSpans } from "./style.ts";

const GAP = 2;
const columnMin = 8;

export function isTableLine(line: string): boolean {
  return /^\s*\|.*\|\s*$/u.test(line);
}

function isRule(cells: readonly string[]): boolean {
  return cells.every((cell) => /^:?-+:?$/u.test(cell));
}

function cellsIn(line: string): string[] {
  const inner = line.trim().replace(/^\|/u, "").replace(/\|$/u, "");
  return inner.split(/(?<!\\)\|/u).map((cell) => cell.trim().replaceAll("\\|", "|"));
}

export function tableLines(lines: readonly string[], columns: number): Span[][] {
  const rows = lines.map(cellsIn).filter((cells) => !isRule(cells));
  const hasHead = lines.length > 1 && isRule(cellsIn(lines[1] ?? ""));
  const count = Math.max(0, ...rows.map((row) => row.length));
  const spans = rows.map((row, i) =>
    row.map((cell) => inlineSpans(cell, hasHead && i === 0 ? "bold" : "plain")),
  );
  const widths = fittingWidths(
    Array.from({ length: count }, (_, c) => Math.max(1, ...spans.map((row) => spansWidth(row[c] ?? [])))),
    columns - GAP * (count - 1),
  );
  if (widths === null) return toldRows(rows, hasHead, columns);
  return spans.flatMap((row, i) => {
    const laid = rowLines(row, widths);
    const isHead = hasHead && i === 0;
    const rule = widths.reduce((sum, width) => sum + width + GAP, -GAP);
    return isHead ? [...laid, [styled("dim", "─".repeat(Math.max(1, rule)))]] : laid;
  });
}

/** Takes from the widest until all fit; null where some would become too narrow to read. */
function fittingWidths(wanted: readonly number[], room: number): number[] | null {
  const widths = [...wanted];
  for (let over = sum(widths) - room; over > 0; over = sum(widths) - room) {
    const widest = Math.max(...widths);
    if (widest <= columnMin) return null;
    widths[widths.indexOf(widest)] = Math.max(columnMin, widest - over);
  }
  return widths;
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0);

function rowLines(row: readonly (readonly Span[])[], widths: readonly number[]): Span[][] {
  const cells = widths.map((columns, c) => wrapSpans(row[c] ?? [], { columns }));
  const height = Math.max(...cells.map((lines) => lines.length));
  return Array.from({ length: height }, (_, line) =>
    cells.flatMap((lines, c) => {
      const spans = lines[line] ?? [];
      const isLast = c === cells.length - 1;
      const pad = isLast ? 0 : (widths[c] ?? 0) - spansWidth(spans) + GAP;
      return [...spans, plain(" ".repeat(Math.max(0, pad)))];
    }),
  );
}

function toldRows(rows: readonly (readonly string[])[], hasHead: boolean, columns: number): Span[][] {
  const head = hasHead ? (rows[0] ?? []) : [];
  return rows.slice(hasHead ? 1 : 0).flatMap((row) => [
    ...row.flatMap((cell, c) => {
      const label = head[c] === undefined ? [] : [styled("bold", `${head[c]}: `)];
      return wrapSpans([...label, ...inlineSpans(cell)], { columns, rest: [plain("  ")] });
    }),
    [],
  ]);
}
