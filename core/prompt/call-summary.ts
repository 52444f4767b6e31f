// Core is pure: a tool call in a few words, for people who look into Temporal. Only where content may be shown there.
import type { ToolCallPart } from "../part/part.ts";
import { headOf } from "../text/truncate.ts";

/** With the tool's name it has to fit the 400 bytes that Temporal takes. */
export const callSummaryBytesMax = 160;

/** The arguments that tell most, in this order. */
const TELLING = ["command", "path", "pattern", "query", "process_id", "template", "name"] as const;

/** The command, path or pattern of a call, on one line; null where the arguments have none. */
export function callSummary({ args }: Pick<ToolCallPart, "args">): string | null {
  const files: unknown = args["files"];
  const first: unknown = Array.isArray(files) ? files[0] : undefined;
  const words = tellingOf(args) ?? (typeof first === "object" && first !== null ? tellingOf(first) : null);
  if (words === null) return null;
  const more = Array.isArray(files) && files.length > 1 ? ` and ${files.length - 1} more` : "";
  return headOf(words.replaceAll(/\s+/g, " ").trim(), callSummaryBytesMax) + more;
}

function tellingOf(args: object): string | null {
  const fields = args as Readonly<Record<string, unknown>>;
  const name = TELLING.find((one) => typeof fields[one] === "string" && fields[one] !== "");
  return name === undefined ? null : String(fields[name]);
}
