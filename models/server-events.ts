// Models room: server-sent events out of bytes (WHATWG HTML, 9.2.6), as the many servers that stream answers really send
// them: any line ending, a byte order mark, comments, no space behind the colon, no empty line behind the last event.
import { DamagedStream } from "./answer-reader.ts";

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

/** Puts the lines of an event together until an empty line ends it. */
class EventBuilder {
  #name: string | null = null;
  #data: string | null = null;

  *take(lines: readonly string[]): Iterable<ServerEvent> {
    for (const line of lines) {
      if (line !== "") {
        this.#field(line);
        continue;
      }
      if (this.#data !== null && this.#data !== "") yield { name: this.#name, data: this.#data };
      this.#name = null;
      this.#data = null;
    }
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(line[colon + 1] === " " ? colon + 2 : colon + 1);
    if (name === "event") this.#name = value;
    // llama.cpp before September 2025 puts an error into a field of this name, which is none of the format's.
    if (name === "error") this.#name = "error";
    if (name !== "data" && name !== "error") return;
    this.#data = this.#data === null ? value : `${this.#data}\n${value}`;
    if (this.#data.length > eventCharsMax) throw new DamagedStream("an event of the stream has no end");
  }
}
