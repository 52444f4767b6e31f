// Models room: server-sent events out of bytes (WHATWG HTML, 9.2.6), as the many servers that stream answers really send
// them: any line ending, a byte order mark, comments, no space behind the colon, no empty line behind the last event.
import { DamagedStream } from "./answer-reader.ts";
import { parseObject } from "./untrusted-json.ts";

/** What closes the streams of many dialects, instead of JSON. */
export const DONE = "[DONE]";

export interface ServerEvent {
  /** Null when the event has no name. */
  readonly name: string | null;
  /** Never empty: events without data are keep-alives. */
  readonly data: string;
}

/** UTF-16 units of one event. The largest true ones hold a finished answer with images; past that it is no event. */
const eventCharsMax = 64 * 1024 * 1024;

/** The events of a body. One that its end cuts off is given all the same: it fails to parse instead of vanishing. */
export async function* serverEvents(bytes: AsyncIterable<Uint8Array>): AsyncGenerator<ServerEvent> {
  const decoder = new TextDecoder();
  const lines = new LineReader();
  const events = new EventBuilder();
  for await (const chunk of bytes) yield* events.take(lines.take(decoder.decode(chunk, { stream: true })));
  yield* events.take(lines.take(`${decoder.decode()}\n\n`));
}

/** Cuts text that comes in pieces into lines, without their ends. */
class LineReader {
  #begun = "";
  /** The last piece ended in a carriage return: a line feed that comes first in the next belongs to it. */
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

/** Bytes of an error that stands bare in a stream over several lines. */
const bareCharsMax = 64 * 1024;
const FIELD = /^(?:data|event|id|retry|error|) ?:/;

/**
 * Puts the lines of an event together until an empty line ends it. Some servers part events by one line feed: a `data` line
 * that follows a whole JSON document begins another event, since no document goes on behind its end. Others write lines of
 * JSON without a field name, mostly errors.
 */
class EventBuilder {
  #name: string | null = null;
  /** A name behind data: that event's when an empty line follows, else the next one's. */
  #nextName: string | null = null;
  #data: string | null = null;
  /** The beginning of a JSON document without a field name. */
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
    // llama.cpp before September 2025 puts an error into a field of this name, which is none of the format's.
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

/** Whether a line may begin a document. */
function begins(line: string): boolean {
  return line.trimStart().startsWith("{") || line.trim() === DONE;
}

/** Whether the text is a JSON object from its beginning to its end. */
function isWhole(text: string): boolean {
  return text.trim() === DONE || (text.trimEnd().endsWith("}") && parseObject(text) !== null);
}
