// Tests that an answer continues where it was cut, whatever was cut.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { applyDelta, type DraftPart, finishDraft } from "../chat/draft-content.ts";
import { mergeParts, type PartDelta, type StreamPart } from "../part/stream-part.ts";
import { type Continuable, continuedPlaces, keepAnswer } from "./kept-answer.ts";

function streamed(...deltas: readonly (readonly [number, PartDelta])[]): StreamPart[] {
  return deltas.map(([index, part], i) => ({ from_seq: i + 1, seq: i + 1, index, role: "assistant", part }));
}

const text = (words: string): PartDelta => ({ type: "text", text: words });
const reasoning = (words: string): PartDelta => ({ type: "reasoning", text: words });
const call = (args_delta: string, more: object = {}): PartDelta => ({
  type: "tool-call",
  tool_call_id: "c1",
  tool_name: "grep",
  args_delta,
  ...more,
});

function kept(parts: readonly StreamPart[], continuable: Continuable = "text") {
  const answer = keepAnswer(parts, continuable);
  return answer === null ? null : { text: answer.text, places: answer.parts.map(({ index }) => index) };
}

test("T4 text that was cut off is kept, merged or not, without the white space at its end", () => {
  const parts = streamed([0, text("Hello,")], [0, text(" wide")], [0, text(" \n")]);
  assert.deepEqual(kept(parts), { text: "Hello, wide", places: [0] });
  assert.deepEqual(kept(mergeParts(parts)), { text: "Hello, wide", places: [0] });
  assert.equal(kept(parts, "nothing"), null);
});

test("T4 white space, or nothing at all, is not an answer that can continue", () => {
  assert.equal(kept([]), null);
  assert.equal(kept(streamed([0, text(" ")], [0, text("\n\n")])), null);
  assert.equal(kept(streamed([0, reasoning("so")])), null);
  assert.equal(kept(streamed([0, reasoning("so")]), "text-after-reasoning"), null);
});

test("L13 a tool call is withdrawn, half or whole, with what came after it", () => {
  assert.deepEqual(kept(streamed([0, text("Let me look.")], [1, call('{"pat')])), {
    text: "Let me look.",
    places: [0],
  });
  const between = streamed([0, text("One. ")], [1, call("{}")], [2, text("Two.")], [3, call("{}")]);
  assert.deepEqual(kept(between), { text: "One.", places: [0] });
  assert.equal(kept(streamed([0, call("{}")], [1, text("after")])), null);
});

test("T4 reasoning is kept before the text it led to, where text alone may be given", () => {
  const parts = streamed([0, reasoning("hm")], [1, text("Yes")]);
  assert.equal(kept(parts, "text"), null);
  assert.deepEqual(kept(parts, "text-after-reasoning"), { text: "Yes", places: [0, 1] });
  const thinkingAgain = streamed([0, text("Yes")], [1, reasoning("but")], [2, text(" ")]);
  assert.deepEqual(kept(thinkingAgain, "text"), { text: "Yes", places: [0] });
});

test("L7 what the provider ran or found itself starts over", () => {
  const result = { type: "tool-result", tool_call_id: "c1", result_delta: "" } as const;
  const provider_result = { tool_name: "search", result: {}, is_error: false };
  const beginnings: (readonly [number, PartDelta])[] = [
    [1, call("{}", { provider_executed: true })],
    [1, { ...result, provider_result }],
    [1, { type: "source", url: "https://example.com", title: "" }],
  ];
  for (const part of beginnings) assert.equal(kept(streamed([0, text("Found:")], part)), null);
});

test("T4 text that comes first continues the last kept part, everything else goes after it", () => {
  const answer = keepAnswer(streamed([0, text("a")], [2, text("b")]), "text");
  assert.ok(answer);
  const goesOn = continuedPlaces(answer);
  const placed = (of: typeof goesOn, ...parts: readonly (readonly [number, string])[]) =>
    parts.map(([index, type]) => of({ index, type }));
  assert.deepEqual(placed(goesOn, [0, "text"], [1, "tool-call"], [0, "text"], [2, "text"]), [2, 3, 2, 4]);
  const calls = continuedPlaces(answer);
  assert.deepEqual(placed(calls, [0, "tool-call"], [1, "text"], [0, "tool-call"]), [3, 4, 3]);
});

/** Texts and calls in order. No model can tell where one text ends and the next begins, so calls stand between them. */
const answers = fc
  .array(
    fc.oneof(
      fc.record({ type: fc.constant("text" as const), text: fc.string({ minLength: 1 }) }),
      fc.record({ type: fc.constant("tool-call" as const), text: fc.string({ minLength: 1 }) }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.filter((part, i) => part.type !== "text" || parts[i - 1]?.type !== "text"));

function asDelta(
  { type, text: words }: { type: "text" | "tool-call"; text: string },
  index: number,
): PartDelta {
  return type === "text" ? text(words) : ({ ...call(words), tool_call_id: `c${index}` } as PartDelta);
}

test("property: what was kept and what the model adds is the whole answer, in its order and in as many parts", () => {
  fc.assert(
    fc.property(answers, fc.nat(), (whole, at) => {
      const deltas = whole.flatMap((part, index) =>
        [...part.text].map((piece): readonly [number, PartDelta] => [
          index,
          asDelta({ ...part, text: piece }, index),
        ]),
      );
      const lost = streamed(...deltas.slice(0, at % (deltas.length + 1)));
      const answer = keepAnswer(lost, "text");
      if (answer === null) return;
      const wanted = new Map<number, DraftPart>();
      for (const [index, delta] of deltas) applyDelta(wanted, index, delta);
      const written = new Map<number, DraftPart>();
      for (const { index, part } of answer.parts) applyDelta(written, index, part);
      const placeOf = continuedPlaces(answer);
      const places = new Map<number, number>();
      for (const [index, delta] of restOf(deltas, answer.parts.at(-1)?.index ?? 0, lengthAt(written))) {
        if (!places.has(index)) places.set(index, places.size);
        const own = places.get(index) ?? 0;
        applyDelta(written, placeOf({ index: own, type: delta.type }), delta);
      }
      const finished = (draft: Map<number, DraftPart>) =>
        finishDraft(draft, { at: "2026-01-01T00:00:00.000Z" });
      assert.deepEqual(finished(written), finished(wanted));
    }),
  );
});

/** Characters of the last part. */
function lengthAt(draft: ReadonlyMap<number, DraftPart>): number {
  const last = [...draft.values()].at(-1);
  return last?.type === "text" ? last.text.length : 0;
}

/** What a model still has to write of an answer, if it knows `chars` characters of the part at `index`. */
function restOf(deltas: readonly (readonly [number, PartDelta])[], index: number, chars: number) {
  let known = 0;
  return deltas.filter(([at, delta]) => {
    if (at !== index) return at > index;
    const isKnown = known < chars;
    known += delta.type === "text" ? delta.text.length : 0;
    return !isKnown;
  });
}
