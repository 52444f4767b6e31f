// What the demo model does when asked to write a program.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelCall } from "../request/model-call.ts";
import { programStep } from "./program-plot.ts";

const tools = ["create_workspace", "write_file", "edit_files", "execute"].map((name) => ({ name, args: [] }));
const asked = { role: "user", texts: ["Write a small program and test it"], calls: [], results: [] } as const;

function callAfter(results: readonly string[]): ModelCall {
  const turns = results.flatMap((text) => [
    { role: "assistant", texts: [], calls: [], results: [] } as const,
    { role: "tool", texts: [], calls: [], results: [{ id: "c", text }] } as const,
  ]);
  return { tools, turns: [asked, ...turns] } as unknown as ModelCall;
}

test("a program is written step by step, and what is left depends on what was done alone", () => {
  const names: string[] = [];
  const results: string[] = [];
  for (;;) {
    const step = programStep(callAfter(results));
    if (step?.tool_calls === undefined) break;
    names.push(...step.tool_calls.map(({ name }) => name));
    results.push(
      JSON.stringify({
        output: ["", "", "5 passed, 1 failed", "", "6 passed, 0 failed", "2\n"][results.length],
      }),
    );
  }
  assert.deepEqual(names, [
    "create_workspace",
    "write_file",
    "write_file",
    "execute",
    "edit_files",
    "execute",
    "execute",
  ]);
  const end = programStep(callAfter(results))?.text ?? "";
  assert.match(end, /“5 passed, 1 failed”.*“6 passed, 0 failed”.*ran 2 times/);
});

test("a failed step ends the program with its words, in either way that dialects send errors", () => {
  for (const text of ["error: no sandbox", '{"error":"no sandbox"}']) {
    assert.equal(programStep(callAfter([text]))?.text, "That did not work: no sandbox");
  }
});

test("without the tools, or asked for something else, it is no program", () => {
  assert.equal(programStep({ ...callAfter([]), tools: tools.slice(1) }), null);
  assert.equal(programStep({ ...callAfter([]), turns: [{ ...asked, texts: ["Hello"] }] }), null);
});
