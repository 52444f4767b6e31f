import assert from "node:assert/strict";
import { test } from "node:test";
import {
  agentOfProfile,
  type ChatProfile,
  isAllowed,
  mcpServersOf,
  policiesOf,
  promptOf,
} from "./chat-profile.ts";

test("C10 an allow list names tools, or patterns of them; none allows all, and an empty one nothing", () => {
  assert.equal(isAllowed(null, "execute"), true);
  assert.equal(isAllowed([], "execute"), false);
  assert.equal(isAllowed(["grep", "wiki__*"], "wiki__read"), true);
  assert.equal(isAllowed(["grep", "wiki__*"], "grep"), true);
  assert.equal(isAllowed(["grep", "wiki__*"], "grep_all"), false);
});

test("C10 C4 a chat's own list of MCP servers stands in place of its profile's, also an empty one", () => {
  const profile = { mcp_server_ids: ["p"] };
  assert.deepEqual(mcpServersOf({ mcp_server_ids: null, profile }), ["p"]);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: ["c"], profile }), ["c"]);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: [], profile }), []);
  assert.deepEqual(mcpServersOf({ mcp_server_ids: null, profile: null }), []);
});

const aProfile = (fields: Partial<ChatProfile> = {}): ChatProfile => ({
  id: "p",
  name: "P",
  version: 1,
  system_prompt: null,
  model_config_id: null,
  reasoning_effort: null,
  tools: null,
  mcp_server_ids: null,
  skills: null,
  approval_policy: {},
  template: null,
  ...fields,
});
const aParent = {
  system_prompt: "The parent's.",
  builtin_tools: ["grep", "execute"],
  mcp_server_ids: null,
  approval_policy: { grep: "auto" },
  profile: aProfile({
    mcp_server_ids: ["a", "b"],
    skills: ["lint", "release"],
    tools: ["wiki__*"],
    approval_policy: { execute: "ask" },
    template: "node",
  }),
} as const;

test("C10 G2 a subagent of a profile has what both the profile and its parent allow, and its parent's policies decide first", () => {
  const fields = { system_prompt: "The profile's.", mcp_server_ids: ["b", "c"], skills: ["lint", "deploy"] };
  const made = aProfile({ ...fields, tools: ["execute"], approval_policy: { execute: "auto" } });
  const agent = agentOfProfile(aParent, made);
  assert.equal(promptOf(agent), "The profile's.");
  assert.deepEqual(mcpServersOf(agent), ["b"]);
  assert.deepEqual(agent.profile?.skills, ["lint"]);
  assert.equal(agent.profile?.template, "node");
  assert.deepEqual(agent.profile?.within, {
    builtin_tools: ["grep", "execute"],
    tools: ["wiki__*"],
    approval_policy: { execute: "ask" },
  });
  assert.deepEqual(policiesOf(agent), [{ grep: "auto" }, { execute: "ask" }, { execute: "auto" }]);
});

test("C10 G2 what the profile of a subagent says nothing about is as with its parent", () => {
  const agent = agentOfProfile(aParent, aProfile());
  assert.equal(promptOf(agent), "The parent's.");
  assert.deepEqual(mcpServersOf(agent), ["a", "b"]);
  assert.deepEqual(agent.profile?.skills, ["lint", "release"]);
  const plain = { ...aParent, profile: null, builtin_tools: null };
  assert.equal(agentOfProfile(plain, aProfile()).profile?.skills, null);
  assert.deepEqual(policiesOf(plain), [{ grep: "auto" }]);
});
