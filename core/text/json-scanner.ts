// Looks at JSON byte by byte as it comes in, so that its size, depth and number of values are known before anything is parsed.
// Parsing costs far more than this look, and cannot be stopped half-way.

/** A piece of JSON text that is kept to be parsed. */
export interface ScannedText {
  /** Empty where there were more bytes than are kept. */
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  /** Values and brackets in it: no fewer than parsing would make. */
  readonly nodes: number;
  /** How many lists and objects lie inside one another. */
  readonly depth: number;
}

export interface Scanned {
  /** All of it; where `messages` are kept apart, without the elements of that list. */
  readonly rest: ScannedText;
  /** The last elements of the list `messages`, oldest first. */
  readonly messages: readonly ScannedText[];
  readonly message_count: number;
}

export interface ScanSettings {
  /** Bytes kept of a text; of a longer one only its size is known. */
  readonly keptBytesMax: number;
  /** How many of the last elements of the top-level list `messages` are kept, apart; 0: it is a field like any other. */
  readonly keptMessagesMax: number;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Space, tab, line feed and carriage return, which JSON allows between values. */
const BLANKS: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const MESSAGES = "messages";
/** The depth of its elements: within an object and a list. */
const INSIDE_MESSAGES = 2;

class KeptText implements ScannedText {
  readonly chunks: Uint8Array[] = [];
  bytes = 0;
  nodes = 1;
  depth = 0;
  readonly #bytesMax: number;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  push(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.bytes += chunk.length;
    if (this.bytes <= this.#bytesMax) this.chunks.push(chunk);
    else this.chunks.length = 0;
  }

  isBlank(): boolean {
    if (this.depth > 0 || this.bytes > this.#bytesMax) return false;
    return this.chunks.every((chunk) => chunk.every((byte) => BLANKS.has(byte)));
  }
}

/** Takes a body in chunks of any size. What is no JSON is read past without a word: parsing will say what is wrong. */
export class JsonScanner {
  readonly #settings: ScanSettings;
  readonly #rest: KeptText;
  #messages: KeptText[] = [];
  #messageCount = 0;
  /** The element of `messages` that is being read; null outside of that list. */
  #element: KeptText | null = null;
  #depth = 0;
  #inString = false;
  #escaped = false;
  /** The last string of the outermost object, as far as it could be `messages`. */
  #name = "";
  #afterColon = false;

  constructor(settings: ScanSettings) {
    this.#settings = settings;
    this.#rest = new KeptText(settings.keptBytesMax);
  }

  get scanned(): Scanned {
    return { rest: this.#rest, messages: this.#messages, message_count: this.#messageCount };
  }

  push(chunk: Uint8Array): void {
    // Where the bytes begin that belong to no text yet.
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] as number;
      if (this.#inString) this.#readString(byte);
      else if (byte === QUOTE) this.#beginString();
      else if (byte === COLON) this.#afterColon = true;
      else if (byte === COMMA) {
        if (this.#readComma(chunk, from, at)) from = at + 1;
      } else if (byte === OPEN_LIST || byte === OPEN_OBJECT) {
        if (byte === OPEN_LIST && this.#beginsMessages(chunk.subarray(from, at + 1))) from = at + 1;
        this.#open();
      } else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) {
        if (this.#readClose(chunk, from, at)) from = at;
      }
    }
    this.#text.push(chunk.subarray(from));
  }

  get #text(): KeptText {
    return this.#element ?? this.#rest;
  }

  #readString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === BACKSLASH) this.#escaped = true;
    else if (byte === QUOTE) {
      this.#inString = false;
      return;
    }
    if (this.#depth === 1 && this.#name.length <= MESSAGES.length) this.#name += String.fromCharCode(byte);
  }

  #beginString(): void {
    this.#inString = true;
    if (this.#depth === 1) this.#name = "";
  }

  /** Whether the comma ends an element of `messages`. */
  #readComma(chunk: Uint8Array, from: number, at: number): boolean {
    this.#text.nodes += 1;
    this.#afterColon = false;
    if (this.#element === null || this.#depth !== INSIDE_MESSAGES) return false;
    this.#endElement(chunk.subarray(from, at));
    this.#element = new KeptText(this.#settings.keptBytesMax);
    return true;
  }

  /** Whether the bracket ends `messages`. */
  #readClose(chunk: Uint8Array, from: number, at: number): boolean {
    const ends = this.#element !== null && this.#depth === INSIDE_MESSAGES;
    if (ends) this.#endElement(chunk.subarray(from, at));
    this.#depth -= 1;
    return ends;
  }

  /** A list named twice counts as JSON.parse counts it: the last one does. */
  #beginsMessages(before: Uint8Array): boolean {
    const begins = this.#depth === 1 && this.#afterColon && this.#name === MESSAGES;
    if (!begins || this.#settings.keptMessagesMax === 0) return false;
    this.#rest.push(before);
    this.#messages = [];
    this.#messageCount = 0;
    this.#element = new KeptText(this.#settings.keptBytesMax);
    return true;
  }

  #open(): void {
    const text = this.#text;
    this.#depth += 1;
    this.#afterColon = false;
    text.nodes += 1;
    text.depth = Math.max(text.depth, this.#depth - (this.#element === null ? 0 : INSIDE_MESSAGES));
  }

  #endElement(last: Uint8Array): void {
    const element = this.#element as KeptText;
    element.push(last);
    this.#element = null;
    if (this.#messageCount === 0 && element.isBlank()) return;
    this.#messageCount += 1;
    this.#messages.push(element);
    if (this.#messages.length > this.#settings.keptMessagesMax) this.#messages.shift();
  }
}
