import assert from "node:assert/strict";
import { test } from "node:test";
import { z } from "zod";
import type { JsonObject } from "../core/part/part.ts";
import { BUILT_IN_TOOLS } from "../core/tool/built-in-tools.ts";
import { defineTool } from "./define-tool.ts";
import { aProject, textOf, toolContext } from "./files/files-fixture.ts";
import { activeTools, findTool } from "./registry.ts";
import { runToolCall, type ToolCall } from "./run-tool-call.ts";
import { type Tool, type ToolOutput, toolSpecs } from "./tool.ts";

function aTool(run: () => Promise<ToolOutput>, changes: Partial<Tool> = {}): Tool {
  const schema = z.strictObject({ files: z.array(z.strictObject({ path: z.string() })).optional() });
  const probe = defineTool({
    name: "probe",
    description: "A probe.",
    schema,
    runs_in: "worker",
    flags: {},
    run,
  });
  return { ...probe, ...changes };
}

const giving = (result: JsonObject): Tool => aTool(() => Promise.resolve({ result, is_error: false }));

/** A tool that throws anything at all, as a library may. */
function throwing(thrown: unknown): Tool {
  return aTool(async () => {
    await Promise.resolve();
    throw thrown as Error;
  });
}

function call(tool: Tool, changes: Partial<ToolCall> = {}): Promise<ToolOutput> {
  return runToolCall({ tool_call_id: "c1", tool_name: "probe", args: {}, ...changes }, [tool], toolContext());
}

const PROJECT_TOOLS = [
  "view_file",
  "list_dir",
  "grep",
  "find_files",
  "read_skill",
  "read_skill_file",
  "update_todos",
  "spawn_agent",
  "wait_agent",
  "message_agent",
  "interrupt_agent",
  "list_agents",
];

test("W8 a chat with a project folder has tools that read, one for its to-do list, and those for subagents", () => {
  const names = activeTools({ projectPath: "/srv/app" }).map((tool) => tool.name);
  assert.deepEqual(names, PROJECT_TOOLS);
  const others = activeTools({ projectPath: null }).map((tool) => tool.name);
  assert.ok(["write_file", "edit_files", "execute"].every((name) => others.includes(name)));
  const changing = activeTools({ projectPath: "/srv/app" }).filter(({ flags }) => flags.read_only !== true);
  assert.deepEqual(
    changing.map(({ name }) => name),
    ["update_todos", "spawn_agent", "wait_agent", "message_agent", "interrupt_agent"],
  );
  assert.equal(findTool("grep")?.name, "grep");
  assert.equal(findTool("toString"), undefined);
});

test("L4 a tool that is unknown or not active is not run: an error that lists the active ones", async (t) => {
  const project = aProject(t);
  assert.deepEqual(await project.call("bash", {}), {
    result: {
      error: 'There is no tool "bash" in this chat.',
      hint: `Available tools: ${PROJECT_TOOLS.join(", ")}.`,
    },
    is_error: true,
  });
  const inactive = await runToolCall({ tool_call_id: "c", tool_name: "grep", args: {} }, [], toolContext());
  assert.equal(inactive.result["hint"], "No tools are available in this chat.");
});

test("L4 arguments that are not JSON come back with the JSON problem", async () => {
  const broken = await call(giving({}), { args: { _raw: '{"path": "a' } });
  assert.equal(broken.is_error, true);
  assert.match(textOf(broken.result, "error"), /^The arguments are not valid JSON: .*position 11/);
  assert.equal(broken.result["hint"], "Arguments of probe: files?.");
  for (const [raw, kind] of [
    ["[1]", "an array"],
    ["null", "null"],
    ["3", "a number"],
    ['"x"', "a string"],
  ] as const) {
    const { result } = await call(giving({}), { args: { _raw: raw } });
    assert.equal(result["error"], `The arguments must be a JSON object, not ${kind}.`);
  }
});

test("L4 arguments against the schema come back with each problem by its path", async () => {
  const { result, is_error } = await call(giving({}), {
    args: { files: [{ path: "a" }, { path: 3 }], flie: 1 },
  });
  assert.equal(is_error, true);
  const errors = result["errors"] as readonly { path: string; message: string }[];
  assert.deepEqual(
    errors.map(({ path }) => path),
    ["files[1].path", ""],
  );
  assert.match(textOf(result, "error"), /files\[1\]\.path: .*string.*; .*"flie"/);
  const noPath = await call(findTool("view_file") as Tool, { tool_name: "view_file" });
  assert.match(textOf(noPath.result, "error"), /^The arguments do not fit view_file: path: /);
  assert.equal(noPath.result["hint"], "Arguments of view_file: path, start_line?, end_line?.");
});

test("L4 a file tool called without a project folder and without a workspace says so", async () => {
  const tool = findTool("list_dir") as Tool;
  const { result } = await call(tool, { tool_name: "list_dir" });
  assert.deepEqual(result, { error: "This chat has neither a project folder nor a workspace." });
});

test("L4 whatever a tool throws is an error result without stack or host paths", async () => {
  const cases: readonly [thrown: unknown, error: string][] = [
    [
      new Error("cannot open '/srv/secret/app/key.pem': busy\n    at x (/srv/a.js:1)"),
      "The tool failed: cannot open '<path>': busy",
    ],
    [new Error("bad file:///srv/a.js here"), "The tool failed: bad <path> here"],
    [
      Object.assign(new Error("EACCES: permission denied, open '/srv/x'"), { code: "EACCES" }),
      "Permission denied.",
    ],
    ["words", "The tool failed: words"],
    [undefined, "The tool failed: undefined"],
  ];
  for (const [thrown, error] of cases) {
    assert.deepEqual(await call(throwing(thrown)), { result: { error }, is_error: true });
  }
});

test("I1 a tool that fails because it was interrupted says that", async () => {
  const context = toolContext({ signal: AbortSignal.abort() });
  const output = await runToolCall(
    { tool_call_id: "c", tool_name: "probe", args: {} },
    [throwing(new Error("x"))],
    context,
  );
  assert.deepEqual(output, { result: { error: "The call was interrupted." }, is_error: true });
});

test("L6 an exclusive tool in a mixed batch: every call gets an error and none runs", async () => {
  let runs = 0;
  const exclusive = aTool(() => (runs++, Promise.resolve({ result: {}, is_error: false })), {
    flags: { exclusive: true },
  });
  const other = aTool(() => (runs++, Promise.resolve({ result: {}, is_error: false })), { name: "other" });
  const run = (name: string, batch: readonly string[]): Promise<ToolOutput> =>
    runToolCall(
      { tool_call_id: name, tool_name: name, args: {}, batch_tool_names: batch },
      [exclusive, other],
      toolContext(),
    );
  for (const name of ["probe", "other"]) {
    const { result, is_error } = await run(name, ["probe", "other"]);
    assert.equal(is_error, true);
    assert.match(textOf(result, "error"), /^probe must be called alone/);
  }
  assert.equal((await run("probe", ["probe", "probe"])).is_error, true);
  assert.equal(runs, 0);
  assert.equal((await run("probe", ["probe"])).is_error, false);
  assert.equal((await run("other", ["other", "other"])).is_error, false);
  assert.equal(runs, 2);
});

test("L8 results over 64 KiB are cut head and tail, saying so", async () => {
  const output = await call(giving({ exit_code: 0, output: `HEAD${"x".repeat(200_000)}TAIL` }));
  assert.equal(output.truncated, true);
  assert.equal(output.result["exit_code"], 0);
  assert.match(textOf(output.result, "output"), /^HEADx+\n\[… \d+ bytes cut …\]\nx+TAIL$/);
  assert.ok(Buffer.byteLength(JSON.stringify(output.result)) <= 64 * 1024);
});

test("L8 an empty result is a result, and NUL and broken characters survive", async () => {
  assert.deepEqual(await call(giving({})), { result: {}, is_error: false });
  const bytes = { text: "a\u0000b\u001b\ud800\ufffd", empty: "" };
  const output = await call(giving(bytes));
  assert.deepEqual(JSON.parse(JSON.stringify(output.result)), bytes);
});

test("L8 a result that cannot be JSON is an error result", async () => {
  const circular: Record<string, unknown> = {};
  circular["self"] = circular;
  const output = await call(giving(circular as JsonObject));
  assert.deepEqual(output.result, { error: "The tool gave a result that is not JSON." });
});

test("W8 tools are described to models as plain closed objects", () => {
  for (const spec of toolSpecs(activeTools({ projectPath: "/srv/app" }))) {
    assert.match(spec.name, /^[a-z_]{1,64}$/);
    assert.ok(spec.description.length > 20);
    assert.equal(spec.parameters["type"], "object");
    assert.equal(spec.parameters["additionalProperties"], false);
    assert.equal(spec.parameters["$schema"], undefined);
  }
  const [viewFile] = toolSpecs(activeTools({ projectPath: "/srv/app" }));
  assert.deepEqual(viewFile?.parameters["required"], ["path"]);
  assert.deepEqual(Object.keys(viewFile?.parameters["properties"] as object), [
    "path",
    "start_line",
    "end_line",
  ]);
});

test("D1 the names that no client's tool may have are those of the built-in tools", () => {
  const names = activeTools({ projectPath: null }).map(({ name }) => name);
  assert.deepEqual([...BUILT_IN_TOOLS].toSorted(byText), names.toSorted(byText));
});

const byText = (a: string, b: string) => (a < b ? -1 : 1);

test("G1 G2 a subagent has the tools of its parent but those for subagents", () => {
  for (const projectPath of [null, "/srv/app"]) {
    const parent = activeTools({ projectPath }).map(({ name }) => name);
    const child = activeTools({ projectPath, isAgent: true }).map(({ name }) => name);
    const missing = parent.filter((name) => !child.includes(name));
    assert.deepEqual(missing, [
      "spawn_agent",
      "wait_agent",
      "message_agent",
      "interrupt_agent",
      "list_agents",
    ]);
    assert.equal(child.length, parent.length - missing.length);
  }
});
