// What a page's bytes are: their media type, and the text that they spell.
import { setImmediate as nextTurn } from "node:timers/promises";
import { TextDecoder } from "node:util";
import { ToolError } from "../tool-error.ts";

export type PageKind = "html" | "text";

export interface PageBytes {
  /** The `Content-Type` header; null: the server sent none. */
  readonly contentType: string | null;
  readonly bytes: Uint8Array;
}

const HTML_TYPES: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);
const TEXT_TYPES: ReadonlySet<string> = new Set([
  "application/json",
  "application/xml",
  "application/javascript",
  "application/ecmascript",
  "application/x-javascript",
  "application/x-ndjson",
  "application/jsonl",
  "application/yaml",
  "application/x-yaml",
  "application/toml",
  "application/sql",
  "application/graphql",
  "application/x-sh",
]);
/** Where a page says its own character set (the HTML standard's prescan). */
const prescanBytes = 1_024;
/** Decoded at once: older character sets take their time. */
const pieceBytes = 64 * 1024;

/** Whether a page is text, by what its server says, else by its first bytes. @throws ToolError it is not */
export function pageKind({ contentType, bytes }: PageBytes): {
  readonly kind: PageKind;
  readonly media_type: string;
} {
  const named = mediaTypeOf(contentType);
  const head = bytes.subarray(0, prescanBytes);
  const isBinary = head.includes(0) && bomOf(bytes) === null;
  const media_type = named ?? (isBinary ? "application/octet-stream" : sniffed(head));
  if (HTML_TYPES.has(media_type)) return { kind: "html", media_type };
  const isText =
    media_type.startsWith("text/") || TEXT_TYPES.has(media_type) || /\+(?:json|xml|yaml)$/.test(media_type);
  if (!isText) {
    throw new ToolError(
      `The address leads to ${media_type}, which is not text.`,
      "fetch_url reads HTML, plain text, JSON and the like.",
    );
  }
  if (isBinary) throw new ToolError(`The server calls it ${media_type}, but its bytes are not text.`);
  return { kind: "text", media_type };
}

function mediaTypeOf(contentType: string | null): string | null {
  const named = contentType?.split(";", 1)[0]?.trim().toLowerCase() ?? "";
  return /^[\w.+-]{1,100}\/[\w.+-]{1,100}$/.test(named) ? named : null;
}

function sniffed(head: Uint8Array): string {
  const text = new TextDecoder("latin1").decode(head).trimStart().toLowerCase();
  return /^<(?:!doctype html|html|head|body|!--)/.test(text) ? "text/html" : "text/plain";
}

/** The text, by its byte order mark, the server's word, the page's own, or as UTF-8. Never throws for odd bytes. */
export async function decodePage(page: PageBytes, kind: PageKind): Promise<string> {
  const { bytes } = page;
  const decoder = decoderOf([
    bomOf(bytes),
    charsetIn(page.contentType ?? ""),
    kind === "html" ? charsetIn(new TextDecoder("latin1").decode(bytes.subarray(0, prescanBytes))) : null,
  ]);
  let text = "";
  // A line end may be split between two pieces.
  let held = "";
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    const piece = held + decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: true });
    held = piece.endsWith("\r") ? "\r" : "";
    text += readableText(held === "" ? piece : piece.slice(0, -1));
    await nextTurn();
  }
  return text + readableText(held + decoder.decode());
}

/** Without characters that are not for reading: they would only take room, or hide something. */
function readableText(text: string): string {
  return text
    .replaceAll(/\r\n?/g, "\n")
    .replaceAll(/(?![\n\t])\p{Cc}|[\u200b\u2060\ufeff]/gu, "")
    .toWellFormed();
}

function bomOf(bytes: Uint8Array): string | null {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return "utf-8";
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return "utf-16be";
  return bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : null;
}

function charsetIn(text: string): string | null {
  // Few spaces: of a text that is made of them, each number of them would be tried.
  return /charset\s{0,9}=\s{0,9}["']?\s{0,9}([\w:.-]{1,40})/i.exec(text)?.[1] ?? null;
}

/** The first that is known. */
function decoderOf(labels: readonly (string | null)[]): TextDecoder {
  for (const label of labels) {
    if (label === null) continue;
    try {
      return new TextDecoder(label);
    } catch {
      // A name that nobody knows: the next one counts.
    }
  }
  return new TextDecoder();
}
