// Makes names for the wire. Providers accept only some characters, and refuse a whole history for one bad name.
import { createHash } from "node:crypto";
import type { Part, ToolCallPart } from "../../core/part/part.ts";
import type { PromptShape } from "../quirks/quirk.ts";

/** Longest name or id that every provider accepts. */
const wireNameCharactersMax = 64;

/** What Mistral wants of an id. */
const nineCharacters = 9;

const WIRE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface WrittenCall {
  readonly call: ToolCallPart;
  /** The provider that wrote the message with the call. */
  readonly writer: string | null;
}

type IdRule = PromptShape["call_ids"];

/** Which of a server's own ids each rule allows. Kimi K2 must see `functions.name:0` as it wrote it. */
const OWN_ID: Readonly<Record<IdRule, RegExp>> = {
  any: /^[\x21-\x7e]{1,128}$/,
  plain: WIRE_NAME,
  nine: /^[A-Za-z0-9]{9}$/,
};

/**
 * The id of each call for `provider` (SPEC L13): the provider's own if it wrote the call, the id is unique in this
 * prompt and `rule` allows it; otherwise ours.
 */
export function wireCallIds(
  calls: readonly WrittenCall[],
  provider: string,
  rule: IdRule,
): ReadonlyMap<Part, string> {
  const own = calls.map((each) => ownCallId(each, provider, rule));
  const ids = new Map<Part, string>();
  const ours = new Set(calls.map(({ call }) => call.tool_call_id));
  const taken = new Set([...ours, ...own.filter((id) => id !== null)]);
  for (const [index, { call }] of calls.entries()) {
    const id = own[index] ?? null;
    const isUnique = id !== null && own.indexOf(id) === own.lastIndexOf(id) && !ours.has(id);
    const wireId = isUnique ? id : ourId(call.tool_call_id, { index, rule, taken });
    taken.add(wireId);
    ids.set(call, wireId);
  }
  return ids;
}

function ownCallId({ call, writer }: WrittenCall, provider: string, rule: IdRule): string | null {
  const data = call.provider_data;
  const id = data?.["call_id"];
  if (writer !== provider || data?.provider !== provider || typeof id !== "string") return null;
  return OWN_ID[rule].test(id) ? id : null;
}

interface Place {
  readonly index: number;
  readonly rule: IdRule;
  /** No other id of the prompt may equal this one. */
  readonly taken: ReadonlySet<string>;
}

/**
 * Ours are valid as they are made. This keeps an imported history, or a server that wants nine characters, from failing
 * for ever.
 */
function ourId(id: string, { index, rule, taken }: Place): string {
  if (rule !== "nine") {
    return WIRE_NAME.test(id)
      ? id
      : `call_${index}_${id.replace(/[^A-Za-z0-9_-]/g, "_")}`.slice(0, wireNameCharactersMax);
  }
  // The same in each request, whatever else the prompt contains: the server's cache does not find a prefix that
  // changes.
  for (let salt = 0; ; salt++) {
    const nine = createHash("sha256").update(`${salt} ${id}`).digest("hex").slice(0, nineCharacters);
    if (!taken.has(nine)) return nine;
  }
}

/** A tool name that every provider accepts: models invent names that none would accept back. */
export function wireToolName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, wireNameCharactersMax) || "unknown_tool";
}
