// Decides which parts of a lost attempt the next one keeps, and where the rest of the answer goes. A model can continue
// only text, so an answer is kept as far as it was text.
import { applyDelta, type DraftPart } from "../chat/draft-content.ts";
import type { PartDelta, StreamPart } from "../part/stream-part.ts";

/** What a call can continue; `text-after-reasoning`: also text whose reasoning is not sent along. */
export type Continuable = "nothing" | "text" | "text-after-reasoning";

export interface KeptPart {
  readonly index: number;
  readonly part: Extract<PartDelta, { type: "text" | "reasoning" }>;
}

export interface KeptAnswer {
  /** In order of place. The last one is text and does not end in white space. */
  readonly parts: readonly KeptPart[];
  /** All kept text, which the model continues. */
  readonly text: string;
}

/**
 * What is kept of a lost attempt; null if the answer starts over. A tool call, complete or not, is withdrawn with
 * everything after it: it never ran, and no server accepts it without its result. White space at the end is withdrawn,
 * because Anthropic refuses it and tokens begin with it: the model writes it again.
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

/** What the provider ran or found itself must go back exactly as the provider gave it, and that died with the worker. */
function isOurs(part: DraftPart): boolean {
  if (part.type === "tool-call") return part.provider_executed !== true;
  return part.type === "text" || part.type === "reasoning";
}

function keptPart([index, part]: readonly [number, DraftPart]): readonly KeptPart[] {
  if (part.type !== "text" && part.type !== "reasoning") return [];
  return part.text === "" ? [] : [{ index, part }];
}

/** Drops reasoning that no text follows: no provider can continue reasoning. */
function withoutOpenEnd(parts: readonly KeptPart[]): readonly KeptPart[] {
  const last = parts.findLastIndex(({ part }) => part.type === "text" && part.text.trim() !== "");
  const end = parts[last];
  if (end === undefined) return [];
  const part = { ...end.part, text: end.part.text.trimEnd() };
  return [...parts.slice(0, last), { index: end.index, part }];
}

/**
 * Maps the places of the model's new content to places after the kept content. Text that comes first continues the last
 * kept part; everything else goes after it.
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
