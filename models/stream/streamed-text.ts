// Remembers what deltas have said, so that an event with the whole text adds only the rest.
import type { ModelEvent } from "../provider.ts";

/** The texts of one answer by key, as far as they were streamed. */
export class StreamedText {
  readonly #texts = new Map<string, string>();

  /** Whether anything was streamed at all. */
  get any(): boolean {
    return this.#texts.size > 0;
  }

  has(key: string): boolean {
    return this.#texts.has(key);
  }

  add(key: string, text: string): void {
    this.#texts.set(key, (this.#texts.get(key) ?? "") + text);
  }

  /** Calls `say` with what the deltas left out of the whole. Does nothing if they said something else. */
  rest(key: string, whole: string, say: (rest: string) => readonly ModelEvent[]): readonly ModelEvent[] {
    const streamed = this.#texts.get(key) ?? "";
    return whole.length > streamed.length && whole.startsWith(streamed)
      ? say(whole.slice(streamed.length))
      : [];
  }
}
