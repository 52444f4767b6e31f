import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, ToolCallPart } from "../part/part.ts";
import { gateCalls, type OfferedTool } from "../tool/gate-calls.ts";
import { isPlanFile, planVerdict, proposedPlan } from "./plan-mode.ts";

test("C6 a plan is a Markdown file of its folder, by no other spelling", () => {
  for (const path of [".everturn/plans/plan.md", "./.everturn/plans/log-in_2.v1.md"])
    assert.ok(isPlanFile(path), path);
  for (const path of [
    "plan.md",
    ".everturn/plans/plan.ts",
    ".everturn/plans/../../src/a.md",
    ".everturn/plans/a/b.md",
    ".everturn/plans/.md",
    ".everturn/plans/..md",
    ".everturn//plans/a.md",
    "/.everturn/plans/a.md",
    ".everturn\\plans\\a.md",
    ".everturn/plans/a.md\n",
    ".everturn/plans/a\0.md",
    7,
    undefined,
  ])
    assert.equal(isPlanFile(path), false, String(path));
});

test("C6 a proposal names a plan file or is a text, and not both", () => {
  const path = ".everturn/plans/a.md";
  assert.deepEqual(proposedPlan({ path }), { path });
  assert.deepEqual(proposedPlan({ plan: "1. look" }), { plan: "1. look" });
  for (const args of [
    {},
    { path, plan: "x" },
    { plan: " " },
    { plan: "x".repeat(30_001) },
    { path: "src/a.md" },
    { plan: 7 },
  ])
    assert.equal(proposedPlan(args), null, JSON.stringify(args).slice(0, 80));
});

const verdict = (tool_name: string, args: JsonObject = {}, reads = false) =>
  planVerdict({ tool_name, args, reads }).type;

test("C6 in plan mode the plan alone may be written, readers go on, and whatever else may change something is asked about", () => {
  const plan = ".everturn/plans/a.md";
  assert.equal(verdict("write_file", { path: plan, content: "x" }), "as-usual");
  assert.equal(verdict("write_file", { path: "src/a.ts", content: "x" }), "forbidden");
  assert.equal(verdict("write_file"), "forbidden");
  assert.equal(verdict("edit_files", { files: [{ path: plan }] }), "as-usual");
  assert.equal(verdict("edit_files", { files: [{ path: plan }, { path: "src/a.ts" }] }), "forbidden");
  for (const files of [[], "all", [plan], [null], { path: plan }])
    assert.equal(verdict("edit_files", { files }), "forbidden", JSON.stringify(files));
  for (const [tool, expected] of [
    ["execute", "ask"],
    ["process_signal", "ask"],
    ["stop_workspace", "ask"],
    ["wiki__edit", "ask"],
    ["update_todos", "as-usual"],
    ["create_workspace", "as-usual"],
  ] as const)
    assert.equal(verdict(tool), expected, tool);
  assert.equal(verdict("spawn_agent", { type: "explore" }), "as-usual");
  assert.equal(verdict("spawn_agent", { type: "general" }), "as-usual");
  assert.equal(verdict("message_agent"), "ask");
  assert.equal(verdict("wiki__read", {}, true), "as-usual");
  assert.equal(verdict("propose_plan", { plan: "1. look" }), "ask");
  assert.equal(verdict("propose_plan", {}), "forbidden", "an approval of it would end plan mode for nothing");
});

test("C6 D4 no policy allows in plan mode what a person is to decide, and what a policy forbids stays forbidden", () => {
  const offered = ["execute", "grep", "write_file", "propose_plan", "pick"].map(
    (name): OfferedTool => ({
      name,
      parameters: {},
      is_client: name === "pick",
      is_exclusive: name === "propose_plan",
      asks: false,
      reads: name === "grep",
    }),
  );
  const gated = (name: string, args: JsonObject, policy: Record<string, "auto" | "ask" | "deny">) => {
    const calls: ToolCallPart[] = [
      { type: "tool-call", tool_call_id: "c", tool_name: name, args, created_at: "2026-01-01T00:00:00.000Z" },
    ];
    return gateCalls({ calls, offered, policies: [policy], plan_mode: true }).map(({ kind }) => kind);
  };
  assert.deepEqual(gated("execute", { command: "cat a" }, { execute: "auto" }), ["approval"]);
  assert.deepEqual(gated("execute", {}, { "*": "deny" }), ["forbidden"]);
  assert.deepEqual(gated("propose_plan", { plan: "x" }, { "*": "auto" }), ["approval"]);
  assert.deepEqual(gated("grep", {}, {}), []);
  assert.deepEqual(gated("grep", {}, { grep: "ask" }), ["approval"]);
  assert.deepEqual(gated("write_file", { path: "a.ts" }, { "*": "auto" }), ["forbidden"]);
  assert.deepEqual(gated("pick", {}, {}), ["client"]);
});
