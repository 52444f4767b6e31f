// What tools found, in a sentence or two each. Results are JSON of unknown shape, or plain text.
import { listOf, objectOf, parsedJson, textOf } from "../json.ts";
import { type ModelCall, type ToolResult, turnsSinceUser } from "../request/model-call.ts";

const itemsShownMax = 8;
const linesShownMax = 5;
const lineCharsMax = 120;

/** An answer that sums up the results of the turn's tool calls. */
export function describeResults(call: ModelCall, results: readonly ToolResult[]): string {
  const calls = turnsSinceUser(call.turns).flatMap((turn) => turn.calls);
  const lines = results.map((result) => {
    const name = calls.find((each) => each.id === result.id)?.name ?? "the tool";
    return `- \`${name}\`: ${describe(result.text)}`;
  });
  return `Here is what I found:\n${lines.join("\n")}\n\nI am the demo model, so I can fetch but not understand.`;
}

/** The words of an error result, which some dialects send as text and some as JSON; else "". */
export function faultOf(text: string): string {
  return /^error: ([^]*)/.exec(text)?.[1] ?? textOf(objectOf(parsedJson(text))["error"]);
}

function describe(text: string): string {
  if (/^error\b/i.test(text)) return `it failed (${shortened(text)}).`;
  const result = objectOf(parsedJson(text));
  const list = Object.entries(result).find(([, value]) => Array.isArray(value));
  const content = textOf(result["content"]) || textOf(result["output"]);
  if (list !== undefined && content === "")
    return describeList(list[0], listOf(list[1]), result["truncated"] === true);
  if (textOf(result["error"]) !== "") return `it failed (${shortened(textOf(result["error"]))}).`;
  return describeText(content || text);
}

function describeList(name: string, items: readonly unknown[], truncated: boolean): string {
  if (items.length === 0) return `no ${name}.`;
  const shown = items.slice(0, itemsShownMax).map(nameOf).join(", ");
  const rest = items.length > itemsShownMax ? ` and ${items.length - itemsShownMax} more` : "";
  return `${items.length} ${name}${truncated ? " (cut, there are more)" : ""}: ${shown}${rest}.`;
}

function nameOf(item: unknown): string {
  if (typeof item === "string") return `\`${shortened(item)}\``;
  const { name, path, line, text } = objectOf(item);
  const place = `${textOf(name) || textOf(path)}${typeof line === "number" ? `:${line}` : ""}`;
  return `\`${place || shortened(textOf(text) || JSON.stringify(item))}\``;
}

function describeText(content: string): string {
  const lines = content.split("\n");
  if (content.trim() === "") return "it is empty.";
  const shown = lines.slice(0, linesShownMax).map(shortened).join("\n");
  const rest = lines.length > linesShownMax ? `, the first ${linesShownMax} of ${lines.length}` : "";
  return `${lines.length === 1 ? "one line" : "these lines"}${rest}:\n\`\`\`\n${shown}\n\`\`\``;
}

function shortened(line: string): string {
  const characters = [...line.trimEnd()];
  return characters.length <= lineCharsMax
    ? line.trimEnd()
    : `${characters.slice(0, lineCharsMax).join("")}…`;
}
