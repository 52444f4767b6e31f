// What a tool call does, in words for people: `Ran npm test`, `Edited 3 files`.
import type { JsonObject, JsonValue } from "../../../../core/part/part.ts";
import { shownText } from "../markdown/shown-text.ts";

export type CallIcon =
  | "command"
  | "read"
  | "write"
  | "search"
  | "workspace"
  | "agent"
  | "plan"
  | "web"
  | "tool";

export interface CallWords {
  readonly icon: CallIcon;
  /** While it runs: `Running`. */
  readonly doing: string;
  /** Afterwards: `Ran`. */
  readonly done: string;
  /** What it is done with; may be empty. Shown in the font of code where `is_code`. */
  readonly object: string;
  readonly is_code: boolean;
}

type Args = JsonObject;
type Describe = (
  args: Args,
) => readonly [icon: CallIcon, doing: string, done: string, object?: string, isText?: "text"];

const DESCRIPTIONS: Readonly<Record<string, Describe>> = {
  execute: (args) => ["command", "Running", "Ran", firstLine(args["command"])],
  process_output: (args) => ["command", "Reading output of", "Read output of", word(args["process_id"])],
  process_list: () => ["command", "Listing processes", "Listed processes"],
  process_signal: (args) => [
    "command",
    `Sending ${word(args["signal"])} to`,
    `Sent ${word(args["signal"])} to`,
    word(args["process_id"]),
  ],
  read_file: (args) => ["read", "Reading", "Read", word(args["path"]) + lineRange(args)],
  view_file: (args) => ["read", "Reading", "Read", word(args["path"]) + lineRange(args)],
  write_file: (args) => ["write", "Writing", "Wrote", word(args["path"])],
  edit_files: (args) => editedFiles(args),
  list_dir: (args) => ["read", "Listing", "Listed", word(args["path"]) || "."],
  grep: (args) => ["search", "Searching for", "Searched for", word(args["pattern"])],
  find_files: (args) => ["search", "Looking for files", "Looked for files", word(args["pattern"])],
  attach_file: (args) => ["read", "Attaching", "Attached", word(args["path"])],
  save_file: (args) => ["write", "Saving", "Saved", word(args["path"])],
  create_workspace: (args) => [
    "workspace",
    "Creating a workspace",
    "Created a workspace",
    word(args["template"]),
  ],
  start_workspace: () => ["workspace", "Starting the workspace", "Started the workspace"],
  stop_workspace: () => ["workspace", "Stopping the workspace", "Stopped the workspace"],
  list_templates: () => ["workspace", "Listing templates", "Listed templates"],
  read_template: (args) => ["workspace", "Reading template", "Read template", word(args["template"])],
  spawn_agent: (args) => [
    "agent",
    "Starting agent",
    "Started agent",
    word(args["title"]) || firstLine(args["prompt"]),
    "text",
  ],
  wait_agent: () => ["agent", "Waiting for an agent", "Waited for an agent"],
  message_agent: (args) => ["agent", "Telling an agent", "Told an agent", firstLine(args["message"]), "text"],
  interrupt_agent: () => ["agent", "Stopping an agent", "Stopped an agent"],
  list_agents: () => ["agent", "Listing agents", "Listed agents"],
  read_skill: (args) => ["read", "Reading skill", "Read skill", word(args["name"])],
  read_skill_file: (args) => ["read", "Reading skill file", "Read skill file", word(args["path"])],
  propose_plan: () => ["plan", "Proposing a plan", "Proposed a plan"],
  update_todos: (args) => [
    "plan",
    "Updating the to-do list",
    "Updated the to-do list",
    todoCount(args),
    "text",
  ],
  advisor: (args) => [
    "agent",
    "Asking the advisor",
    "Asked the advisor",
    firstLine(args["question"]),
    "text",
  ],
  fetch_url: (args) => ["web", "Fetching", "Fetched", word(args["url"])],
};

const objectCharsMax = 160;

/** @param args null while they are being written */
export function callWords(tool: string, args: JsonObject | null): CallWords {
  const describe = Object.hasOwn(DESCRIPTIONS, tool) ? DESCRIPTIONS[tool] : undefined;
  if (describe === undefined) return mcpWords(tool);
  const [icon, doing, done, object = "", isText] = describe(args ?? {});
  return { icon, doing, done, object: shortened(object), is_code: isText === undefined };
}

/** A text; of anything else nothing. */
export function word(value: JsonValue | undefined): string {
  return typeof value === "string" ? value : "";
}

/** What it is asked about as: `Running` is `Run`. */
export function wishOf({ doing }: CallWords): string {
  const [first = "", ...rest] = doing.split(" ");
  const verb = VERBS[first] ?? first.replace(/ing$/, "");
  return [verb, ...rest].join(" ");
}

const VERBS: Readonly<Record<string, string>> = {
  Running: "Run",
  Writing: "Write",
  Saving: "Save",
  Creating: "Create",
  Stopping: "Stop",
  Proposing: "Propose",
  Updating: "Update",
};

/** `github__create_issue` is `create issue` of `github`. */
function mcpWords(tool: string): CallWords {
  const [server, name] = tool.includes("__") ? splitOnce(tool, "__") : ["", tool];
  const object = shownText(name);
  const behind = server === "" ? "" : ` ${shownText(server)}:`;
  return { icon: "tool", doing: `Calling${behind}`, done: `Called${behind}`, object, is_code: true };
}

function splitOnce(text: string, by: string): readonly [string, string] {
  const at = text.indexOf(by);
  return [text.slice(0, at), text.slice(at + by.length)];
}

function editedFiles(args: Args): ReturnType<Describe> {
  const paths = (Array.isArray(args["files"]) ? args["files"] : []).map((file: JsonValue) =>
    word(field(file, "path")),
  );
  const [only] = paths;
  if (paths.length === 1 && only !== undefined) return ["write", "Editing", "Edited", only];
  const count = paths.length === 0 ? "files" : `${paths.length} files`;
  return ["write", `Editing ${count}`, `Edited ${count}`];
}

function todoCount(args: Args): string {
  const items = Array.isArray(args["items"]) ? args["items"] : [];
  const done = items.filter((item: JsonValue) => field(item, "status") === "done").length;
  return items.length === 0 ? "" : `${done} of ${items.length} done`;
}

function lineRange(args: Args): string {
  const first = number(args["start_line"]) ?? number(args["offset"]);
  const end = number(args["end_line"]);
  const limit = number(args["limit"]);
  const last = end ?? (limit === null ? null : (first ?? 1) + limit - 1);
  if (first === null && last === null) return "";
  return last === null ? `:${first}` : `:${first ?? 1}–${last}`;
}

export function field(value: JsonValue | undefined, name: string): JsonValue | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

function number(value: JsonValue | undefined): number | null {
  return typeof value === "number" ? value : null;
}

function firstLine(value: JsonValue | undefined): string {
  const text = word(value).trim();
  const end = text.indexOf("\n");
  return end === -1 ? text : `${text.slice(0, end)} …`;
}

function shortened(text: string): string {
  const shown = shownText(text.replaceAll("\n", " "));
  return shown.length <= objectCharsMax ? shown : `${shown.slice(0, objectCharsMax - 1)}…`;
}
