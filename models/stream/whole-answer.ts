// Reads answers that arrived as one document instead of a stream of events.

import { ownFault } from "../errors/own-fault.ts";
import { type AnswerReader, DamagedStream, StreamFailure } from "../http/answer-reader.ts";
import { pageTitle } from "../http/failure-facts.ts";
import { objectOf, parseJson } from "../http/untrusted-json.ts";
import type { ModelError, ModelEvent } from "../provider.ts";
import { redact } from "../recording/redact.ts";

/** The answer of a server that does not stream; null if the document is none. If it is an error, throws it. */
export function wholeAnswer(
  text: string,
  { reader }: { readonly reader: AnswerReader },
): Iterable<ModelEvent> | null {
  const value = parseJson(text);
  // Google sends its errors in a list of one.
  const body = objectOf(Array.isArray(value) ? value[0] : value);
  const error = body?.["error"];
  if (error !== undefined && error !== null) throw new StreamFailure(error);
  return body === null ? null : (reader.readWhole?.(body) ?? null);
}

/**
 * The fault of a document that is not an answer. A wrong base URL often leads to a web page or another API, and another
 * try does not help.
 */
export function addressFault(
  text: string,
  { provider, secrets }: { readonly provider: string; readonly secrets: readonly string[] },
): ModelError {
  const words = text.trimStart().startsWith("<") ? pageTitle(text) : text;
  const verdict = { kind: "config", retryable: false, cause: "address" } as const;
  return ownFault(verdict, provider, redact(words, secrets));
}

/** Characters of a document that is read as a whole. A longer one is not an answer of a model. */
const documentCharsMax = 64 * 1024 * 1024;

export async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  const pieces: string[] = [];
  let length = 0;
  for await (const chunk of bytes) {
    const piece = decoder.decode(chunk, { stream: true });
    pieces.push(piece);
    length += piece.length;
    if (length > documentCharsMax) throw new DamagedStream("the document has no end");
  }
  return pieces.join("") + decoder.decode();
}
