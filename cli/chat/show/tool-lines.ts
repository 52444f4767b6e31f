// A tool call in a line or a few: what it did, how long it took, and how it ended.
import type { JsonObject, JsonValue, Part } from "../../../client/index.ts";
import { cleanLine, cleanText } from "../text/clean.ts";
import { plain, type Span, styled } from "../text/style.ts";
import { clipped } from "../text/width.ts";
import { changeLines } from "./diff-lines.ts";
import { durationWords } from "./words.ts";

export type ToolCall = Extract<Part, { type: "tool-call" }>;
export type ToolResult = Extract<Part, { type: "tool-result" }>;

/** By tool: the arguments that say most. */
const TELLING: Readonly<Record<string, readonly string[]>> = {
  execute: ["command"],
  grep: ["pattern", "path"],
  find_files: ["pattern", "path"],
  spawn_agent: ["title", "prompt"],
  create_workspace: ["template", "name"],
  fetch_url: ["url"],
  read_skill: ["name"],
  advisor: ["question"],
};
const shownCharsMax = 300;
const outputLinesMax = 6;

/** The call in a few words, without its name. */
export function callWords(toolName: string, args: JsonObject): string {
  const edited = toolName === "edit_files" ? pathsOf(args["files"]) : null;
  if (edited !== null) return edited;
  const telling = (TELLING[toolName] ?? ["path", "name", "id", "chat_id"])
    .map((name) => args[name])
    .filter((value): value is string => typeof value === "string" && value !== "");
  const words = telling.length > 0 ? telling.join("  ") : compact(args);
  return cleanLine(words.slice(0, shownCharsMax));
}

function pathsOf(files: JsonValue | undefined): string {
  if (!Array.isArray(files)) return "";
  return files.flatMap((file) => (typeof file?.path === "string" ? [cleanLine(file.path)] : [])).join(", ");
}

function compact(args: JsonObject): string {
  return Object.keys(args).length === 0 ? "" : JSON.stringify(args);
}

export interface ToolLinesInput {
  /** Null: the history before it is not known. */
  readonly call: ToolCall | null;
  readonly result: ToolResult;
  readonly columns: number;
}

/** The call with its result. */
export function toolLines({ call, result, columns }: ToolLinesInput): Span[][] {
  const isBad = result.is_error || (exitCode(result.result) ?? 0) !== 0;
  const facts = [took(call, result), exitWords(result.result), result.is_error ? "failed" : ""].filter(
    Boolean,
  );
  const tail = facts.length === 0 ? "" : `  ${facts.join(" · ")}`;
  const name = cleanLine(result.tool_name);
  const words = call === null ? "" : callWords(result.tool_name, call.args);
  const room = Math.max(8, columns - name.length - tail.length - 4);
  const head: Span[] = [
    isBad ? styled("bad", "✘ ") : styled("good", "✔ "),
    styled("bold", name),
    plain(words === "" ? "" : `  ${clipped(words, room)}`),
    styled("dim", tail),
  ];
  const body = isBad ? troubleLines(result.result) : changeLines(result.tool_name, call?.args ?? {});
  return [head, ...body.map((line) => indented(line, columns))];
}

function indented(line: readonly Span[], columns: number): Span[] {
  const [first] = line;
  return first === undefined
    ? []
    : [plain("  "), { ...first, text: clipped(first.text, Math.max(4, columns - 2)) }];
}

/** What went wrong: the error's words, or the last lines of the output. */
function troubleLines(result: JsonValue): Span[][] {
  const words =
    field(result, "error") ?? field(result, "output") ?? (typeof result === "string" ? result : "");
  const lines = cleanText(words.slice(-8_000))
    .split("\n")
    .filter((line) => line.trim() !== "");
  return lines.slice(-outputLinesMax).map((line) => [styled("dim", line)]);
}

function field(value: JsonValue, name: string): string | null {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
  const found = (value as JsonObject)[name];
  return typeof found === "string" && found !== "" ? found : null;
}

function exitCode(result: JsonValue): number | null {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return null;
  const code = (result as JsonObject)["exit_code"];
  return typeof code === "number" ? code : null;
}

function exitWords(result: JsonValue): string {
  const code = exitCode(result);
  return code === null ? "" : `exit ${code}`;
}

function took(call: ToolCall | null, { result, created_at }: ToolResult): string {
  if (typeof result === "object" && result !== null && !Array.isArray(result)) {
    const ms = (result as JsonObject)["duration_ms"];
    if (typeof ms === "number") return durationWords(ms);
  }
  const ms = call === null ? Number.NaN : Date.parse(created_at) - Date.parse(call.created_at);
  return Number.isFinite(ms) && ms >= 0 ? durationWords(ms) : "";
}
