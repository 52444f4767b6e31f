// Subagents of a profile, on a real database: what they get of it and of their parent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { mcpServersOf, type ProfileFields } from "../../core/tool/chat-profile.ts";
import { createProfile, deleteProfile } from "../../store/model/profiles.ts";
import { ToolError } from "../../tools/tool-error.ts";
import { createTestDatabase } from "../support/database.ts";
import { agentsOf, NEVER, spawned, withClaimedCalls } from "../support/turn/agents.ts";
import { openStore, type TestStore } from "../support/turn/chats.ts";

let store: TestStore;
let database: Awaited<ReturnType<typeof createTestDatabase>>;
before(async () => {
  database = await createTestDatabase();
  store = await openStore(database.url);
});
after(async () => {
  await store.pool.end();
  await database.drop();
});

const NOTHING_SAID: ProfileFields = {
  system_prompt: null,
  model_config_id: null,
  reasoning_effort: null,
  tools: null,
  mcp_server_ids: null,
  skills: null,
  approval_policy: {},
  template: null,
};

const make = (name: string, fields: Partial<ProfileFields> = {}) =>
  createProfile(store, name, { ...NOTHING_SAID, ...fields });

/** A parent in a turn, whose profile asks before `execute`. */
async function aParent() {
  const parent = await withClaimedCalls(store);
  const profile = { ...NOTHING_SAID, id: parent.id, name: "Parent", version: 3, tools: ["grep", "list_dir"] };
  await store.pool.query(
    "update chats set system_prompt = 'be brief', profile = $2, reasoning_effort = 'high' where id = $1",
    [parent.id, JSON.stringify({ ...profile, approval_policy: { grep: "ask" } })],
  );
  return parent;
}

test("C10 G2 a subagent without a profile of its own has its parent's, version and all", async () => {
  const parent = await aParent();
  const child = await (await spawned(parent)).row();
  const above = await parent.row();
  assert.deepEqual(child.profile, above.profile);
  assert.equal(child.system_prompt, "be brief");
});

test("C10 G2 a subagent of a profile has its prompt, model and effort, and stays within what its parent may do", async () => {
  const { id: profile_id } = await make("Searcher", {
    system_prompt: "You search.",
    reasoning_effort: "low",
    tools: ["grep", "execute"],
    approval_policy: { grep: "auto" },
  });
  const parent = await aParent();
  const child = await (await spawned(parent, "c1", { profile: "Searcher" })).row();
  assert.deepEqual([child.profile?.id, child.profile?.version], [profile_id, 1]);
  assert.deepEqual([child.system_prompt, child.profile?.system_prompt], [null, "You search."]);
  assert.equal(child.turn_reasoning_effort, "low");
  assert.deepEqual(child.profile?.tools, ["grep", "execute"]);
  assert.deepEqual(child.profile?.within, {
    builtin_tools: null,
    tools: ["grep", "list_dir"],
    approval_policy: { grep: "ask" },
  });
  assert.deepEqual(mcpServersOf(child), []);
  await deleteProfile(store, profile_id);
  assert.equal((await (await spawned(parent)).row()).profile?.name, "Searcher");
});

test("C10 a profile that does not exist is a tool error that names those that do, and no agent is started", async () => {
  await make("Writer");
  const parent = await aParent();
  const agents = await agentsOf(parent);
  await assert.rejects(
    agents.spawn({ type: "general", prompt: "dig", profile: "Wrtier" }, NEVER),
    (error) =>
      error instanceof ToolError &&
      /no profile "Wrtier"/.test(error.message) &&
      /Writer/.test(error.hint ?? ""),
  );
  assert.deepEqual(await agents.list(NEVER), { agents: [] });
});
