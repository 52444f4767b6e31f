// Stops an agent that goes in circles: the same call with the same result again and again (SPEC L15), or calls that the
// output limit cuts off (SPEC L14). Decides from committed history alone.

import type { JsonObject, JsonValue, Part, ToolCallPart, ToolResultPart } from "../part/part.ts";
import type { FinishReason, Usage } from "./message.ts";

/** From the first of these repetitions on, the result tells the model. The last one ends the turn. */
export const repeatsNoticedMin = 5;
export const repeatsMax = 10;
/** Steps in a row with a call that was cut off. A model that was told three times will not learn it. */
export const cutStepsMax = 3;

/** An answer with calls, and the message with their results. */
export interface CalledStep {
  readonly answer: {
    readonly content: readonly Part[];
    readonly finish_reason: FinishReason | null;
    readonly usage: Usage | null;
  };
  readonly results: readonly Part[];
}

/** Why Everturn ends a turn, in words for people. */
export interface Brake {
  readonly reason: FinishReason;
  readonly note: string;
}

/** The call that the output limit cut off: the last part of an answer that ended there. Null if there is none. */
export function cutCall({ content, finish_reason }: CalledStep["answer"]): ToolCallPart | null {
  const last = content.at(-1);
  const isCut = finish_reason === "length" && last?.type === "tool-call" && last.provider_executed !== true;
  return isCut ? last : null;
}

/** What the model is told about a call that was cut off. */
export function cutCallError(usage: Usage | null): JsonObject {
  return {
    error: `The call was not run: the answer was cut at ${limitWords(usage)} before the call was complete.`,
    hint: "Write in smaller pieces: several shorter calls, such as a file in parts.",
  };
}

function limitWords(usage: Usage | null): string {
  const tokens = usage?.output_tokens ?? 0;
  return tokens > 0 ? `${tokens} output tokens` : "its output limit";
}

/** How often in a row, including this time, a call gave the same result. @param earlier steps, newest first */
export function timesInARow(
  call: ToolCallPart,
  result: ToolResultPart,
  earlier: readonly CalledStep[],
): number {
  const same = fingerprint(call, result);
  const differs = earlier.findIndex((step) => !fingerprints(step).includes(same));
  return 1 + (differs < 0 ? earlier.length : differs);
}

/** The results, with a note to the model on each call that gave the same result for the fifth time or more. */
export function withRepeatNotices(
  calls: readonly ToolCallPart[],
  results: readonly ToolResultPart[],
  { earlier, polls }: { readonly earlier: readonly CalledStep[]; readonly polls: (tool: string) => boolean },
): readonly ToolResultPart[] {
  return results.map((part, place) => {
    const call = calls[place];
    if (call === undefined || polls(call.tool_name)) return part;
    const times = timesInARow(call, part, earlier);
    if (times < repeatsNoticedMin) return part;
    const notice = `This call has given this result ${times} times in a row. Try something else; after ${repeatsMax} times the turn is ended.`;
    return { ...part, result: withNotice(part.result, notice) };
  });
}

function withNotice(result: JsonValue, notice: string): JsonObject {
  return typeof result === "object" && result !== null && !Array.isArray(result)
    ? // The cast is safe: it is neither null nor a list.
      { ...(result as JsonObject), notice }
    : { result, notice };
}

/** Whether the newest step can end its turn at all. If not, nobody needs to read the steps before it. */
export function canBrake({ answer, results }: CalledStep): boolean {
  return cutCall(answer) !== null || results.some((part) => part.type === "tool-result" && isNoticed(part));
}

function isNoticed({ result }: ToolResultPart): boolean {
  return typeof result === "object" && result !== null && "notice" in result;
}

/** What ends the turn after its newest step, if anything does. @param steps newest first, including the newest */
export function decideBrake(steps: readonly CalledStep[], polls: (tool: string) => boolean): Brake | null {
  const [newest, ...earlier] = steps;
  if (newest === undefined) return null;
  const cut = steps.slice(0, cutStepsMax).filter(({ answer }) => cutCall(answer) !== null);
  if (cut.length >= cutStepsMax) {
    const limit = limitWords(newest.answer.usage);
    const note = `The turn was stopped: ${cutStepsMax} answers in a row were cut at ${limit} in the middle of a tool call. Raise the model's output limit, or ask for smaller pieces.`;
    return { reason: "length", note };
  }
  const repeated = pairsOf(newest).find(
    ({ call, result }) => !polls(call.tool_name) && timesInARow(call, result, earlier) >= repeatsMax,
  );
  if (repeated === undefined) return null;
  const note = `The turn was stopped: ${repeated.call.tool_name} was called ${repeatsMax} times in a row with the same arguments and gave the same result. Send a message to go on.`;
  return { reason: "other", note };
}

interface AnsweredCall {
  readonly call: ToolCallPart;
  readonly result: ToolResultPart;
}

function pairsOf({ answer, results }: CalledStep): readonly AnsweredCall[] {
  const byId = new Map<string, ToolResultPart>();
  for (const part of results) if (part.type === "tool-result") byId.set(part.tool_call_id, part);
  return answer.content.flatMap((part) => {
    const result = part.type === "tool-call" ? byId.get(part.tool_call_id) : undefined;
    return part.type === "tool-call" && result !== undefined ? [{ call: part, result }] : [];
  });
}

function fingerprints(step: CalledStep): readonly string[] {
  return pairsOf(step).map(({ call, result }) => fingerprint(call, result));
}

/** Equal for calls with the same name, arguments and result. */
function fingerprint(call: ToolCallPart, result: ToolResultPart): string {
  return JSON.stringify([
    call.tool_name,
    sorted(call.args),
    result.is_error,
    sorted(withoutPassing(result.result)),
  ]);
}

/** Differences between runs that carry no information, and our own notice. */
const PASSING: ReadonlySet<string> = new Set(["duration_ms", "process_id", "notice"]);

function withoutPassing(result: JsonValue): JsonValue {
  if (typeof result !== "object" || result === null || Array.isArray(result)) return result;
  return Object.fromEntries(Object.entries(result).filter(([name]) => !PASSING.has(name)));
}

/** Models write the same arguments in different orders. */
function sorted(value: JsonValue | undefined): JsonValue {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value ?? null;
  const entries = Object.entries(value).map(([name, each]) => [name, sorted(each)] as const);
  return Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
