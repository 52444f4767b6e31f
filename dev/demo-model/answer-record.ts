// What an answer holds so far, as items in order. The encoders number their blocks by it and read whole texts from it.
import type { AnswerEvent, AnswerUsage } from "./plan/answer-event.ts";
import type { ScriptStep } from "./plan/script-step.ts";
import { tokensOf } from "./request/read-call.ts";

export type AnswerItem =
  | { readonly type: "reasoning"; text: string }
  | { readonly type: "text"; text: string }
  | { readonly type: "call"; readonly id: string | null; readonly name: string; args: string };

/** Where an event belongs. */
export interface Place {
  readonly index: number;
  readonly item: AnswerItem;
  /** The event begins this item. */
  readonly opened: boolean;
  /** The text or reasoning that ended because this item began. */
  readonly closed: number | null;
}

export class AnswerRecord {
  readonly items: AnswerItem[] = [];
  /** The text or reasoning being written. */
  open: number | null = null;
  readonly #calls: number[] = [];

  add(event: AnswerEvent): Place {
    switch (event.type) {
      case "reasoning":
      case "text":
        return this.#addText(event);
      case "call-start":
        return this.#begin({ type: "call", id: event.id, name: event.name, args: "" });
      case "call-args": {
        const place = this.#ofCall(event.call);
        if (place.item.type === "call") place.item.args += event.text;
        return place;
      }
      case "call-end":
        return this.#ofCall(event.call);
    }
  }

  /** Tokens counted from what was written, unless the script says otherwise. */
  usage(inputTokens: number, step: ScriptStep): AnswerUsage {
    const chars = { reasoning: 0, text: 0, call: 0 };
    for (const item of this.items)
      chars[item.type] += item.type === "call" ? item.args.length : item.text.length;
    const scripted = step.usage ?? {};
    const reasoning = scripted.reasoning_tokens ?? tokensOf(chars.reasoning);
    return {
      input: scripted.input_tokens ?? inputTokens,
      output: scripted.output_tokens ?? reasoning + tokensOf(chars.text + chars.call),
      reasoning,
      cacheRead: scripted.cache_read_tokens ?? 0,
      cacheWrite: scripted.cache_write_tokens ?? 0,
    };
  }

  #addText(event: { readonly type: "reasoning" | "text"; readonly text: string }): Place {
    const item = this.open === null ? undefined : this.items[this.open];
    if (this.open === null || item === undefined || item.type !== event.type) {
      const place = this.#begin({ type: event.type, text: event.text });
      this.open = place.index;
      return place;
    }
    item.text += event.text;
    return { index: this.open, item, opened: false, closed: null };
  }

  #begin(item: AnswerItem): Place {
    const index = this.items.push(item) - 1;
    const closed = this.open;
    this.open = null;
    if (item.type === "call") this.#calls.push(index);
    return { index, item, opened: true, closed };
  }

  #ofCall(call: number): Place {
    const index = this.#calls[call];
    const item = index === undefined ? undefined : this.items[index];
    if (index === undefined || item === undefined) throw new Error(`call ${call} has not begun`);
    return { index, item, opened: false, closed: null };
  }
}
