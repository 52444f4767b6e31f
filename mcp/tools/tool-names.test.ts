import assert from "node:assert/strict";
import { test } from "node:test";
import { modelToolName, serverPrefixes } from "./tool-names.ts";

test("C4 names of tools are valid for every provider, and two of them never become one", () => {
  const tools = [
    "list_pages",
    "list.pages",
    "list/pages",
    "x".repeat(100),
    `${"x".repeat(100)}y`,
    "日本",
    "",
  ];
  const names = tools.map((tool) => modelToolName("wiki", tool));
  assert.equal(names[0], "wiki__list_pages");
  assert.equal(new Set(names).size, tools.length);
  for (const name of names) assert.match(name, /^[A-Za-z0-9_-]{1,64}$/);
});

test("C4 a user's server with the slug of one of the deployment's has names of its own", () => {
  const deployments = { id: "a", slug: "wiki", is_deployments: true };
  const own = { id: "b", slug: "wiki", is_deployments: false };
  const prefixes = serverPrefixes([own, deployments]);
  assert.equal(prefixes.get("a"), "wiki");
  assert.match(prefixes.get("b") ?? "", /^wiki-[0-9a-f]{4}$/);
  assert.equal(serverPrefixes([own]).get("b"), "wiki");
});
