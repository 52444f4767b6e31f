// Tests what people see of a tool call in Temporal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8Length } from "../text/truncate.ts";
import { callSummary, callSummaryBytesMax } from "./call-summary.ts";

test("O9 a call shows its command, path or pattern on one line", () => {
  assert.equal(
    callSummary({ args: { timeout_ms: 5, command: "npm test\n  --silent" } }),
    "npm test --silent",
  );
  assert.equal(callSummary({ args: { path: "src/a.ts", pattern: "x" } }), "src/a.ts");
  assert.equal(
    callSummary({ args: { files: [{ path: "a" }, { path: "b" }, { path: "c" }] } }),
    "a and 2 more",
  );
  for (const args of [{}, { path: "" }, { path: 5 }, { files: [] }, { files: [null] }, { _raw: "{" }]) {
    assert.equal(callSummary({ args }), null);
  }
});

test("O9 it is never longer than Temporal takes, in whatever script", () => {
  assert.ok(utf8Length(callSummary({ args: { command: "漢".repeat(10_000) } }) ?? "") <= callSummaryBytesMax);
});
