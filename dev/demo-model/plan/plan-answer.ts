// From a step of a script to what is played. A generator, since a step may ask for a million parts.

import { isPrefix, skipPrefix, splitText } from "../encoders/split-text.ts";
import type { AnswerEvent, FinishReason, PlayStep } from "./answer-event.ts";
import type { ScriptStep, ToolCallScript } from "./script-step.ts";

const callPieces = 4;

export interface PlanOptions {
  /** Where a stalled answer may be let go, beside `hold_until`. */
  readonly key: string;
  /** Text already written by an earlier attempt: continued when it is how this answer begins. */
  readonly prefill: string;
  readonly newCallId: () => string;
}

/** Everything the answer does, in order, ending with `finish` unless the script breaks it off. */
export function* planAnswer(step: ScriptStep, options: PlanOptions): Generator<PlayStep> {
  const breaks = breaksOf(step, options.key);
  let sent = 0;
  for (const next of contentOf(step, options)) {
    if (next.type === "pause") {
      for (const each of breaks.filter(({ after }) => after === sent)) {
        yield each.play;
        if (each.play.type !== "hold") return;
      }
      sent++;
    }
    yield next;
  }
  // What was to come after more parts than there are comes before the end.
  for (const each of breaks.filter(({ after }) => after >= sent)) {
    yield each.play;
    if (each.play.type !== "hold") return;
  }
  yield { type: "finish", reason: finishReasonOf(step) };
}

interface Break {
  readonly after: number;
  readonly play: PlayStep;
}

/** What interrupts the parts, in the order in which it happens. Holds first: what is held is then broken. */
function breaksOf(step: ScriptStep, key: string): readonly Break[] {
  const breaks: Break[] = [];
  const add = (after: number | undefined, play: PlayStep) => {
    if (after !== undefined) breaks.push({ after, play });
  };
  if (step.hold_until !== undefined) add(step.hold_after ?? 0, { type: "hold", gate: step.hold_until });
  add(step.stall_after, { type: "hold", gate: key });
  const errorAfter = step.stream_error_after ?? (step.stream_error && Number.POSITIVE_INFINITY);
  add(errorAfter, { type: "stream-error", error: step.stream_error ?? {} });
  add(step.cut_after, { type: "cut" });
  add(step.end_without_terminal_after, { type: "end-early" });
  return breaks.sort((a, b) => a.after - b.after);
}

function finishReasonOf(step: ScriptStep): FinishReason {
  if (step.content_filter) return "content_filter";
  if (step.max_tokens) return "length";
  return !step.empty && (step.tool_calls?.length ?? 0) > 0 ? "tool_calls" : "stop";
}

function* contentOf(step: ScriptStep, options: PlanOptions): Generator<PlayStep> {
  if (step.empty) return;
  const { prefill } = options;
  const continues = prefill !== "" && !step.stamp && isPrefix(prefill, textDeltas(step));
  // Reasoning comes before text, so an answer whose text has begun has done with it.
  if (!continues) yield* parts("reasoning", reasoningDeltas(step));
  const text = textDeltas(step);
  yield* parts("text", continues ? skipPrefix(prefill, text) : text);
  yield* callsOf(step, options);
}

function* parts(type: "reasoning" | "text", deltas: Iterable<() => string>): Generator<PlayStep> {
  for (const delta of deltas) {
    yield { type: "pause" };
    // Made after the pause: a stamp tells when the part was sent.
    yield { type: "event", event: { type, text: delta() } };
  }
}

function* reasoningDeltas(step: ScriptStep): Generator<() => string> {
  if (step.reasoning !== undefined) yield* splitText(step.reasoning, step.chunk);
  yield* tokens("r", step.reasoning_parts ?? 0, step);
}

function* textDeltas(step: ScriptStep): Generator<() => string> {
  if (step.text !== undefined) yield* splitText(step.text, step.chunk);
  yield* tokens(step.text ? " t" : "t", step.parts ?? 0, step);
}

/** "t1", " t2", " t3" …, padded with dots to `part_chars`; with a stamp "t1@1763000000000.123". */
function* tokens(letter: string, count: number, step: ScriptStep): Generator<() => string> {
  for (let number = 1; number <= count; number++) {
    const name = number === 1 ? `${letter}${number}` : ` ${letter.trim()}${number}`;
    yield () => {
      const stamp = step.stamp ? `@${(performance.timeOrigin + performance.now()).toFixed(3)}` : "";
      return `${name}${stamp}`.padEnd(step.part_chars ?? 0, ".");
    };
  }
}

function* callsOf(step: ScriptStep, options: PlanOptions): Generator<PlayStep> {
  const calls = (step.tool_calls ?? []).map((call, index) => callEvents(call, index, options.newCallId));
  if (!step.interleaved) {
    for (const call of calls) yield* [...call.start, ...call.pieces.flat(), ...call.end];
    return;
  }
  yield* calls.flatMap((call) => call.start);
  const rounds = Math.max(0, ...calls.map((call) => call.pieces.length));
  for (let round = 0; round < rounds; round++) yield* calls.flatMap((call) => call.pieces[round] ?? []);
  yield* calls.flatMap((call) => call.end);
}

interface CallEvents {
  readonly start: readonly PlayStep[];
  readonly pieces: readonly (readonly PlayStep[])[];
  readonly end: readonly PlayStep[];
}

function callEvents(call: ToolCallScript, index: number, newCallId: () => string): CallEvents {
  const event = (event: AnswerEvent): PlayStep => ({ type: "event", event });
  const args = call.raw_args ?? JSON.stringify(call.args ?? {});
  const id = call.id === undefined ? newCallId() : call.id;
  return {
    start: [event({ type: "call-start", call: index, id, name: call.name })],
    pieces: pieces(args, call.pieces ?? callPieces).map((text) => [
      { type: "pause" },
      event({ type: "call-args", call: index, text }),
    ]),
    end: [event({ type: "call-end", call: index })],
  };
}

function pieces(text: string, count: number): readonly string[] {
  const size = Math.max(1, Math.ceil(text.length / count));
  return text.match(new RegExp(`[^]{1,${size}}`, "g")) ?? [];
}
