// Plain requests for files, understood by pattern: which of the offered tools the user asks for, and with what.
import type { OfferedTool } from "../request/model-call.ts";
import type { ToolCallScript } from "./script-step.ts";

interface Wish {
  readonly tool: string;
  readonly pattern: RegExp;
  /** Names under which the tool may take what was asked for; the first that its schema has. */
  readonly args: readonly string[];
  readonly valueFrom?: (asked: string) => string;
}

/** What a thing is called in a sentence: in quotes, or one word. */
const THING = "(?:`([^`]+)`|\"([^\"]+)\"|“([^”]+)”|'([^']+)'|(\\S+))";

const WISHES: readonly Wish[] = [
  {
    tool: "list_dir",
    pattern:
      /\b(?:list|show|what|which)\b(?: me)?(?: are)?(?: all)?(?: of)?(?: the| your| my)? (?:files|folders|directory|folder)\b(?: (?:in|of|under) (?!the project|this|the folder)(\S+))?/i,
    args: ["path"],
  },
  {
    tool: "find_files",
    pattern: new RegExp(
      `\\b(?:find|look for)(?: all| the)? files?(?: named| called| matching| like)? ${THING}`,
      "i",
    ),
    args: ["pattern", "glob", "query"],
    valueFrom: (asked) => (/[*?[{]/.test(asked) ? asked : `**/*${asked}*`),
  },
  {
    tool: "grep",
    pattern: new RegExp(
      `\\b(?:search(?: the files| the project)? for|grep(?: for)?|where is) (?!files?\\b)${THING}`,
      "i",
    ),
    args: ["pattern", "query"],
    valueFrom: (asked) => asked.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"),
  },
  {
    tool: "view_file",
    pattern: new RegExp(`\\b(?:read|open|view|show me|show|cat)(?: the)?(?: file)? ${THING}`, "i"),
    args: ["path", "file_path"],
  },
];

/** The calls that `asked` wishes for, of tools that are offered; none when it wishes for nothing of the kind. */
export function toolWishes(asked: string, tools: readonly OfferedTool[]): readonly ToolCallScript[] {
  return [
    ...listWish(asked, tools),
    ...planWish(asked, tools),
    ...ferryWish(asked, tools),
    ...WISHES.flatMap((wish) => {
      const tool = tools.find((each) => each.name === wish.tool);
      const found = wish.pattern.exec(asked);
      if (tool === undefined || found === null) return [];
      const thing = found.slice(1).find((group) => group !== undefined);
      if (thing === undefined) return [{ name: tool.name, args: {} }];
      // "show the files" names no file, whatever follows "show".
      if (wish.tool === "view_file" && !/[./\\]|^[A-Z]{4,}$/.test(thing)) return [];
      const bare = thing.replace(/[.,;:!?)]+$/, "");
      const name = wish.args.find((arg) => tool.args.includes(arg)) ?? wish.args[0] ?? "path";
      return [{ name: tool.name, args: { [name]: wish.valueFrom?.(bare) ?? bare } }];
    }),
  ];
}

/** "Make a plan: look, write": proposed as a text. */
function planWish(asked: string, tools: readonly OfferedTool[]): readonly ToolCallScript[] {
  const named = /\bmake a plan: ([^\n.]+)/i.exec(asked)?.[1];
  if (named === undefined || !tools.some(({ name }) => name === "propose_plan")) return [];
  const lines = named.split(",").map((text, at) => `${at + 1}. ${text.trim()}`);
  return [{ name: "propose_plan", args: { plan: lines.join("\n") } }];
}

/** "Make a list: look, write, check": the first item is begun. */
function listWish(asked: string, tools: readonly OfferedTool[]): readonly ToolCallScript[] {
  const named = /\b(?:make|keep) a (?:to-?do )?list: ([^\n.]+)/i.exec(asked)?.[1];
  if (named === undefined || !tools.some(({ name }) => name === "update_todos")) return [];
  const texts = named.split(",").map((text) => text.trim());
  const items = texts.flatMap((text, at) =>
    text === "" ? [] : [{ text, status: at === 0 ? "doing" : "pending" }],
  );
  return [{ name: "update_todos", args: { items } }];
}

/** "When does the next ferry leave?", "Book a seat on the ferry at 18:30": for the ferry desk, under whatever slug it is known. */
function ferryWish(asked: string, tools: readonly OfferedTool[]): readonly ToolCallScript[] {
  const named = (end: string) => tools.find(({ name }) => name.endsWith(`__${end}`))?.name;
  const [next, book] = [named("next_ferry"), named("book_seat")];
  const booking = /\bbook a seat\b(?:.*?\b(\d{1,2}:\d\d)\b)?/i.exec(asked);
  if (book !== undefined && booking !== null) {
    return [{ name: book, args: { departure: booking[1] ?? "18:30" } }];
  }
  return next !== undefined && /\bnext ferry\b/i.test(asked) ? [{ name: next, args: {} }] : [];
}
