import assert from "node:assert/strict";
import { test } from "node:test";
import type { CompactableMessage } from "../chat/compaction.ts";
import { renderTranscript, summaryRequest, summaryText } from "./summary-prompt.ts";

const AT = "2026-01-01T00:00:00.000Z";
const result = "x".repeat(50_000);
const history: readonly CompactableMessage[] = [
  { id: 1, role: "user", content: [{ type: "text", text: "find the bug" }] },
  {
    id: 2,
    role: "assistant",
    content: [
      { type: "reasoning", text: "secret thoughts" },
      { type: "tool-call", tool_call_id: "c", tool_name: "grep", args: { pattern: "bug" }, created_at: AT },
    ],
  },
  {
    id: 3,
    role: "tool",
    content: [
      { type: "tool-result", tool_call_id: "c", tool_name: "grep", result, is_error: true, created_at: AT },
    ],
  },
  { id: 4, role: "assistant", content: [{ type: "text", text: "it is in line 4" }] },
];

test("K1 a summary is asked for with everything that was said and done, but not with what was only thought", () => {
  const text = summaryRequest(renderTranscript(history, 1_000_000));
  for (const word of ["find the bug", '[calls grep: {"pattern":"bug"}]', "grep failed", result, "line 4"]) {
    assert.ok(text.includes(word), word.slice(0, 40));
  }
  assert.ok(!text.includes("secret thoughts"));
});

test("K5 a history that does not fit is shortened at the tools first; what was said stays while it can", () => {
  const short = renderTranscript(history, 10_000);
  assert.ok(short.length <= 10_000);
  assert.ok(short.includes("find the bug") && short.includes("it is in line 4"));
  assert.match(short, /characters are left out/);
});

test("K5 whatever the history is, its text fits into its room, and keeps more of its end than of its beginning", () => {
  const long = Array.from({ length: 400 }, (_, id): CompactableMessage => {
    return { id, role: "user", content: [{ type: "text", text: `message ${id} 👩‍🚀 ${"y".repeat(100)}` }] };
  });
  for (const room of [0, 10, 200, 5_000])
    assert.ok(renderTranscript(long, room).length <= Math.max(room, 60));
  const cut = renderTranscript(long, 5_000);
  assert.ok(cut.includes("message 0 ") && cut.includes("message 399 ") && !cut.includes("message 200 "));
  assert.ok(cut.isWellFormed());
});

test("K3 K4 a summary says that it is one, and whether messages after it still want their answer", () => {
  assert.ok(summaryText("  the gist\n", false).endsWith("\n\nthe gist"));
  assert.match(summaryText("the gist", true), /the gist\n\n.*not answered/s);
});
