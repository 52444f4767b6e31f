// Tests that the first bytes of a body decide what it is, whatever its label says.
import assert from "node:assert/strict";
import { test } from "node:test";
import { bodyOf } from "../__fixtures__/replay.ts";
import { openBody } from "./answer-body.ts";

const SSE = "text/event-stream";
const JSON_LABEL = "application/json; charset=utf-8";
const CASES: readonly (readonly [string, string, "events" | "document"])[] = [
  ["data: {}\n\n", JSON_LABEL, "events"],
  ["event: ping\n\n", "text/html", "events"],
  [": OPENROUTER PROCESSING\n\n", JSON_LABEL, "events"],
  ["\ufeff\n\ndata:{}\n\n", JSON_LABEL, "events"],
  ['\n \n{"choices":[]}', SSE, "document"],
  ["<!doctype html>", SSE, "document"],
  ["error code: 1033", JSON_LABEL, "document"],
  ["Internal error", "text/html", "document"],
  ["nonsense", SSE, "events"],
  ["", SSE, "events"],
];

for (const [text, label, form] of CASES) {
  test(`X3 ${JSON.stringify(text)} labelled ${label} is ${form === "events" ? "a stream of events" : "a document"}`, async () => {
    const bytes = new TextEncoder().encode(text);
    for (const chunks of [[bytes], [...bytes].map((byte) => Uint8Array.of(byte))]) {
      const body = await openBody(bodyOf(chunks), label);
      assert.equal(body.form, form);
      const read: Uint8Array[] = [];
      for await (const chunk of body.bytes) read.push(chunk);
      assert.equal(Buffer.concat(read).toString().trim(), text.replace("\ufeff", "").trim());
    }
  });
}
