// Which tools a chat of a profile has.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Tool } from "../../tools/tool.ts";
import { createToolsOf, type ToolsChat } from "../../tools/tools-of.ts";
import { createWorkspace } from "../../tools/workspace/create-workspace.ts";

const tool = (name: string, runs_in: Tool["runs_in"]): Tool => ({
  ...createWorkspace,
  name,
  runs_in,
  parameters: {},
});
const source = {
  toolsOf: async () => [tool("wiki__read", "worker"), tool("git__push", "worker"), tool("pick", "client")],
};
const toolsOf = createToolsOf([source]);

async function namesOf(chat: Partial<ToolsChat>): Promise<readonly string[]> {
  const whole = {
    id: "c",
    owner_id: "u",
    project_path: null,
    builtin_tools: null,
    profile: null,
    agent_type: null,
    ...chat,
  };
  return (await toolsOf(whole)).map(({ name }) => name);
}

const profile = (tools: readonly string[] | null, template: string | null = null) => ({ tools, template });

test("C10 L4 a profile's list leaves of all tools only those that it names; what a client brings along is the chat's own", async () => {
  const all = await namesOf({});
  assert.ok(all.length > 15 && all.includes("execute"));
  assert.deepEqual(await namesOf({ profile: profile(null) }), all);
  assert.deepEqual(await namesOf({ profile: profile(["grep", "wiki__*", "nothing"]) }), [
    "grep",
    "wiki__read",
    "pick",
  ]);
  assert.deepEqual(await namesOf({ profile: profile([]) }), ["pick"]);
});

test("C10 G2 a subagent has no tool that its parent has not", async () => {
  const within = { builtin_tools: null, tools: ["grep", "list_dir", "wiki__*"], approval_policy: {} };
  const chat = { profile: { ...profile(["grep", "execute", "*__*"]), within } };
  assert.deepEqual(await namesOf(chat), ["grep", "wiki__read", "pick"]);
  const named = { ...within, builtin_tools: ["execute"] };
  assert.deepEqual(await namesOf({ profile: { ...profile(null), within: named } }), [
    "execute",
    "wiki__read",
    "pick",
  ]);
});

test("C10 built-in tools that the chat names stand in place of its profile's", async () => {
  const chat = { builtin_tools: ["execute"], profile: profile(["grep", "wiki__*"]) };
  assert.deepEqual(await namesOf(chat), ["execute", "wiki__read", "pick"]);
});

test("C10 with a template of the profile, the model need not name one, and its tool says which it is", async () => {
  const chat = { id: "c", owner_id: "u", project_path: null, builtin_tools: null, agent_type: null };
  const tools = await toolsOf({ ...chat, profile: profile(null, "node") });
  const made = tools.find(({ name }) => name === "create_workspace");
  assert.match(JSON.stringify(made?.parameters), /Default: \\"node\\"/);
  assert.equal(made?.parse({}).ok, true);
  assert.equal(createWorkspace.parse({}).ok, false);
  assert.equal(made?.flags.reattaches, true);
});
