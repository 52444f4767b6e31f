// Tests: turns that use the read-only project tools.
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { ToolResultPart } from "../../core/part/part.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
let project: string;
before(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "everturn-project-")));
  await writeFile(join(project, "a.txt"), "alpha\nneedle here\n");
  await writeFile(join(project, "big.txt"), "x".repeat(60).concat("\n").repeat(3_000));
  everturn = await startEverturn({ env: { EVERTURN_PROJECT_ROOTS: project } });
});
after(async () => {
  await everturn.stop();
  await rm(project, { recursive: true });
});

async function runTurn(content: string) {
  const chat = await everturn.createChat(content, { project_path: project });
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const results = stored.flatMap(({ content: parts }) =>
    parts.filter((part): part is ToolResultPart => part.type === "tool-result"),
  );
  return { chat, stored, results };
}

test("L1 L2 L13 W8 parallel calls without provider ids run side by side: one tool message, results in call order", async () => {
  const calls = [
    { name: "view_file", args: { path: "a.txt" }, id: null },
    { name: "grep", args: { pattern: "needle" }, id: null, pieces: 4 },
    { name: "list_dir", args: {}, id: null },
  ];
  const { chat, stored, results } = await runTurn(
    script([{ tool_calls: calls, interleaved: true }, { text: "done" }]),
  );
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant"],
  );
  assert.deepEqual(
    results.map(({ tool_name, is_error }) => [tool_name, is_error]),
    [
      ["view_file", false],
      ["grep", false],
      ["list_dir", false],
    ],
  );
  for (const { role, usage, model, runtime_ms } of stored) {
    if (role !== "assistant") continue;
    assert.ok(usage !== null && model !== null && runtime_ms !== null, "each step has usage, model and time");
  }
  const { events } = await everturn.temporal.workflow.getHandle(`chat-${chat.id}`).fetchHistory();
  // The first call finds that the folder's instructions are to be read, which is an activity of its own, once in a chat.
  assert.equal(events?.filter((event) => event.activityTaskScheduledEventAttributes != null).length, 7);
});

test("L4 an unknown tool, a bad argument and arguments that are no JSON get error results, and the turn goes on", async () => {
  const calls = [
    { name: "launch_rocket", args: {} },
    { name: "view_file", args: { path: 7 } },
    { name: "grep", raw_args: '{"pattern": ' },
  ];
  const { stored, results } = await runTurn(script([{ tool_calls: calls }, { text: "I see" }]));
  assert.deepEqual(
    results.map(({ is_error }) => is_error),
    [true, true, true],
  );
  const raw = stored[1]?.content.find((part) => part.type === "tool-call" && part.tool_name === "grep");
  assert.deepEqual(raw?.type === "tool-call" && raw.args, { _raw: '{"pattern": ' });
  assert.equal(textOf(stored.at(-1) as never), "I see");
});

test("L8 W6 a large file comes back cut, saying so", async () => {
  const calls = [{ name: "view_file", args: { path: "big.txt" } }];
  const { results } = await runTurn(script([{ tool_calls: calls }, { text: "long" }]));
  const result = results[0]?.result as { truncated: boolean } | undefined;
  assert.ok(Buffer.byteLength(JSON.stringify(result)) <= 64 * 1024);
  assert.equal(result?.truncated, true);
});

test("W9 without project and workspace a file tool gets an error result that names create_workspace", async () => {
  const chat = await everturn.createChat(script([{ tool_calls: [{ name: "list_dir" }] }, { text: "none" }]));
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const result = stored[2]?.content[0];
  assert.equal(result?.type === "tool-result" && result.is_error, true);
  assert.match(JSON.stringify(result), /create_workspace/);
});

test("L1 more calls than a step may have get error results without being run", async () => {
  const calls = Array.from({ length: 70 }, () => ({ name: "list_dir", args: {} }));
  const { results } = await runTurn(script([{ tool_calls: calls }, { text: "enough" }]));
  assert.equal(results.length, 70);
  assert.deepEqual(
    [results.slice(0, 64).some((r) => r.is_error), results.slice(64).every((r) => r.is_error)],
    [false, true],
  );
});
