// What a model reads of a server's answer: text, structured content, links, and words in place of what cannot be shown. Pure.
import type { CallToolResult, ContentBlock } from "@modelcontextprotocol/client";
import type { JsonObject, JsonValue } from "../../core/part/part.ts";
import { headOf } from "../../core/text/truncate.ts";
import type { ToolOutput } from "../../tools/tool.ts";
import {
  faultCharsMax,
  resultDepthMax,
  resultItemsMax,
  resultStructuredBytesMax,
  resultTextBytesMax,
} from "../limits.ts";

/** Bounded, whatever the server sent. An error of the tool is an error result with its words. */
export function toolOutput(result: CallToolResult, said_of_questions: readonly string[]): ToolOutput {
  const blocks = result.content ?? [];
  const shown = blocks.slice(0, resultItemsMax);
  const said = shown.map(wordsOf).filter((words) => words !== "");
  if (blocks.length > shown.length) said.push(`[${blocks.length - shown.length} more items are not shown]`);
  const structured = structuredOf(result);
  const text = said.join("\n");
  const isTwice = structured.value !== undefined && said.length === 1 && isSameJson(text, structured.value);
  const kept = isTwice ? "" : headOf(text, resultTextBytesMax);
  const notes = said_of_questions.slice(0, resultItemsMax);
  const truncated = structured.cut || (!isTwice && kept.length < text.length) || blocks.length > shown.length;
  const fields = {
    ...(structured.value !== undefined && { structured: structured.value }),
    ...(notes.length > 0 && { notes }),
  };
  const is_error = result.isError === true;
  const words: JsonObject = is_error
    ? { error: kept === "" ? "The tool failed without a reason." : kept }
    : { content: kept };
  const needsWords = is_error || kept !== "" || structured.value === undefined;
  return {
    result: { ...(needsWords ? words : {}), ...fields },
    is_error,
    ...(truncated && { truncated: true }),
  };
}

function structuredOf({ structuredContent }: CallToolResult): { value?: JsonValue; cut: boolean } {
  if (structuredContent === undefined) return { cut: false };
  const isShown =
    isWithinDepth(structuredContent, resultDepthMax) &&
    Buffer.byteLength(JSON.stringify(structuredContent)) <= resultStructuredBytesMax;
  return isShown ? { value: structuredContent as JsonValue, cut: false } : { cut: true };
}

/** What is deeper could not be written as JSON by whoever reads the history. */
function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== "object" || value === null) return true;
  return depth > 0 && Object.values(value).every((each) => isWithinDepth(each, depth - 1));
}

/** Servers repeat structured content as text, for clients that do not know it. A text that is far longer is no repetition. */
function isSameJson(text: string, value: JsonValue): boolean {
  if (text.length > 2 * resultStructuredBytesMax) return false;
  try {
    return JSON.stringify(JSON.parse(text)) === JSON.stringify(value);
  } catch {
    return false;
  }
}

function wordsOf(block: ContentBlock): string {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return `[${block.type} ${short(block.mimeType)}, ${bytesOf(block.data)} bytes: not shown]`;
    case "resource_link":
      return linkWords(block);
    case "resource": {
      const { resource } = block;
      if ("text" in resource) return `[resource ${short(resource.uri)}]\n${resource.text}`;
      return `[resource ${short(resource.uri)} ${short(resource.mimeType ?? "")}, ${bytesOf(resource.blob)} bytes: not shown]`;
    }
    default:
      // A newer server may send kinds that this version does not know.
      return "[something that cannot be shown]";
  }
}

function linkWords(link: ContentBlock & { type: "resource_link" }): string {
  const about = [link.title ?? link.name, link.mimeType, link.description].filter(
    (word) => word !== undefined,
  );
  return `[link ${short(link.uri)}: ${short(about.join(", "))}]`;
}

/** What a result says of a question that was declined without anybody's answer. */
export function questionNote(question: string, why: string): string {
  return `The server asked a person: ${JSON.stringify(short(question))}. ${why}, so the question was declined.`;
}

function short(text: string): string {
  return headOf(text, faultCharsMax);
}

function bytesOf(base64: string): number {
  return Math.floor((base64.length * 3) / 4);
}
