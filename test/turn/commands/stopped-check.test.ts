// Tests: the check of an answer ends with its attempt (SPEC C12).
import assert from "node:assert/strict";
import { test } from "node:test";
import { structuredOutput } from "../../../activities/attempt/structured-output.ts";
import type { CheckedText } from "../../../platform/json-schema/schema-checker.ts";

const content = [{ type: "text", text: "{}" }] as const;

test("C12 I1 an interrupt does not wait for checks of others", async () => {
  const stop = new AbortController();
  const busy = { check: () => new Promise<CheckedText>(() => undefined) };
  const output = structuredOutput(busy, {}, { content, finish_reason: "stop", signal: stop.signal });
  stop.abort(new Error("interrupted"));
  await assert.rejects(output, /interrupted/);
  await assert.rejects(
    structuredOutput(busy, {}, { content, finish_reason: "stop", signal: stop.signal }),
    /interrupted/,
  );
});
