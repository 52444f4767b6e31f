// Reads server-sent events from bytes (WHATWG HTML, 9.2.6), as the many servers that stream answers really send them:
// any line ending, a byte order mark, comments, no space after the colon, no empty line after the last event.
import { DamagedStream } from "./answer-reader.ts";
import { parseObject } from "./untrusted-json.ts";

/** Closes the streams of many dialects, instead of JSON. */
export const DONE = "[DONE]";

export interface ServerEvent {
  /** Null if the event has no name. */
  readonly name: string | null;
  /** Never empty: events without data are keep-alives. */
  readonly data: string;
}

/** UTF-16 units of one event. The largest real ones contain a finished answer with images. A larger one is not an event. */
const eventCharsMax = 64 * 1024 * 1024;

/**
 * The events of a body. If the end cuts one off, it is returned all the same: it then fails to parse instead of
 * disappearing.
 */
export async function* serverEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const lines = new LineReader();
  const events = new EventBuilder();
  for await (const chunk of bytes) yield* events.take(lines.take(decoder.decode(chunk, { stream: true })));
  yield* events.take(lines.take(`${decoder.decode()}\n\n`));
}

/** Cuts text that arrives in pieces into lines, without their ends. */
class LineReader {
  #begun = "";
  /** The last piece ended in a carriage return: if the next starts with a line feed, that belongs to it. */
  #afterReturn = false;

  take(text: string): readonly string[] {
    if (text === "") return [];
    const lines: string[] = [];
    let start = this.#afterReturn && text.startsWith("\n") ? 1 : 0;
    this.#afterReturn = text.endsWith("\r");
    const ends = /\r\n|[\n\r]/g;
    ends.lastIndex = start;
    for (let end = ends.exec(text); end !== null; end = ends.exec(text)) {
      lines.push(this.#begun + text.slice(start, end.index));
      this.#begun = "";
      start = ends.lastIndex;
    }
    this.#begun += text.slice(start);
    if (this.#begun.length > eventCharsMax) throw new DamagedStream("a line of the stream has no end");
    return lines;
  }
}

/** Bytes of an error that appears in a stream over several lines, without a field name. */
const bareCharsMax = 64 * 1024;
const FIELD = /^(?:data|event|id|retry|error|) ?:/;

/**
 * Collects the lines of an event until an empty line ends it. Some servers separate events by one line feed: a `data`
 * line after a complete JSON document starts another event, because no document continues after its end. Others write
 * lines of JSON without a field name, mostly errors.
 */
class EventBuilder {
  #name: string | null = null;
  /** A name after data belongs to that event if an empty line follows, or else to the next one. */
  #nextName: string | null = null;
  #data: string | null = null;
  /** The start of a JSON document without a field name. */
  #bare: string | null = null;

  *take(lines: readonly string[]): Iterable<ServerEvent> {
    for (const line of lines) {
      if (line === "") yield* this.#end();
      else if (FIELD.test(line)) yield* this.#field(line);
      else yield* this.#bareLine(line);
    }
  }

  *#end(): Iterable<ServerEvent> {
    const name = this.#name ?? this.#nextName;
    const data = this.#data;
    this.#name = this.#nextName = this.#data = this.#bare = null;
    if (data !== null && data !== "") yield { name, data };
  }

  *#field(line: string): Iterable<ServerEvent> {
    this.#bare = null;
    const colon = line.indexOf(":");
    const field = line.slice(0, colon).trimEnd();
    const value = line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (field === "event") {
      if (this.#data === null) this.#name = value;
      else this.#nextName = value;
    }
    if (field === "data" || field === "error") yield* this.#addData(value, field === "error");
  }

  *#addData(value: string, isError: boolean): Iterable<ServerEvent> {
    if (this.#data !== null && begins(value) && isWhole(this.#data)) {
      yield { name: this.#name, data: this.#data };
      this.#data = null;
      this.#name = this.#nextName;
      this.#nextName = null;
    }
    // llama.cpp before September 2025 puts an error into a field with this name, which the format does not have.
    if (isError) this.#name = "error";
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (this.#data.length > eventCharsMax) throw new DamagedStream("an event of the stream has no end");
  }

  *#bareLine(line: string): Iterable<ServerEvent> {
    if (line.trim() === DONE) return yield { name: null, data: DONE };
    if (this.#bare === null && !line.trimStart().startsWith("{")) return;
    const text = this.#bare === null ? line : `${this.#bare}\n${line}`;
    this.#bare = null;
    if (isWhole(text)) yield { name: null, data: text };
    else if (text.length <= bareCharsMax) this.#bare = text;
  }
}

/** Whether a line may start a document. */
function begins(line: string): boolean {
  return line.trimStart().startsWith("{") || line.trim() === DONE;
}

/** Whether the text is one complete JSON object. */
function isWhole(text: string): boolean {
  return text.trim() === DONE || (text.trimEnd().endsWith("}") && parseObject(text) !== null);
}
