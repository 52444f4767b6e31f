// An MCP server on its way through the form.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { McpServer } from "../parts/wire.ts";
import { checkServer, fieldOf, toChange, toNew, toValues } from "./server-values.ts";

const stored: McpServer = {
  id: "s",
  slug: "wiki",
  name: "Wiki",
  transport: { type: "http", url: "https://wiki.example.com/mcp", header_names: ["X-Team"] },
  auth: "bearer",
  has_token: true,
  oauth: null,
  authorized: null,
  allow: null,
  deny: ["delete_page"],
  enabled: true,
  owner: "me",
  created_at: "2026-01-01T00:00:00.000Z",
  updated_at: "2026-01-01T00:00:00.000Z",
};

test("C4 a form that nobody touched changes nothing: secrets stay as they are", () => {
  assert.deepEqual(toChange(stored, toValues(stored)), {});
});

test("C4 an allow list that is empty allows nothing, and none at all allows everything", () => {
  const values = { ...toValues(stored), only: true, allow: "" };
  assert.deepEqual(toChange(stored, values), { allow: [] });
  assert.deepEqual(toChange({ ...stored, allow: [] }, { ...values, only: false }), { allow: null });
});

test("C4 headers and variables are read line by line, and a line without its sign is said", () => {
  const values = { ...toValues(null), url: "https://a.example", headers: "X-Team: a:b\n\nX-Other:c" };
  assert.deepEqual(toNew(values).transport, {
    type: "http",
    url: "https://a.example",
    headers: { "X-Team": "a:b", "X-Other": "c" },
  });
  assert.deepEqual(Object.keys(checkServer({ ...values, headers: "nonsense" })), ["headers"]);
  assert.deepEqual(Object.keys(checkServer({ ...values, type: "stdio", env: "=x" })), ["env"]);
});

test("C4 a program has no sign-in, whatever was chosen before", () => {
  const values = {
    ...toValues(null),
    type: "stdio",
    auth: "bearer",
    token: "t",
    command: "/bin/tool",
  } as const;
  const { auth, token } = toNew(values);
  assert.deepEqual([auth, token], ["none", undefined]);
});

test("C4 what the server says of a path stands at its field", () => {
  assert.equal(fieldOf("transport.url"), "url");
  assert.equal(fieldOf("oauth.client_id"), "client_id");
  assert.equal(fieldOf("slug"), "slug");
  assert.equal(fieldOf("allow.0"), "allow.0");
});
