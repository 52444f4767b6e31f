// Looks at the JSON of a server's answer byte by byte, before the library parses and checks it: many small items, or deep ones, cost far
// more time than their bytes say, and that time cannot be stopped half-way. Pure.

export interface AnswerLimits {
  /** Items of the lists that the library checks one by one: tools, pieces of a result, messages sent together. */
  readonly itemsMax: number;
  /** Values in all. */
  readonly valuesMax: number;
  /** Lists and objects inside one another. */
  readonly depthMax: number;
}

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;
const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_LIST = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_LIST = 0x5d;
/** With which lines of an event stream begin that carry JSON. */
const DATA = 0x64;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** How deep those lists lie in a message: in its result. */
const itemsDepth = 3;

export class AnswerMeter {
  readonly #limits: AnswerLimits;
  readonly #isStream: boolean;
  /** Which of the open brackets are lists, as deep as items may lie. */
  readonly #lists: boolean[] = [];
  #depth = 0;
  #items = 0;
  #values = 0;
  #inText = false;
  #isEscaped = false;
  #lineBytes = 0;
  #isDataLine = false;
  #isAfterReturn = false;

  /** @param isStream the JSON comes in the events of an event stream: each is measured for itself */
  constructor(limits: AnswerLimits, isStream: boolean) {
    this.#limits = limits;
    this.#isStream = isStream;
  }

  /** The next bytes. True: it is too much by now. */
  push(chunk: Uint8Array): boolean {
    for (const byte of chunk) {
      if (this.#isStream && !this.#isInData(byte)) continue;
      if (this.#inText) this.#pass(byte);
      else if (this.#count(byte) && this.#isTooMuch()) return true;
    }
    return false;
  }

  /** A line ends every text, and an empty line every event, so that what stands in other lines confuses nothing. */
  #isInData(byte: number): boolean {
    const isSecondHalf = byte === LINE_FEED && this.#isAfterReturn;
    this.#isAfterReturn = byte === CARRIAGE_RETURN;
    if (isSecondHalf) return false;
    if (byte === LINE_FEED || byte === CARRIAGE_RETURN) {
      if (this.#lineBytes === 0) this.#begin();
      this.#inText = false;
      this.#isEscaped = false;
      this.#lineBytes = 0;
      return false;
    }
    if (this.#lineBytes++ === 0) this.#isDataLine = byte === DATA;
    return this.#isDataLine;
  }

  #begin(): void {
    this.#depth = 0;
    this.#items = 0;
    this.#values = 0;
  }

  #pass(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#inText = false;
  }

  /** Whether something has been counted. */
  #count(byte: number): boolean {
    switch (byte) {
      case QUOTE:
        this.#inText = true;
        return false;
      case COMMA:
        this.#values++;
        if (this.#isInItems()) this.#items++;
        return true;
      case OPEN_LIST:
      case OPEN_OBJECT:
        this.#values++;
        if (this.#depth <= itemsDepth) this.#lists[this.#depth] = byte === OPEN_LIST;
        this.#depth++;
        return true;
      case CLOSE_LIST:
      case CLOSE_OBJECT:
        this.#depth = Math.max(0, this.#depth - 1);
        return false;
      default:
        return false;
    }
  }

  /** Messages that are sent together lie in a list of their own, and all in them one deeper. */
  #isInItems(): boolean {
    const deepest = itemsDepth + (this.#lists[0] === true ? 1 : 0);
    return this.#depth > 0 && this.#depth <= deepest && this.#lists[this.#depth - 1] === true;
  }

  #isTooMuch(): boolean {
    const { itemsMax, valuesMax, depthMax } = this.#limits;
    return this.#items >= itemsMax || this.#values > valuesMax || this.#depth > depthMax;
  }
}
