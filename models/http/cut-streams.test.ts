// Tests that the same events come out, however a network cuts a stream into pieces.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { test } from "node:test";
import {
  bodyOf,
  collect,
  countedIds,
  fixtureBytes,
  fixtureDialect,
  type Outcome,
  replay,
} from "../__fixtures__/replay.ts";
import { AnthropicReader } from "../anthropic/read-anthropic.ts";
import { createOpenAiChatReader } from "../openai-chat/read-openai-chat.ts";
import { createOpenAiResponsesReader } from "../openai-responses/read-openai-responses.ts";
import { lineLimits, streamAnswer } from "../stream/stream-answer.ts";
import type { AnswerReader } from "./answer-reader.ts";

const FIXTURES = readdirSync(new URL("../__fixtures__/", import.meta.url)).filter((name) =>
  name.endsWith(".sse"),
);

function readerOf(name: string): AnswerReader {
  const dialect = fixtureDialect(name);
  const options = { provider: dialect === "anthropic" ? "anthropic" : "openai", newToolCallId: countedIds() };
  if (dialect === "anthropic") return new AnthropicReader(options);
  return dialect === "openai-chat" ? createOpenAiChatReader(options) : createOpenAiResponsesReader(options);
}

/** Without the SDK's client, which would spend most of the time here preparing requests. */
function readChunks(name: string, chunks: readonly Uint8Array[]): Promise<Outcome> {
  const reader = readerOf(name);
  const open = async () => new Response(bodyOf(chunks));
  const provider = fixtureDialect(name) === "anthropic" ? "anthropic" : "openai";
  const source = {
    provider,
    reader,
    open,
    limits: lineLimits({}),
    tools: [],
    secrets: [],
    replays: false,
    begun: null,
  };
  return collect(streamAnswer(source, new AbortController().signal));
}

/** Cuts per fixture, so that a long one does not take minutes: each cut replays the whole fixture. */
const cutsMax = 60;

/** Where a cut in two, or into single bytes, first changed the result; null if nowhere. */
async function firstDifference(name: string): Promise<string | null> {
  const bytes = fixtureBytes(name);
  // Comparing text is many times faster than comparing objects, and says as much.
  const whole = JSON.stringify(await replay(name));
  const stride = Math.ceil(bytes.length / cutsMax);
  for (let cut = 1; cut < bytes.length; cut += stride) {
    const halves = await readChunks(name, [bytes.subarray(0, cut), bytes.subarray(cut)]);
    if (JSON.stringify(halves) !== whole)
      return `cut at byte ${cut}: ${JSON.stringify(halves)} instead of ${whole}`;
  }
  const single = JSON.stringify(
    await readChunks(
      name,
      [...bytes].map((byte) => Uint8Array.of(byte)),
    ),
  );
  return single === whole ? null : `byte by byte: ${single} instead of ${whole}`;
}

// Replayed before the first test starts: from then on the test runner hooks every promise, which makes these thousands
// of replays five times slower.
const differences = new Map<string, string | null>();
for (const name of FIXTURES) differences.set(name, await firstDifference(name));

for (const [name, difference] of differences) {
  test(`L13 ${name} gives the same events cut in two, at up to ${cutsMax} places, and byte by byte`, () => {
    assert.equal(difference, null);
  });
}
