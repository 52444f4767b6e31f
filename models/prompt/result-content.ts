// Writes a tool's result as a model reads it: text, and the pictures and documents that belong to it. Pure.
import type { ImageType } from "../../core/file/media-type.ts";
import type { JsonObject, JsonValue, ToolResultPart } from "../../core/part/part.ts";
import { listOf, objectOf, textOf } from "../http/untrusted-json.ts";
import type { PromptFile } from "../provider.ts";
import { PLAIN_SHAPE } from "../quirks/quirk.ts";
import { type FileView, type ShownPiece, shownFile, shownImage } from "./shown-file.ts";

type ResultImage = Extract<PromptFile, { type: "image" }>;

export interface ResultContent {
  readonly text: string;
  /** Pictures and documents of the result, and words in the place of those that the server does not take. */
  readonly shown: readonly ShownPiece[];
  readonly is_error: boolean;
}

const PLAIN_VIEW: FileView = { shape: PLAIN_SHAPE };

/** What both providers take. Anything else would make them refuse the whole history. */
const IMAGE_TYPES: readonly string[] = ["image/png", "image/jpeg", "image/gif", "image/webp"];

/**
 * The result of a call. A call without one gets an error, because a model that gets such a call refuses the whole
 * request.
 */
export function resultContent(
  result: ToolResultPart | undefined,
  view: FileView = PLAIN_VIEW,
): ResultContent {
  if (result === undefined) return { text: "the call ended without a result", shown: [], is_error: true };
  const { is_error } = result;
  const files = (result.files ?? []).flatMap((file) =>
    file.for_people === true ? [] : shownFile(file, view),
  );
  const blocks = contentBlocks(result.result);
  if (blocks === null) return { text: resultText(result.result, is_error), shown: files, is_error };
  const images = blocks.flatMap((block) => imageOf(block) ?? []);
  return {
    text: blocks
      .map(blockText)
      .filter((text) => text !== "")
      .join("\n")
      .toWellFormed(),
    shown: [...images.flatMap((image) => shownImage(image, view.shape)), ...files],
    is_error,
  };
}

/**
 * The blocks of a result that contains an image, in the form of the Model Context Protocol: a list, or an object with
 * `content`, of `{type: "text", text}` and `{type: "image", data, mimeType}`. Null for any other result.
 */
function contentBlocks(result: JsonValue): readonly JsonObject[] | null {
  const list = Array.isArray(result) ? result : listOf(objectOf(result)?.["content"]);
  const blocks = list.map(objectOf);
  const typed = blocks.filter((block): block is JsonObject => block !== null && textOf(block["type"]) !== "");
  return typed.length === list.length && typed.some((block) => imageOf(block) !== null) ? typed : null;
}

function imageOf(block: JsonObject): ResultImage | null {
  const data = textOf(block["data"]);
  const media_type = textOf(block["mimeType"]) || textOf(block["media_type"]);
  if (block["type"] !== "image" || data === "" || !IMAGE_TYPES.includes(media_type)) return null;
  // The cast is safe: the list above is the type.
  return { type: "image", media_type: media_type as ImageType, data, chars: data.length };
}

function blockText(block: JsonObject): string {
  if (imageOf(block) !== null) return "";
  return block["type"] === "text" ? textOf(block["text"]) : JSON.stringify(block);
}

/** A result as a model reads it. A single `error` field becomes plain text, without the JSON around it. */
function resultText(result: JsonValue, isError: boolean): string {
  if (typeof result === "string") return result.toWellFormed();
  const fields = typeof result === "object" && result !== null ? Object.entries(result) : [];
  const [key, value] = fields.length === 1 && fields[0] !== undefined ? fields[0] : [null, null];
  if (isError && key === "error" && typeof value === "string") return value.toWellFormed();
  return JSON.stringify(result);
}
