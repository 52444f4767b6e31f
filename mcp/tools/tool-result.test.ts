import assert from "node:assert/strict";
import { test } from "node:test";
import { questionNote, toolOutput } from "./tool-result.ts";

test("C4 text, links and resources of a result are read, and what cannot be shown is named in words", () => {
  const { result, is_error } = toolOutput(
    {
      content: [
        { type: "text", text: "Found." },
        { type: "image", data: "AAAA", mimeType: "image/png" },
        { type: "resource_link", uri: "file:///a", name: "a", description: "an a" },
        { type: "resource", resource: { uri: "note://1", text: "a note" } },
        { type: "resource", resource: { uri: "note://2", blob: "AAAA", mimeType: "application/zip" } },
      ],
    },
    [questionNote("Which colour?", "Nobody answered in time")],
  );
  assert.equal(is_error, false);
  assert.deepEqual((result["content"] as string).split("\n"), [
    "Found.",
    "[image image/png, 3 bytes: not shown]",
    "[link file:///a: a, an a]",
    "[resource note://1]",
    "a note",
    "[resource note://2 application/zip, 3 bytes: not shown]",
  ]);
  assert.match(
    JSON.stringify(result["notes"]),
    /Which colour\?.*Nobody answered in time, so the question was declined/,
  );
});

test("C4 structured content comes once, although servers repeat it as text", () => {
  const structuredContent = { celsius: 21 };
  const content = [{ type: "text" as const, text: '{ "celsius": 21 }' }];
  assert.deepEqual(toolOutput({ content, structuredContent }, []).result, {
    structured: structuredContent,
  });
});

test("C4 a result is bounded, and an error of a tool is an error result with its words", () => {
  const content = Array.from({ length: 60 }, () => ({ type: "text" as const, text: "x".repeat(2_000) }));
  const large = toolOutput({ content, structuredContent: { all: "y".repeat(30_000) } }, []);
  assert.equal(large.truncated, true);
  assert.ok(JSON.stringify(large.result).length < 64 * 1024);
  const failed = toolOutput({ content: [{ type: "text", text: "no such page" }], isError: true }, []);
  assert.deepEqual([failed.result, failed.is_error], [{ error: "no such page" }, true]);
});

test("C4 structured content that is nested too deep for whoever reads it later is left out", () => {
  let deep: unknown = 1;
  for (let level = 0; level < 5_000; level++) deep = [deep];
  const output = toolOutput({ content: [], structuredContent: { deep } }, []);
  assert.deepEqual([output.result, output.truncated], [{ content: "" }, true]);
});
