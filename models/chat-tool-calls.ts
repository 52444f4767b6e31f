// Models room: puts the tool calls of a Chat Completions stream together, from servers that agree on little.
import type { JsonObject } from "../core/part.ts";
import type { ReaderOptions } from "./answer-reader.ts";
import type { PartIndexes } from "./part-indexes.ts";
import type { ModelEvent } from "./provider.ts";
import { listOf, numberOf, objectOf, parseObject, textOf } from "./untrusted-json.ts";

interface ChatToolCall {
  readonly key: string;
  readonly place: number | null;
  readonly tool_call_id: string;
  provider_id: string;
  name: string;
  /** All arguments so far; those before the name wait for it. */
  args: string;
}

/** The calls of one answer. Ids are ours (SPEC L13): servers send none, the same for all, or `call_0` in every step. */
export class ChatToolCalls {
  readonly #options: ReaderOptions;
  readonly #parts: PartIndexes;
  readonly #calls: ChatToolCall[] = [];

  constructor(options: ReaderOptions, parts: PartIndexes) {
    this.#options = options;
    this.#parts = parts;
  }

  /** Whether the model called anything by name. */
  get any(): boolean {
    return this.#calls.some((call) => call.name !== "");
  }

  /** The calls' pieces in one delta, `function_call` of older servers included. */
  read(delta: JsonObject): readonly ModelEvent[] {
    const pieces = listOf(delta["tool_calls"]).map(objectOf);
    const old = objectOf(delta["function_call"]);
    if (pieces.length === 0 && old !== null) pieces.push({ index: 0, function: old });
    return pieces.flatMap((piece) => (piece === null ? [] : this.#readPiece(piece)));
  }

  #readPiece(piece: JsonObject): readonly ModelEvent[] {
    const spec = objectOf(piece["function"]) ?? {};
    const [id, name] = [textOf(piece["id"]), textOf(spec["name"])];
    const place = numberOf(piece["index"]);
    const call = this.#find(place, id, name) ?? this.#begin(place, id);
    const isNew = call.name === "" && name !== "";
    if (isNew) call.name = name;
    if (call.provider_id === "") call.provider_id = id;
    const args = argsText(spec["arguments"]);
    call.args += args;
    if (call.name === "") return [];
    const delta = {
      type: "tool-call" as const,
      tool_call_id: call.tool_call_id,
      tool_name: call.name,
      args_delta: isNew ? call.args : args,
    };
    if (!isNew) return args === "" ? [] : [this.#parts.at(call.key, delta)];
    const data = { provider: this.#options.provider, call_id: call.provider_id || null };
    return [this.#parts.at(call.key, { ...delta, provider_data: data })];
  }

  #find(place: number | null, id: string, name: string): ChatToolCall | null {
    const candidate =
      this.#calls.findLast((call) => place !== null && call.place === place) ??
      this.#calls.findLast((call) => place === null && id !== "" && call.provider_id === id) ??
      (place === null && id === "" ? this.#calls.at(-1) : undefined);
    if (candidate === undefined) return null;
    return this.#isAnother(candidate, id, name) ? null : candidate;
  }

  /** A name after a finished call, or with another id, begins another call: some servers number all of them 0. */
  #isAnother(call: ChatToolCall, id: string, name: string): boolean {
    if (name === "" || call.name === "") return false;
    if (id !== "" && call.provider_id !== "" && id !== call.provider_id) return true;
    return parseObject(call.args) !== null;
  }

  #begin(place: number | null, id: string): ChatToolCall {
    const call: ChatToolCall = {
      key: `call ${this.#calls.length}`,
      place,
      tool_call_id: this.#options.newToolCallId(),
      provider_id: id,
      name: "",
      args: "",
    };
    this.#calls.push(call);
    return call;
  }
}

/** Arguments are JSON text; a few servers send the object itself. */
function argsText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : textOf(value);
}
