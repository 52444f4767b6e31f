// Tests: however a turn went, and wherever its stream was cut and taken up again, the clients' own reducers show what is stored.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { encodeChunks, STREAM_END, type UiChunk } from "../../api/ai-sdk/chunk.ts";
import { ShownTurn } from "../../api/ai-sdk/shown-turn.ts";
import { type Client, MAJORS, OLDER_5, reduceBody, shownParts } from "../support/ai-sdk/ai-clients.ts";
import { expectedParts, plain } from "../support/ai-sdk/ai-stored.ts";
import { type Happening, TurnWorld, turnNames } from "../support/ai-sdk/ai-turn-world.ts";
import "../support/fixed-seed.ts";

// Few letters, so that attempts often begin alike.
const text = fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 2 });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant("write"),
      kind: fc.constantFrom("text", "text", "reasoning", "call"),
      text,
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("retry") }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("commit"), whole: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("output"), text }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("results"), failed: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("rejoin") }) },
);

interface Course {
  readonly before: readonly Happening[];
  readonly streamed: readonly Happening[];
  readonly keeps: boolean;
}

const course: fc.Arbitrary<Course> = fc.record({
  before: fc.array(happening, { maxLength: 10 }),
  streamed: fc.array(happening, { maxLength: 25 }),
  keeps: fc.boolean(),
});

/** The body of a response that begins after `before`, and what is stored in the end. */
function stream(client: Client, { before, streamed, keeps }: Course) {
  const world = new TurnWorld();
  for (const what of before) world.happen(what);
  const turn = new ShownTurn(turnNames, typeof client === "number" ? client : 5);
  const chunks: UiChunk[] = [...turn.begin(), ...world.snapshot().flatMap((event) => turn.take(event))];
  for (const what of streamed) chunks.push(...world.happen(what).flatMap((event) => turn.take(event)));
  assert.equal(turn.over, false);
  chunks.push(...world.finish(keeps).flatMap((event) => turn.take(event)));
  assert.equal(turn.over, true);
  chunks.push(...turn.end());
  return { chunks, body: encodeChunks(chunks) + STREAM_END, stored: world.committed };
}

/** Parts that a client has already got, and what it is shown of them, taken together for a step. */
function withoutEmptySteps(parts: readonly object[]): object[] {
  const isStep = (part: object | undefined) =>
    part !== undefined && "type" in part && part.type === "step-start";
  return parts.filter((part, i) => !isStep(part) || (i < parts.length - 1 && !isStep(parts[i + 1])));
}

const RUNS: ReadonlyMap<Client, number> = new Map<Client, number>([
  ...MAJORS.map((major) => [major, 300] as const),
  ...OLDER_5.map((release) => [release, 100] as const),
]);

/**
 * Older releases look for a call in the whole message: one that is withdrawn with its step and comes again under its id, since
 * a lost worker's checkpoint held less than was shown, stays in the step that is left out (docs/ai-sdk.md).
 */
function takenBy(client: Client, asked: Course): Course {
  const whole = (all: readonly Happening[]) =>
    all.map((what) => (what.type === "commit" ? { ...what, whole: true } : what));
  if (typeof client === "number") return asked;
  return { ...asked, before: whole(asked.before), streamed: whole(asked.streamed) };
}

for (const [client, numRuns] of RUNS) {
  test(`T4 the reducer of ai ${client} shows what is stored, wherever its stream was cut`, async () => {
    await fc.assert(
      fc.asyncProperty(course, async (asked) => {
        const { body, stored } = stream(client, takenBy(client, asked));
        const message = await reduceBody(client, body);
        const shown = withoutEmptySteps(shownParts(message).map(plain));
        assert.deepEqual(shown, withoutEmptySteps(expectedParts(stored)));
      }),
      { numRuns },
    );
  });
}
