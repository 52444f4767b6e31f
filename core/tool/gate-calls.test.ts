import assert from "node:assert/strict";
import { test } from "node:test";
import type { ToolCallPart } from "../part/part.ts";
import { type ApprovalPolicy, verdictOf } from "./approval-policy.ts";
import { gateCalls, type OfferedTool } from "./gate-calls.ts";
import { toolSchemaFaults } from "./json-schema-faults.ts";

const call = (tool_name: string, args = {}): ToolCallPart => ({
  type: "tool-call",
  tool_call_id: `call_${tool_name}`,
  tool_name,
  args,
  created_at: "2026-01-01T00:00:00.000Z",
});
const offer = (name: string, more: Partial<OfferedTool> = {}): OfferedTool => ({
  name,
  parameters: {},
  is_client: false,
  is_exclusive: false,
  asks: false,
  reads: false,
  ...more,
});
const offered = [
  offer("execute"),
  offer("grep"),
  offer("drop", { asks: true }),
  offer("pick", { is_client: true }),
  offer("plan", { is_exclusive: true }),
];

function gated(names: readonly string[], ...policies: readonly ApprovalPolicy[]): readonly string[] {
  const calls = names.map((name) => call(name));
  return gateCalls({ calls, offered, policies }).map((gate) => `${gate.call.tool_name}:${gate.kind}`);
}

test("D4 the nearest policy that says anything wins; in it the name comes before patterns, and the longest pattern before others", () => {
  const rows: [ApprovalPolicy[], string | null][] = [
    [[], null],
    [[{}, { execute: "ask" }], "ask"],
    [[{ execute: "auto" }, { execute: "deny" }], "auto"],
    [[{ "*": "deny" }, { execute: "auto" }], "deny"],
    [[{ "*": "deny", "exec*": "ask", execute: "auto" }], "auto"],
    [[{ "*": "deny", "e*": "auto", "exe*e": "ask" }], "ask"],
    [[{ "ex*": "auto", "*te": "deny" }], "deny"],
    [[{ "execute*execute": "deny", "exec*cute": "auto" }], null],
    [[{ "github__*": "ask" }], null],
    [[{ "*c*t*": "ask" }], "ask"],
  ];
  for (const [policies, verdict] of rows) assert.equal(verdictOf("execute", policies), verdict);
  assert.equal(verdictOf("constructor", [{}]), null);
});

test("D4 of a batch: beside an exclusive tool nobody is asked, then what is forbidden, then what is asked", () => {
  assert.deepEqual(gated(["plan", "pick"], { "*": "ask" }), []);
  assert.deepEqual(gated(["execute", "grep", "pick", "drop"], { grep: "deny", execute: "ask" }), [
    "execute:approval",
    "grep:forbidden",
    "pick:client",
    "drop:approval",
  ]);
  assert.deepEqual(gated(["drop"], { drop: "auto" }), []);
  assert.deepEqual(gated(["pick"], { pick: "deny" }), ["pick:forbidden"]);
});

test("L4 D4 nobody is asked about a call that cannot run: a tool that was not offered, or arguments that are not JSON", () => {
  assert.deepEqual(gated(["rocket"], { "*": "ask" }), ["rocket:unoffered"]);
  const calls = [call("pick", { _raw: "{" })];
  assert.deepEqual(gateCalls({ calls, offered, policies: [{ "*": "ask" }] }), []);
});

test("D1 what is no JSON schema of an object is refused with the path of the fault", () => {
  const rows: [unknown, string | null][] = [
    [{ type: "object" }, null],
    [
      {
        type: "object",
        properties: { a: { anyOf: [{ type: ["string", "null"] }, true] }, pattern: { type: "string" } },
        required: ["a"],
        additionalProperties: false,
      },
      null,
    ],
    [7, ""],
    [[], ""],
    [{}, "type"],
    [{ type: "string" }, "type"],
    [{ type: "object", properties: [] }, "properties"],
    [{ type: "object", properties: { city: { type: "text" } } }, "properties.city.type"],
    [{ type: "object", properties: { city: "text" } }, "properties.city"],
    [{ type: "object", required: "a" }, "required"],
    [{ type: "object", properties: { a: { items: [{ enum: 1 }] } } }, "properties.a.items[0].enum"],
    [{ type: "object", properties: { a: { $ref: "https://x.example/s.json" } } }, "properties.a.$ref"],
  ];
  for (const [schema, path] of rows) assert.equal(toolSchemaFaults(schema as never)[0]?.path ?? null, path);
  let deep: object = { type: "object" };
  for (let i = 0; i < 100; i++) deep = { type: "object", properties: { a: deep } };
  assert.match(toolSchemaFaults(deep as never)[0]?.message ?? "", /deeper than 32/);
});
