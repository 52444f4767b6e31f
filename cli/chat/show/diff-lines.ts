// What a tool changes in a file, as removed and added lines.
import type { JsonObject, JsonValue } from "../../../client/index.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { type Span, styled } from "../text/style.ts";

const linesMax = 40;

/** Lines of the edits of `edit_files` or the text of `write_file`; none for other tools. */
export function changeLines(toolName: string, args: JsonObject): Span[][] {
  const lines =
    toolName === "edit_files" ? editLines(args) : toolName === "write_file" ? writeLines(args) : [];
  if (lines.length <= linesMax) return lines;
  const left = lines.length - linesMax;
  return [
    ...lines.slice(0, linesMax),
    [styled("dim", `… and ${left} more ${left === 1 ? "line" : "lines"}`)],
  ];
}

function editLines(args: JsonObject): Span[][] {
  return objects(args["files"]).flatMap((file) => [
    [styled("dim", text(file["path"]))],
    ...objects(file["edits"]).flatMap((edit) => replacement(text(edit["search"]), text(edit["replace"]))),
  ]);
}

function writeLines(args: JsonObject): Span[][] {
  const lines = linesOf(text(args["content"]));
  return lines.map((line) => [styled("added", `+ ${cleanLine(line)}`)]);
}

/** Lines that both have at their ends are no change. */
function replacement(search: string, replace: string): Span[][] {
  const before = linesOf(search);
  const after = linesOf(replace);
  let same = 0;
  while (same < before.length && same < after.length && before[same] === after[same]) same++;
  let tail = 0;
  while (
    tail < before.length - same &&
    tail < after.length - same &&
    before[before.length - 1 - tail] === after[after.length - 1 - tail]
  )
    tail++;
  return [
    ...before.slice(same, before.length - tail).map((line) => [styled("removed", `- ${line}`)]),
    ...after.slice(same, after.length - tail).map((line) => [styled("added", `+ ${line}`)]),
  ];
}

function linesOf(value: string): string[] {
  const lines = cleanText(value).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

const text = (value: JsonValue | undefined) => (typeof value === "string" ? value : "");

function objects(value: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.filter(
    (each): each is JsonObject => typeof each === "object" && each !== null && !Array.isArray(each),
  );
}
