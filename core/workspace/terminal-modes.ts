// How a program has set a terminal: that it fills the screen, what its arrow keys send, whether it hears the mouse. Only so much of the
// output is kept, and whoever draws what is kept must know what had been set before.

/** Private modes (DECSET) that differ from those of a new terminal when set; the screen first, since the others may belong to it. */
const SET_BY_PROGRAMS = [1049, 1047, 47, 1, 1000, 1002, 1003, 1004, 1006, 2004];
/** Those that are set in a new terminal: line wrap, the cursor. */
const SET_AT_FIRST = [7, 25];
const TRACKED: ReadonlySet<number> = new Set([...SET_BY_PROGRAMS, ...SET_AT_FIRST]);

const paramsCharsMax = 64;
/** Modes set and reset, the keypad's, and the two resets: RIS, DECSTR. */
const SEQUENCES = new RegExp(`\\u001b(?:\\[\\?([\\d;]{1,${paramsCharsMax}})([hl])|([=>c])|(\\[!p))`, "g");
/** The beginning of one. */
const CUT_OFF = new RegExp(`\\u001b(?:\\[(?:!|\\?[\\d;]{0,${paramsCharsMax}})?)?$`);

export class TerminalModes {
  readonly #changed = new Set<number>();
  #isKeypadSet = false;
  /** Of a sequence that the next output ends. */
  #begun = "";

  /** @param text sequences that set it, or any output */
  take(text: string): void {
    const all = this.#begun + text;
    for (const [, params, final, short, soft] of all.matchAll(SEQUENCES)) {
      if (params !== undefined) this.#set(params, final === "h");
      else if (short === "c") this.#reset();
      else if (soft !== undefined) this.#resetSoftly();
      else this.#isKeypadSet = short === "=";
    }
    this.#begun = CUT_OFF.exec(all)?.[0] ?? "";
  }

  /** The sequences that set a new terminal so; empty: as it is. */
  toString(): string {
    const set = SET_BY_PROGRAMS.filter((mode) => this.#changed.has(mode)).map((mode) => `\u001b[?${mode}h`);
    const reset = SET_AT_FIRST.filter((mode) => this.#changed.has(mode)).map((mode) => `\u001b[?${mode}l`);
    return [...set, ...reset, ...(this.#isKeypadSet ? ["\u001b="] : [])].join("");
  }

  #set(params: string, on: boolean): void {
    for (const mode of params.split(";").map(Number)) {
      if (!TRACKED.has(mode)) continue;
      if (on === SET_AT_FIRST.includes(mode)) this.#changed.delete(mode);
      else this.#changed.add(mode);
    }
  }

  #reset(): void {
    this.#changed.clear();
    this.#isKeypadSet = false;
  }

  /** Keys, wrap and cursor; what the screen is stays. */
  #resetSoftly(): void {
    for (const mode of [1, ...SET_AT_FIRST]) this.#changed.delete(mode);
    this.#isKeypadSet = false;
  }
}
