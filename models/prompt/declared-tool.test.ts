// Tests decorated names of tools.
import assert from "node:assert/strict";
import { test } from "node:test";
import { declaredTool } from "./declared-tool.ts";

const TOOLS = ["list_templates", "view_file", "api.search"];

for (const name of [
  "functions.list_templates",
  "functions.list_templates:0",
  "list_templates<|channel|>commentary",
  "list_templates<|constrain|>json",
  "default_api.list_templates",
  "tools:list_templates",
  " list_templates\n",
  '"list_templates"',
  "`list_templates()`",
]) {
  test(`L17 ${JSON.stringify(name)} is the tool list_templates`, () => {
    assert.equal(declaredTool(name, TOOLS), "list_templates");
  });
}

test("L17 a declared name stays as it is, and so does one that no decoration explains", () => {
  for (const name of ["api.search", "view_files", "functions.rm", "multi_tool_use.parallel", "", "x<|y"])
    assert.equal(declaredTool(name, TOOLS), name);
});
