// Joins a character that a provider split between two deltas.
import type { ModelDelta, ModelEvent } from "../provider.ts";

/**
 * Byte-level tokenizers let servers escape the two halves of an emoji in two deltas. Half a surrogate pair cannot be
 * stored as UTF-8, so a trailing first half waits for the next delta of its part. A half that stays alone becomes
 * U+FFFD.
 */
export class WholeCharacters {
  readonly #waiting = new Map<number, { readonly half: string; readonly delta: ModelDelta }>();

  /** The event with whole characters only; null if nothing of it is left for now. */
  pass(event: ModelEvent): ModelEvent | null {
    if (event.type !== "part") return event;
    const text = deltaText(event.delta);
    if (text === null) return event;
    const waiting = this.#waiting.get(event.index);
    if (waiting === undefined && text.isWellFormed()) return event;
    const joined = (waiting?.half ?? "") + text;
    const splits = endsInFirstHalf(joined);
    const whole = (splits ? joined.slice(0, -1) : joined).toWellFormed();
    const delta = withText(event.delta, whole);
    this.#waiting.delete(event.index);
    if (splits) this.#waiting.set(event.index, { half: joined.slice(-1), delta });
    const saysNothing = whole === "" && delta.type !== "tool-call" && !("provider_data" in delta);
    return saysNothing ? null : { ...event, delta };
  }

  /** What still waited when the answer ended. */
  flush(): readonly ModelEvent[] {
    const left = [...this.#waiting].map(([index, { delta }]) => ({
      type: "part" as const,
      index,
      delta: withText(delta, "\uFFFD"),
    }));
    this.#waiting.clear();
    return left;
  }
}

function deltaText(delta: ModelDelta): string | null {
  if (delta.type === "text" || delta.type === "reasoning") return delta.text;
  return delta.type === "tool-call" ? delta.args_delta : null;
}

function withText(delta: ModelDelta, text: string): ModelDelta {
  if (delta.type === "text" || delta.type === "reasoning") return { ...delta, text };
  return delta.type === "tool-call" ? { ...delta, args_delta: text } : delta;
}

function endsInFirstHalf(text: string): boolean {
  const last = text.charCodeAt(text.length - 1);
  return last >= 0xd800 && last <= 0xdbff;
}
