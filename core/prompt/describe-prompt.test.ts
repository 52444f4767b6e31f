import assert from "node:assert/strict";
import { test } from "node:test";
import { plainText, titlePrompt, turnSummaryPrompt } from "./describe-prompt.ts";

test("M1 M2 a title and a summary are asked for with the words of message and answer, long ones cut", () => {
  const { system, text } = titlePrompt({ asked: "find the bug", answered: "😀".repeat(5_000) });
  assert.match(system, /title/);
  assert.match(text, /^<message>\nfind the bug\n<\/message>\n<answer>\n/);
  assert.ok(text.length < 2_100 && text.isWellFormed());
  const summary = turnSummaryPrompt({ asked: "find the bug", answered: "" });
  assert.match(summary.system, /summary/);
  assert.equal(summary.text, "<message>\nfind the bug\n</message>");
});

test("M1 only what is text counts", () => {
  const call = { type: "tool-call", tool_call_id: "c", tool_name: "grep", args: {}, created_at: "" } as const;
  assert.equal(plainText([call, { type: "text", text: " a" }, { type: "text", text: "b " }]), "a\nb");
  assert.equal(plainText([call]), "");
});
