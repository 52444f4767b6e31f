// Prints rows as a table for people.
import type { Summary } from "./percentiles.ts";
import { describeAim, type MeasuredRow, meets, type Row, ratioOf } from "./row.ts";

const HEAD = ["", "n", "p50", "p95", "p99", "floor p50", "p95", "p99", "ratio", "aim", ""];

/** The rows with aligned columns, numbers to the right. */
export function renderTable(rows: readonly Row[]): string {
  const lines = [HEAD, ...rows.map(cells)];
  const widths = HEAD.map((_, column) => Math.max(...lines.map((line) => (line[column] ?? "").length)));
  const rendered = lines.map((line) =>
    line
      .map((cell, column) =>
        isWords(column) ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
  rendered.splice(1, 0, widths.map((width) => "─".repeat(width)).join("──"));
  return `${rendered.join("\n")}\n`;
}

function isWords(column: number): boolean {
  return column === 0 || column >= HEAD.length - 2;
}

function cells(row: Row): string[] {
  if (row.type === "not-measured")
    return [row.what, ...HEAD.slice(2).map(() => ""), `not measured: ${row.why}`];
  const { what, unit, measured, floor, aims } = row;
  const ratio = ratioOf(row);
  return [
    `${what}, ${unit}`,
    String(measured.n),
    ...numbers(row, measured),
    ...(floor === null ? ["", "", ""] : numbers(row, floor)),
    ratio === null ? "" : `${ratio.toFixed(2)}×`,
    aims.map(describeAim).join(", "),
    aims.length === 0 ? "" : aims.every((aim) => meets(row, aim)) ? "met" : "missed",
  ];
}

/** What was measured once, such as a rate for the whole time, has no percentiles. */
function numbers({ measured }: MeasuredRow, { p50, p95, p99 }: Summary): string[] {
  return measured.n === 1 ? [short(p50), "", ""] : [short(p50), short(p95), short(p99)];
}

function short(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
