// Reads a JSON body of limited size, depth and number of values, or refuses it (SPEC A3). The limits keep one request from
// blocking all others: below them, parsing and validating take milliseconds.
import type { Request } from "express";
import {
  conversationBytesMax,
  conversationMessagesMax,
  inputDepthMax,
  inputNodesMax,
  requestBodyBytesMax,
} from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { JsonScanner, type Scanned, type ScannedText } from "../../../core/text/json-scanner.ts";
import { badBody, hasJsonBody, readBody, tooLarge } from "./read-body.ts";

/** How many messages from the end are searched for one of the user's. */
const keptMessagesMax = 8;

export interface ReadJson {
  /** Undefined: the request has no body. */
  readonly value: unknown;
  /** How many elements of `messages` were skipped before those in the value. */
  readonly messages_before: number;
}

/** @throws Refusal `body_too_large`, `invalid_json`, `invalid_request`, `unsupported_media_type` */
export async function readJson(request: Request, bytesMax: number): Promise<ReadJson> {
  if (!hasJsonBody(request)) return { value: undefined, messages_before: 0 };
  const scanner = new JsonScanner({ keptBytesMax: bytesMax, keptMessagesMax: 0 });
  await readBody(request, bytesMax, (chunk) => {
    scanner.push(chunk);
    requireBounded(scanner.scanned.rest, "body");
  });
  const { rest } = scanner.scanned;
  // A client that sends in chunks cannot say in advance that the body is empty.
  if (rest.bytes === 0) return { value: undefined, messages_before: 0 };
  return { value: parseText(rest, "body"), messages_before: 0 };
}

/**
 * Reads a body that contains a conversation. The value has the `messages` from the user's last one on, and at least the last one.
 * Memory and time are those of a single message, however long the conversation is.
 * @throws Refusal as `readJson`
 */
export async function readConversation(request: Request): Promise<ReadJson> {
  if (!hasJsonBody(request)) return { value: undefined, messages_before: 0 };
  const scanner = new JsonScanner({ keptBytesMax: requestBodyBytesMax, keptMessagesMax });
  await readBody(request, conversationBytesMax, (chunk) => {
    scanner.push(chunk);
    const { rest, message_count } = scanner.scanned;
    requireBounded(rest, "body");
    if (rest.bytes > requestBodyBytesMax) throw tooLarge(requestBodyBytesMax);
    if (message_count <= conversationMessagesMax) return;
    throw badBody("messages", `has more than ${conversationMessagesMax} items`);
  });
  return parseConversation(scanner.scanned);
}

function parseConversation({ rest, messages, message_count }: Scanned): ReadJson {
  const value = parseText(rest, "body");
  if (message_count === 0) return { value, messages_before: 0 };
  const kept: unknown[] = [];
  for (const [back, text] of messages.toReversed().entries()) {
    const path = `messages[${message_count - 1 - back}]`;
    if (text.bytes > requestBodyBytesMax) {
      // A message of the user would have been refused when it was sent.
      if (kept.length > 0) break;
      throw new Refusal("body_too_large", `a message may have at most ${requestBodyBytesMax / 1024} KiB`, [
        { path, message: `has more than ${requestBodyBytesMax / 1024} KiB` },
      ]);
    }
    requireBounded(text, path);
    kept.unshift(parseText(text, path));
    if (isUsers(kept[0])) break;
  }
  // The list was a field of an object, so there is an object.
  return { value: { ...(value as object), messages: kept }, messages_before: message_count - kept.length };
}

function isUsers(message: unknown): boolean {
  return typeof message === "object" && message !== null && "role" in message && message.role === "user";
}

function requireBounded({ depth, nodes }: ScannedText, path: string): void {
  if (depth > inputDepthMax) throw badBody(path, `is nested more than ${inputDepthMax} levels deep`);
  if (nodes > inputNodesMax) throw badBody(path, `has more than ${inputNodesMax} values`);
}

function parseText({ chunks }: ScannedText, path: string): unknown {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch {
    throw new Refusal("invalid_json", `${path}: is not UTF-8`, [{ path, message: "is not UTF-8" }]);
  }
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const { message } = error as SyntaxError;
    throw new Refusal("invalid_json", message, [{ path, message }]);
  }
}
