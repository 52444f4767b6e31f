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
  /** `{}` came first: all of the arguments, or what Bedrock and others put before them. It waits for what follows. */
  holds_empty: boolean;
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
    const before = new Set(this.#calls);
    return pieces.flatMap((piece) => (piece === null ? [] : this.#readPiece(piece, before)));
  }

  /** Arguments that were held back until the end of the answer. */
  rest(): readonly ModelEvent[] {
    const held = this.#calls.filter((call) => call.holds_empty && call.name !== "");
    return held.map((call) => this.#delta(call, "{}"));
  }

  #readPiece(piece: JsonObject, before: ReadonlySet<ChatToolCall>): readonly ModelEvent[] {
    const spec = objectOf(piece["function"]) ?? {};
    const [id, name] = [textOf(piece["id"]), textOf(spec["name"])];
    const place = numberOf(piece["index"]);
    const call = this.#find({ place, id, name }, before) ?? this.#begin(place, id);
    const isNew = call.name === "" && name !== "";
    if (isNew) call.name = name;
    if (call.provider_id === "") call.provider_id = id;
    const waited = isNew ? call.args : "";
    const args = waited + newArgs(call, argsText(spec["arguments"]));
    if (call.name === "") return [];
    const extra = objectOf(piece["extra_content"]);
    if (!isNew) return args === "" && extra === null ? [] : [this.#delta(call, args, extraData(extra))];
    return [this.#delta(call, args, { call_id: call.provider_id || null, ...extraData(extra) })];
  }

  #delta(call: ChatToolCall, args: string, data: JsonObject = {}): ModelEvent {
    const said = Object.keys(data).length > 0;
    return this.#parts.at(call.key, {
      type: "tool-call",
      tool_call_id: call.tool_call_id,
      tool_name: call.name,
      args_delta: args,
      ...(said ? { provider_data: { ...data, provider: this.#options.provider } } : {}),
    });
  }

  #find(
    { place, id, name }: { readonly place: number | null; readonly id: string; readonly name: string },
    before: ReadonlySet<ChatToolCall>,
  ): ChatToolCall | null {
    const candidate =
      this.#calls.findLast((call) => place !== null && call.place === place) ??
      this.#calls.findLast((call) => place === null && id !== "" && call.provider_id === id) ??
      (place === null && id === "" ? this.#calls.at(-1) : undefined);
    if (candidate === undefined) return null;
    // Two pieces of one delta without a place are two calls: a server that cuts arguments up sends one piece a time.
    if (place === null && id === "" && name !== "" && !before.has(candidate)) return null;
    return isAnother(candidate, id, name) ? null : candidate;
  }

  #begin(place: number | null, id: string): ChatToolCall {
    const call: ChatToolCall = {
      key: `call ${this.#calls.length}`,
      place,
      tool_call_id: this.#options.newToolCallId(),
      provider_id: id,
      name: "",
      args: "",
      holds_empty: false,
    };
    this.#calls.push(call);
    return call;
  }
}

/** A name after a finished call, another name, or a name with another id begins another call: some servers number all of them 0. */
function isAnother(call: ChatToolCall, id: string, name: string): boolean {
  if (name === "" || call.name === "") return false;
  if (id !== "" && call.provider_id !== "" && id !== call.provider_id) return true;
  const isWhole = call.holds_empty || parseObject(call.args) !== null;
  const isSameId = id !== "" && id === call.provider_id;
  return isWhole || (name !== call.name && !isSameId);
}

/** What a piece adds to the arguments, which it may repeat, or follow with no more than white space. */
function newArgs(call: ChatToolCall, piece: string): string {
  if (piece === "") return "";
  if (call.args === "" && !call.holds_empty && piece === "{}") {
    call.holds_empty = true;
    return "";
  }
  const isPrefix = call.holds_empty && piece.trimStart().startsWith("{");
  const added = call.holds_empty && !isPrefix ? `{}${piece}` : piece;
  call.holds_empty = false;
  // The whole once more behind its own pieces.
  if (added === call.args && parseObject(added) !== null) return "";
  call.args += added;
  return added;
}

function extraData(extra: JsonObject | null): JsonObject {
  return extra === null ? {} : { extra_content: extra };
}

/** Arguments are JSON text; a few servers send the object itself. */
function argsText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : textOf(value);
}
