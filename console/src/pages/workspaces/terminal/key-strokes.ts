// Sends what is typed, in its order: one request at a time, and what is typed meanwhile goes with the next.

/** Well within the 64 KiB of one request, whatever the characters are. */
const charsAtOnceMax = 16_000;
/** A paste that is longer was no accident. */
const waitingCharsMax = 4 * 1024 * 1024;

export interface KeyStrokesInput {
  readonly send: (text: string) => Promise<void>;
  /** Something was not sent. What was typed behind it is not sent either: it would be another command. */
  readonly onLost: (error: unknown) => void;
}

export class KeyStrokes {
  readonly #input: KeyStrokesInput;
  #waiting = "";
  #isSending = false;

  constructor(input: KeyStrokesInput) {
    this.#input = input;
  }

  type(text: string): void {
    if (this.#waiting.length + text.length > waitingCharsMax) return;
    this.#waiting += text;
    if (!this.#isSending) void this.#sendAll();
  }

  async #sendAll(): Promise<void> {
    this.#isSending = true;
    while (this.#waiting !== "") {
      const text = firstChars(this.#waiting);
      this.#waiting = this.#waiting.slice(text.length);
      try {
        await this.#input.send(text);
      } catch (error) {
        this.#waiting = "";
        this.#input.onLost(error);
      }
    }
    this.#isSending = false;
  }
}

/** As many as may be sent at once; never half of a surrogate pair. */
function firstChars(text: string): string {
  const isCut = /[\uD800-\uDBFF]/.test(text[charsAtOnceMax - 1] ?? "") && text.length > charsAtOnceMax;
  return text.slice(0, isCut ? charsAtOnceMax - 1 : charsAtOnceMax);
}
