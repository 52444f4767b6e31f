// The output items of one response and the events of their lives. Items keep the index of the record.
import type { AnswerItem, AnswerRecord } from "../answer-record.ts";
import type { JsonObject } from "../json.ts";
import { newId } from "./encoder.ts";

type Frame = (type: string, data: JsonObject) => string;
type ItemStatus = "in_progress" | "completed" | "incomplete";

export class ResponseItems {
  readonly #record: AnswerRecord;
  readonly #frame: Frame;
  readonly #encrypts: boolean;
  readonly #ids: string[] = [];

  constructor(record: AnswerRecord, frame: Frame, encrypts: boolean) {
    this.#record = record;
    this.#frame = frame;
    this.#encrypts = encrypts;
  }

  added(index: number): string {
    const item = this.#item(index);
    const at = { item_id: this.#idOf(index), output_index: index };
    const added = this.#frame("response.output_item.added", {
      output_index: index,
      item: this.#whole(index, "in_progress", emptied(item)),
    });
    if (item.type === "reasoning") {
      const part = { type: "summary_text", text: "" };
      return added + this.#frame("response.reasoning_summary_part.added", { ...at, summary_index: 0, part });
    }
    if (item.type === "call") return added;
    return (
      added + this.#frame("response.content_part.added", { ...at, content_index: 0, part: textPart("") })
    );
  }

  delta(index: number, delta: string): string {
    const at = { item_id: this.#idOf(index), output_index: index };
    switch (this.#item(index).type) {
      case "reasoning":
        return this.#frame("response.reasoning_summary_text.delta", { ...at, summary_index: 0, delta });
      case "text":
        return this.#frame("response.output_text.delta", { ...at, content_index: 0, delta, logprobs: [] });
      case "call":
        return this.#frame("response.function_call_arguments.delta", { ...at, delta });
    }
  }

  done(index: number, status: ItemStatus = "completed"): string {
    const done = { output_index: index, item: this.#whole(index, status) };
    return this.#contentDone(index) + this.#frame("response.output_item.done", done);
  }

  /** All items; the last one has the status of the response, those before it are complete. */
  all(status: ItemStatus): readonly JsonObject[] {
    const last = this.#record.items.length - 1;
    return this.#record.items.map((_, index) => this.#whole(index, index === last ? status : "completed"));
  }

  #contentDone(index: number): string {
    const item = this.#item(index);
    const at = { item_id: this.#idOf(index), output_index: index };
    if (item.type === "call") {
      const done = { ...at, name: item.name, arguments: item.args };
      return this.#frame("response.function_call_arguments.done", done);
    }
    const { text } = item;
    if (item.type === "text") {
      const place = { ...at, content_index: 0 };
      const done = this.#frame("response.output_text.done", { ...place, text, logprobs: [] });
      return done + this.#frame("response.content_part.done", { ...place, part: textPart(text) });
    }
    const place = { ...at, summary_index: 0 };
    const done = this.#frame("response.reasoning_summary_text.done", { ...place, text });
    const part = { type: "summary_text", text };
    return done + this.#frame("response.reasoning_summary_part.done", { ...place, part });
  }

  #whole(index: number, status: ItemStatus, item: AnswerItem = this.#item(index)): JsonObject {
    const id = this.#idOf(index);
    if (item.type === "call") {
      const call = { name: item.name, arguments: item.args, call_id: item.id ?? "" };
      return { id, type: "function_call", status, ...call };
    }
    if (item.type === "text") {
      const content = status === "in_progress" ? [] : [textPart(item.text)];
      return { id, type: "message", status, role: "assistant", content };
    }
    const summary = status === "in_progress" ? [] : [{ type: "summary_text", text: item.text }];
    return {
      id,
      type: "reasoning",
      summary,
      ...(this.#encrypts ? { encrypted_content: `sealed-${id}` } : {}),
    };
  }

  #item(index: number): AnswerItem {
    const item = this.#record.items[index];
    if (item === undefined) throw new Error(`output item ${index} has not begun`);
    return item;
  }

  #idOf(index: number): string {
    return (this.#ids[index] ??= newId(ID_PREFIXES[this.#item(index).type]));
  }
}

const ID_PREFIXES: Readonly<Record<AnswerItem["type"], string>> = {
  reasoning: "rs",
  text: "msg",
  call: "fc",
};

function emptied(item: AnswerItem): AnswerItem {
  return item.type === "call" ? { ...item, args: "" } : { ...item, text: "" };
}

function textPart(text: string): JsonObject {
  return { type: "output_text", text, annotations: [], logprobs: [] };
}
