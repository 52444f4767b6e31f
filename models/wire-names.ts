// Models room: names on the wire. Providers accept only some characters, and refuse a whole history for one bad name.
import type { Part, ToolCallPart } from "../core/part.ts";

/** Longest name or id that every provider takes. */
const wireNameCharactersMax = 64;

const WIRE_NAME = /^[A-Za-z0-9_-]{1,64}$/;

export interface WrittenCall {
  readonly call: ToolCallPart;
  /** The provider that wrote the message the call is in. */
  readonly writer: string | null;
}

/**
 * The id of each call towards `provider` (SPEC L13): the provider's own where it wrote the call and the id is unique
 * in this prompt, else ours.
 */
export function wireCallIds(calls: readonly WrittenCall[], provider: string): ReadonlyMap<Part, string> {
  const own = calls.map((each) => ownCallId(each, provider));
  const ids = new Map<Part, string>();
  const taken = new Set(calls.map(({ call }) => call.tool_call_id));
  for (const [index, { call }] of calls.entries()) {
    const id = own[index] ?? null;
    const isUnique = id !== null && own.indexOf(id) === own.lastIndexOf(id) && !taken.has(id);
    ids.set(call, isUnique ? id : validId(call.tool_call_id, index));
  }
  return ids;
}

function ownCallId({ call, writer }: WrittenCall, provider: string): string | null {
  const data = call.provider_data;
  const id = data?.["call_id"];
  if (writer !== provider || data?.provider !== provider || typeof id !== "string") return null;
  return WIRE_NAME.test(id) ? id : null;
}

/** Ours are valid as they are made; this keeps an imported history from failing for ever. */
function validId(id: string, index: number): string {
  return WIRE_NAME.test(id)
    ? id
    : `call_${index}_${id.replace(/[^A-Za-z0-9_-]/g, "_")}`.slice(0, wireNameCharactersMax);
}

/** A tool name that every provider takes: models invent names that none would accept back. */
export function wireToolName(name: string): string {
  return name.replace(/[^A-Za-z0-9_-]/g, "_").slice(0, wireNameCharactersMax) || "unknown_tool";
}
