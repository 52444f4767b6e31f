// Decides whether a response's body is a stream of events or one document. The first bytes decide, because labels lie.

/** What the body is, and all of its bytes. */
export interface AnswerBody {
  readonly form: "events" | "document";
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** Enough to tell a field of an event stream ("event:") from anything else. */
const headBytes = 8;
const EVENT_FIELD = /^(?:(?:data|event|id|retry|error) ?:|:)/;
const DOCUMENT = /^[{[<]/;
/** White space, which some servers send for minutes to keep the connection alive, and the bytes of a byte order mark. */
const SKIPPED: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]);

/** Reads as much as it needs to decide. @param label the response's content type */
export async function openBody(bytes: AsyncIterable<Uint8Array>, label: string): Promise<AnswerBody> {
  const chunks = bytes[Symbol.asyncIterator]();
  const head: Uint8Array[] = [];
  let length = 0;
  while (length < headBytes) {
    const { done, value } = await chunks.next();
    if (done === true) break;
    const start = length === 0 ? value.findIndex((byte) => !SKIPPED.has(byte)) : 0;
    if (start < 0) continue;
    head.push(value.subarray(start));
    length += value.length - start;
  }
  const text = new TextDecoder().decode(Buffer.concat(head).subarray(0, headBytes));
  return { form: formOf(text, label), bytes: rejoined(head, chunks) };
}

function formOf(head: string, label: string): AnswerBody["form"] {
  if (EVENT_FIELD.test(head)) return "events";
  const saysDocument = label.includes("application/json") || label.includes("text/html");
  return saysDocument || DOCUMENT.test(head) ? "document" : "events";
}

async function* rejoined(
  head: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  try {
    yield* head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    // Leaving early must close the socket, as leaving the bytes themselves would.
    await rest.return?.();
  }
}
