// Puts the tool calls of a Chat Completions stream together. Servers agree on little.
import type { JsonObject } from "../../core/part/part.ts";
import type { ReaderOptions } from "../http/answer-reader.ts";
import { numberOf, objectOf, objectsOf, parseObject, textOf, writtenOf } from "../http/untrusted-json.ts";
import type { ModelEvent } from "../provider.ts";
import type { PartIndexes } from "../stream/part-indexes.ts";

/** Places of one choice's calls. Another choice counts its own from 0. */
const placesPerChoice = 100_000;

interface CallPiece {
  readonly place: number | null;
  readonly id: string;
  readonly name: string;
  readonly args: string;
  readonly extra: JsonObject;
}

interface ChatToolCall {
  readonly key: string;
  readonly place: number | null;
  readonly tool_call_id: string;
  provider_id: string;
  name: string;
  /** The name is complete, and readers know it. */
  is_named: boolean;
  /** All arguments so far. Those that came before the name wait for it. */
  args: string;
  /**
   * `{}` came first: either all of the arguments, or what Bedrock and others send before them. It waits for what
   * follows.
   */
  holds_empty: boolean;
  /** The provider's own data that came before the name was complete. */
  extra: JsonObject;
}

/**
 * The calls of one answer. Ids are ours (SPEC L13), because servers send none, the same for all, or `call_0` in every
 * step.
 */
export class ChatToolCalls {
  readonly #options: ReaderOptions;
  readonly #parts: PartIndexes;
  readonly #calls: ChatToolCall[] = [];
  readonly #tools: readonly string[];
  readonly #unusable = new Set<string>();

  constructor(options: ReaderOptions, parts: PartIndexes) {
    this.#options = options;
    this.#tools = options.tools ?? [];
    this.#parts = parts;
  }

  /** Whether the model called anything by name. */
  get any(): boolean {
    return this.#calls.some((call) => call.name !== "");
  }

  /** Kinds of calls that only their inventor's clients can carry out. */
  get unusable(): readonly string[] {
    return [...this.#unusable];
  }

  /** The pieces of calls in one delta of a choice, including `function_call` of older servers. */
  read(delta: JsonObject, choice: number): readonly ModelEvent[] {
    const pieces = objectsOf(delta["tool_calls"]);
    const old = objectOf(delta["function_call"]);
    const all = pieces.length === 0 && old !== null ? [{ index: 0, function: old }] : pieces;
    const before = new Set(this.#calls);
    return all.flatMap((piece) => this.#readPiece(piece, choice, before));
  }

  /**
   * What was held back until the end of the answer: names that might have continued, arguments that might have
   * followed.
   */
  rest(): readonly ModelEvent[] {
    return this.#calls.flatMap((call) => {
      if (call.name === "") return [];
      const named = call.is_named ? [] : [this.#announce(call)];
      return call.holds_empty ? [...named, this.#delta(call, "{}")] : named;
    });
  }

  #readPiece(piece: JsonObject, choice: number, before: ReadonlySet<ChatToolCall>): readonly ModelEvent[] {
    if (objectOf(piece["custom"]) !== null) {
      this.#unusable.add("custom");
      return [];
    }
    const spec = objectOf(piece["function"]) ?? {};
    const index = numberOf(piece["index"]);
    const read: CallPiece = {
      place: index === null ? null : index + choice * placesPerChoice,
      id: writtenOf(piece["id"]),
      name: textOf(spec["name"]),
      args: argsText(spec["arguments"]),
      extra: extraData(objectOf(piece["extra_content"])),
    };
    const call = this.#find(read, before) ?? this.#begin(read);
    if (call.name === "") call.name = read.name;
    else if (joinsName(call, read.name, this.#tools)) call.name += read.name;
    if (call.provider_id === "") call.provider_id = read.id;
    return this.#grow(call, read);
  }

  #grow(call: ChatToolCall, read: CallPiece): readonly ModelEvent[] {
    const waited = call.is_named ? "" : call.args;
    const args = waited + newArgs(call, read.args);
    const mayGoOn = args === "" && !call.holds_empty && isBegunName(call.name, this.#tools);
    if (call.name === "" || (!call.is_named && mayGoOn)) {
      call.extra = { ...call.extra, ...read.extra };
      return [];
    }
    if (!call.is_named) return [this.#announce(call, args, read.extra)];
    return args === "" && Object.keys(read.extra).length === 0 ? [] : [this.#delta(call, args, read.extra)];
  }

  #announce(call: ChatToolCall, args = "", extra: JsonObject = {}): ModelEvent {
    call.is_named = true;
    return this.#delta(call, args, { call_id: call.provider_id || null, ...call.extra, ...extra });
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

  #find(read: CallPiece, before: ReadonlySet<ChatToolCall>): ChatToolCall | null {
    const { place, id, name } = read;
    const candidate =
      this.#calls.findLast((call) => place !== null && call.place === place) ??
      this.#calls.findLast((call) => place === null && id !== "" && call.provider_id === id) ??
      // Whatever its id: some servers make a new one for each piece.
      (place === null && (id === "" || name === "") ? this.#calls.at(-1) : undefined);
    if (candidate === undefined) return null;
    // Two pieces in one delta without a place are two calls: a server that cuts arguments up sends one piece at a time.
    if (place === null && id === "" && name !== "" && !before.has(candidate)) return null;
    if (joinsName(candidate, name, this.#tools)) return candidate;
    return isAnother(candidate, read) ? null : candidate;
  }

  #begin({ place, id }: CallPiece): ChatToolCall {
    const call: ChatToolCall = {
      key: `call ${this.#calls.length}`,
      place,
      tool_call_id: this.#options.newToolCallId(),
      provider_id: id,
      name: "",
      is_named: false,
      args: "",
      holds_empty: false,
      extra: {},
    };
    this.#calls.push(call);
    return call;
  }
}

/**
 * A name after a finished call, another name, or a name with another id starts another call: some servers number all of
 * them 0.
 */
function isAnother(call: ChatToolCall, { id, name, args }: CallPiece): boolean {
  if (name === "" || call.name === "") return false;
  const isOtherId = id !== "" && call.provider_id !== "" && id !== call.provider_id;
  // The middle of arguments under a new id: the server cuts them up and makes an id for each piece.
  if (isOtherId && name === call.name && isMiddle(args) && isOpen(call)) return false;
  if (isOtherId) return true;
  const isSameId = id !== "" && id === call.provider_id;
  if (name !== call.name && !isSameId) return true;
  return call.holds_empty || parseObject(call.args) !== null;
}

function isMiddle(args: string): boolean {
  return args !== "" && !args.trimStart().startsWith("{");
}

function isOpen(call: ChatToolCall): boolean {
  return call.args !== "" && parseObject(call.args) === null;
}

/** Whether a name is only the start of one that the model was offered. */
function isBegunName(name: string, tools: readonly string[]): boolean {
  return name !== "" && !tools.includes(name) && tools.some((tool) => tool.startsWith(name));
}

/** Whether a piece continues the name of a call whose arguments have not started. */
function joinsName(call: ChatToolCall, piece: string, tools: readonly string[]): boolean {
  if (piece === "" || call.is_named || !isBegunName(call.name, tools)) return false;
  const joined = call.name + piece;
  return tools.includes(joined) || isBegunName(joined, tools);
}

/** What a piece adds to the arguments. It may repeat them, or follow them with nothing but white space. */
function newArgs(call: ChatToolCall, piece: string): string {
  if (piece === "") return "";
  if (call.args === "" && !call.holds_empty && piece === "{}") {
    call.holds_empty = true;
    return "";
  }
  const isPrefix = call.holds_empty && piece.trimStart().startsWith("{");
  const added = call.holds_empty && !isPrefix ? `{}${piece}` : piece;
  call.holds_empty = false;
  // The whole again after its own pieces.
  if (added === call.args && parseObject(added) !== null) return "";
  call.args += added;
  return added;
}

function extraData(extra: JsonObject | null): JsonObject {
  return extra === null ? {} : { extra_content: extra };
}

/** Arguments are JSON text. A few servers send the object itself. */
function argsText(value: unknown): string {
  return typeof value === "object" && value !== null ? JSON.stringify(value) : writtenOf(value);
}
