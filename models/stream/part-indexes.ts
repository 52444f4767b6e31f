// Assigns the places of parts in the final content, in the order in which they start.
import type { ProviderData } from "../../core/part/part.ts";
import type { ModelDelta, ModelEvent } from "../provider.ts";

type RunningDelta = Extract<ModelDelta, { type: "text" | "reasoning" }>;

/** One answer's places. `key` names a part in the provider's own terms. Parts without a key run on (`continue`). */
export class PartIndexes {
  readonly #indexes = new Map<string, number>();
  #next = 0;
  #running: { readonly type: string; readonly index: number } | null = null;

  /** A delta of the part that the provider calls `key`. */
  at(key: string, delta: ModelDelta): ModelEvent {
    let index = this.#indexes.get(key);
    if (index === undefined) {
      index = this.#next++;
      this.#indexes.set(key, index);
    }
    this.#running = null;
    return { type: "part", index, delta };
  }

  /** A delta that appends to the part before it if that has the same type, and otherwise starts a new part with `data`. */
  continue(delta: RunningDelta, data?: ProviderData): ModelEvent {
    if (this.#running?.type === delta.type) return { type: "part", index: this.#running.index, delta };
    this.#running = { type: delta.type, index: this.#next++ };
    const first = data === undefined ? delta : { ...delta, provider_data: data };
    return { type: "part", index: this.#running.index, delta: first };
  }

  /** A part that is complete in one piece. */
  single(delta: ModelDelta): ModelEvent {
    this.#running = null;
    return { type: "part", index: this.#next++, delta };
  }
}
