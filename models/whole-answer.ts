// Models room: answers that came as one document instead of a stream of events.
import { DamagedStream, StreamFailure } from "./answer-reader.ts";
import type { CallLine } from "./call-line.ts";
import { pageTitle } from "./failure-facts.ts";
import { ownFault } from "./own-fault.ts";
import type { ModelEvent } from "./provider.ts";
import { redact } from "./redact.ts";
import type { AnswerSource } from "./stream-answer.ts";
import { parseObject } from "./untrusted-json.ts";

/** The answer of a server that does not stream, as a JSON document; null when the response is a stream of events. */
export async function wholeAnswer(
  response: Response,
  { provider, reader, secrets }: Pick<AnswerSource, "provider" | "reader" | "secrets">,
  line: CallLine,
): Promise<Iterable<ModelEvent> | null> {
  const type = response.headers.get("content-type") ?? "";
  const isPage = type.includes("text/html");
  if (response.body === null || (!isPage && !type.includes("application/json"))) return null;
  const text = await readText(line.bytes(response.body));
  const body = parseObject(text);
  const error = body?.["error"];
  if (error !== undefined && error !== null) throw new StreamFailure(error);
  const whole = body === null ? null : (reader.readWhole?.(body) ?? null);
  if (whole !== null) return whole;
  // A wrong base URL often lands on a web page or another API: no retry makes that a stream of events.
  throw ownFault(
    { kind: "config", retryable: false, cause: "address" },
    provider,
    redact(isPage ? pageTitle(text) : text, secrets),
  );
}

/** Characters of a document that is read as a whole; more is no answer of a model. */
const documentCharsMax = 64 * 1024 * 1024;

async function readText(bytes: AsyncIterable<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of bytes) {
    text += decoder.decode(chunk, { stream: true });
    if (text.length > documentCharsMax) throw new DamagedStream("the document has no end");
  }
  return text + decoder.decode();
}
