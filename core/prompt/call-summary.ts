// Describes a tool call in a few words for people who look into Temporal. Used only where Temporal may show content.
import type { ToolCallPart } from "../part/part.ts";
import { headOf } from "../text/truncate.ts";

/** It has to fit into Temporal's 400 bytes together with the tool's name. */
export const callSummaryBytesMax = 160;

/** The arguments that say most, in this order. */
const TELLING = ["command", "path", "pattern", "query", "process_id", "template", "name"] as const;

/** The command, path or pattern of a call, on one line. Null if the arguments have none. */
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
