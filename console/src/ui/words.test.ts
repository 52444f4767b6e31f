import assert from "node:assert/strict";
import { test } from "node:test";
import { agoWords, bytesWords, costWords, countOf, durationWords, shortCount } from "./words.ts";

test("times are told as people say them", () => {
  const now = Date.parse("2026-11-29T12:00:00Z");
  const ago = (seconds: number) => agoWords(new Date(now - seconds * 1_000).toISOString(), now);
  assert.deepEqual([-5, 59, 60, 3_599, 7_300, 90_000].map(ago), [
    "just now",
    "just now",
    "1 min ago",
    "59 min ago",
    "2 h ago",
    "1 d ago",
  ]);
  assert.match(ago(30 * 86_400), /2026/);
});

test("durations, amounts, sizes and counts have units and few digits", () => {
  assert.deepEqual([840, 12_400, 185_000, 7_440_000].map(durationWords), [
    "0.8 s",
    "12 s",
    "3 min 5 s",
    "2 h 4 min",
  ]);
  assert.deepEqual([0, 1_234, 1_250_000].map(costWords), ["$0.00", "$0.0012", "$1.25"]);
  assert.deepEqual([12, 3_500, 5 * 1_024 ** 2].map(bytesWords), ["12 B", "3.4 KiB", "5 MiB"]);
  assert.deepEqual([950, 12_300, 1_000_000].map(shortCount), ["950", "12.3k", "1M"]);
  assert.deepEqual(
    [countOf(1, "chat"), countOf(2, "chat"), countOf(2, "reply", "replies")],
    ["1 chat", "2 chats", "2 replies"],
  );
});
