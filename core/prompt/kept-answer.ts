// Core is pure: which of the parts of a lost attempt the next one keeps, and where what follows them stands. A model goes on
// with text alone, so an answer is kept as far as it was text.
import { applyDelta, type DraftPart } from "../chat/draft-content.ts";
import type { PartDelta, StreamPart } from "../part/stream-part.ts";

/** What a call could go on with; `text-after-reasoning`: also with text whose reasoning does not go along. */
export type Continuable = "nothing" | "text" | "text-after-reasoning";

export interface KeptPart {
  readonly index: number;
  readonly part: Extract<PartDelta, { type: "text" | "reasoning" }>;
}

export interface KeptAnswer {
  /** In order of place; the last is text and does not end in white space. */
  readonly parts: readonly KeptPart[];
  /** All kept text: what the model goes on with. */
  readonly text: string;
}

/**
 * What of a lost attempt is kept; null: nothing, the answer begins anew. A tool call is withdrawn, begun or whole, with what
 * came after it: it never ran, and no server takes one without its result. White space at the end is withdrawn, for servers
 * refuse it (Anthropic), and tokens begin with it: the model writes it again.
 */
export function keepAnswer(lost: readonly StreamPart[], continuable: Continuable): KeptAnswer | null {
  if (continuable === "nothing") return null;
  const draft = new Map<number, DraftPart>();
  for (const part of lost) applyDelta(draft, part.index, part.part);
  const places = [...draft].sort(([a], [b]) => a - b);
  if (places.some(([, part]) => !isOurs(part))) return null;
  const callAt = places.findIndex(([, part]) => part.type === "tool-call");
  const parts = withoutOpenEnd((callAt < 0 ? places : places.slice(0, callAt)).flatMap(keptPart));
  const thought = parts.some(({ part }) => part.type === "reasoning");
  if (parts.length === 0 || (thought && continuable === "text")) return null;
  return { parts, text: parts.map(({ part }) => (part.type === "text" ? part.text : "")).join("") };
}

/** What the provider ran or found itself goes back to it only as it gave it, and that died with the worker. */
function isOurs(part: DraftPart): boolean {
  if (part.type === "tool-call") return part.provider_executed !== true;
  return part.type === "text" || part.type === "reasoning";
}

function keptPart([index, part]: readonly [number, DraftPart]): readonly KeptPart[] {
  if (part.type !== "text" && part.type !== "reasoning") return [];
  return part.text === "" ? [] : [{ index, part }];
}

/** Without what no text stands after: reasoning goes on in no dialect. */
function withoutOpenEnd(parts: readonly KeptPart[]): readonly KeptPart[] {
  const last = parts.findLastIndex(({ part }) => part.type === "text" && part.text.trim() !== "");
  const end = parts[last];
  if (end === undefined) return [];
  const part = { ...end.part, text: end.part.text.trimEnd() };
  return [...parts.slice(0, last), { index: end.index, part }];
}

/**
 * The places of what a model adds to a kept answer, from the places of the call's own answer: text that comes first goes on
 * in the last kept part, everything else stands behind it.
 */
export function continuedPlaces(
  kept: KeptAnswer,
): (part: { readonly index: number; readonly type: string }) => number {
  const last = kept.parts.at(-1)?.index ?? 0;
  let first: { readonly index: number; readonly goesOn: boolean } | null = null;
  return ({ index, type }) => {
    first ??= { index, goesOn: type === "text" };
    const { goesOn } = first;
    if (goesOn && index === first.index) return last;
    return last + index + (goesOn ? 0 : 1);
  };
}
