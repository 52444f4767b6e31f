// Tests that whatever happens to a stream on its way, its reader ends with a fault or with an answer that can be
// stored.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import "../../test/support/fixed-seed.ts";
import { bodyOf, countedIds, fixtureBytes, fixtureDialect, fold } from "../__fixtures__/replay.ts";
import { AnthropicReader } from "../anthropic/read-anthropic.ts";
import type { AnswerReader } from "../http/answer-reader.ts";
import { createOpenAiChatReader } from "../openai-chat/read-openai-chat.ts";
import { createOpenAiResponsesReader } from "../openai-responses/read-openai-responses.ts";
import { type Dialect, ModelError, type ModelEvent } from "../provider.ts";
import { lineLimits, streamAnswer } from "./stream-answer.ts";

const RECORDED = new URL("../__fixtures__/", import.meta.url);
const ODD = new URL("../../test/support/odd/__fixtures__/oddities/", import.meta.url);
const TOOLS = ["list_templates", "view_file", "write_file"];

interface OddFixture {
  readonly dialect: Dialect;
  readonly answers: readonly { readonly frames: readonly unknown[] }[];
}

/** All recorded streams of a dialect, as frames. */
function streamsOf(dialect: Dialect): readonly (readonly string[])[] {
  const recorded = readdirSync(RECORDED)
    .filter((name) => name.endsWith(".sse") && fixtureDialect(name) === dialect)
    .map((name) => new TextDecoder().decode(fixtureBytes(name)).split(/(?<=\n\n)/));
  const odd = readdirSync(ODD)
    .map((name) => JSON.parse(readFileSync(new URL(name, ODD), "utf8")) as OddFixture)
    .filter((each) => each.dialect === dialect)
    .flatMap(({ answers }) => answers.map(({ frames }) => frames.filter((each) => typeof each === "string")));
  return [...recorded, ...odd];
}

type Damage = (frames: readonly string[], other: readonly string[]) => readonly string[];

const place = fc.nat({ max: 60 });
const swapped = (frames: readonly string[], a: number, b: number) =>
  frames.map((frame, i) => (i === a ? (frames[b] ?? frame) : i === b ? (frames[a] ?? frame) : frame));
const changed = (frames: readonly string[], at: number, change: (frame: string) => string) =>
  frames.map((frame, i) => (i === at % frames.length ? change(frame) : frame));
const ODD_TEXT = [
  "\0",
  "\ud800",
  '"',
  "}",
  "{",
  "\n",
  "\r",
  "data: ",
  "null",
  "1e999",
  "-1",
  "[]",
  "\\u0000",
  "\\ud800",
];

const damage: fc.Arbitrary<Damage> = fc.oneof(
  // Cut inside a frame, with or without what ends it.
  fc.tuple(place, place).map(
    ([at, length]): Damage =>
      (frames) =>
        changed(frames, at, (frame) => frame.slice(0, length)),
  ),
  // Two frames in one, or separated by one line feed.
  fc.tuple(place, fc.nat({ max: 2 })).map(
    ([at, cut]): Damage =>
      (frames) =>
        changed(frames, at, (frame) => frame.slice(0, frame.length - cut)),
  ),
  fc.tuple(place, place).map(
    ([a, b]): Damage =>
      (frames) =>
        swapped(frames, a, b),
  ),
  place.map(
    (at): Damage =>
      (frames) =>
        frames.flatMap((frame, i) => (i === at ? [frame, frame] : [frame])),
  ),
  place.map(
    (at): Damage =>
      (frames) =>
        frames.filter((_, i) => i !== at),
  ),
  fc.tuple(place, place).map(
    ([at, from]): Damage =>
      (frames, other) =>
        frames.toSpliced(at, 0, ...other.slice(from, from + 2)),
  ),
  // Something else instead of a value or in the middle of a text.
  fc.tuple(place, fc.nat({ max: 400 }), fc.nat({ max: 9 }), fc.constantFrom(...ODD_TEXT)).map(
    ([at, from, length, text]): Damage =>
      (frames) =>
        changed(frames, at, (frame) => frame.slice(0, from) + text + frame.slice(from + length)),
  ),
  fc
    .tuple(
      place,
      fc.nat({ max: 30 }),
      fc.constantFrom("null", "7", '"x"', "[]", "{}", "true", '"\\u0000\\ud800"', "1e999", "-3.5"),
    )
    .map(
      ([at, nth, value]): Damage =>
        (frames) =>
          changed(frames, at, (frame) => withValue(frame, nth, value)),
    ),
);

/** The frame with another value instead of its nth one that is neither a list nor an object. */
function withValue(frame: string, nth: number, value: string): string {
  let count = 0;
  return frame.replace(/(?<=": ?)(?:"(?:[^"\\]|\\.)*"|-?[\d.]+|true|false|null)/g, (old) =>
    count++ === nth ? value : old,
  );
}

function readerOf(dialect: Dialect): AnswerReader {
  const options = { provider: "p", newToolCallId: countedIds(), tools: TOOLS };
  if (dialect === "anthropic") return new AnthropicReader(options);
  return dialect === "openai-chat" ? createOpenAiChatReader(options) : createOpenAiResponsesReader(options);
}

/** Chunks of this many bytes; 0 means all in one. */
function chunksOf(text: string, size: number): readonly Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  if (size === 0) return [bytes];
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) =>
    bytes.subarray(i * size, (i + 1) * size),
  );
}

/** Fails on anything thrown that is not a provider's fault: a bug of ours is the cause of its error. */
async function readDamaged(
  dialect: Dialect,
  body: readonly Uint8Array[],
  label: string,
): Promise<ModelEvent[]> {
  const open = async () => new Response(bodyOf(body), { headers: { "content-type": label } });
  const source = {
    provider: "p",
    reader: readerOf(dialect),
    open,
    limits: lineLimits({}),
    tools: TOOLS,
    secrets: [],
    replays: false,
    begun: null,
  };
  const events: ModelEvent[] = [];
  try {
    for await (const event of streamAnswer(source, new AbortController().signal)) events.push(event);
  } catch (error) {
    assert.ok(error instanceof ModelError, String(error));
    assert.equal(error.cause, undefined);
  }
  return events;
}

/** What goes from an answer into columns and into Temporal: whole characters without NUL, whole counts. */
function assertStorable(events: readonly ModelEvent[]): void {
  for (const event of events) {
    if (event.type === "response") assertPlain([event.response_id, event.model]);
    if (event.type === "usage") {
      const { context_limit: _limit, ...counts } = event.usage;
      for (const count of Object.values(counts))
        assert.ok(Number.isSafeInteger(count) && count >= 0, `${count}`);
    }
    if (event.type !== "part") continue;
    const { delta } = event;
    if (delta.type === "source") assertPlain([delta.url, delta.title]);
    if ("tool_name" in delta) assertPlain([delta.tool_name, delta.tool_call_id]);
    if ("text" in delta) assert.ok(delta.text.isWellFormed());
  }
}

function assertPlain(texts: readonly (string | null)[]): void {
  for (const text of texts)
    assert.ok(text === null || (text.isWellFormed() && !text.includes("\0")), `${text}`);
}

/** Runs of each dialect; some seconds. Ten times as many found nothing more. */
const RUNS = 150;

const LABELS = ["text/event-stream", "application/json", "text/html", ""];

for (const dialect of ["openai-chat", "openai-responses", "anthropic"] as const) {
  test(`X3 ${dialect}: cut, merged, reordered and corrupted frames end in a fault or in an answer that can be stored`, async () => {
    const streams = streamsOf(dialect);
    const frames = fc.constantFrom(...streams);
    const damages = fc.array(damage, { minLength: 1, maxLength: 5 });
    const size = fc.constantFrom(0, 0, 13, 64);
    await fc.assert(
      fc.asyncProperty(
        fc.record({ frames, other: frames, damages, size, label: fc.constantFrom(...LABELS) }),
        async (drawn) => {
          const damaged = drawn.damages.reduce<readonly string[]>(
            (left, hurt) => (left.length === 0 ? left : hurt(left, drawn.other)),
            drawn.frames,
          );
          const text = damaged.join("");
          const events = await readDamaged(dialect, chunksOf(text, drawn.size), drawn.label);
          assertStorable(events);
          // Parts without gaps, each of one type.
          fold(events);
          // Pauses ask again sixteen times, and get the same.
          assert.ok(events.length <= 20 * (text.length + 10), "no event out of nothing");
        },
      ),
      { numRuns: RUNS },
    );
  });
}

test("X3 a stream of events that say nothing, and a document, without an end are given up", async () => {
  const chunk = new TextEncoder().encode(`data: {"unknown":"${"x".repeat(1 << 20)}"}\n\n`);
  for (const first of ["data: {}\n\n", '{"x":"', "data: {", '{"a":\n']) {
    const body = [new TextEncoder().encode(first), ...Array.from({ length: 140 }, () => chunk)];
    const events = await readDamaged("openai-chat", body, "text/event-stream");
    assert.deepEqual(events, []);
  }
});
