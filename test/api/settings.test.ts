// Tests: what the deployment and its users set, and what comes of it in prompts.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { createApiKey } from "../../store/access/api-keys.ts";
import { createUser } from "../../store/access/users.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

async function promptOf(more: Record<string, unknown> = {}): Promise<string> {
  const key = randomUUID();
  const chat = await everturn.createChat(script({ text: "hello" }, key), more);
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  await assertSettled(everturn, chat.id, [reader]);
  return JSON.stringify(everturn.model.requests(key)[0]?.body);
}

test("the system prompt is the deployment's, the user's, the chat's, in this order, from the next call on", async () => {
  assert.deepEqual(await everturn.call("GET", "/v1/settings"), { system_prompt: null, approval_policy: {} });
  await everturn.call("PUT", "/v1/settings", { system_prompt: "prompt of the deployment" });
  const own = {
    prompt: "prompt of the user",
    home_instructions: null,
    compaction_thresholds: {},
    approval_policy: {},
  };
  assert.deepEqual(await everturn.call("PUT", "/v1/me/settings", own), own);
  const prompt = await promptOf({ system_prompt: "prompt of the chat" });
  const places = ["prompt of the deployment", "prompt of the user", "prompt of the chat"].map((text) =>
    prompt.indexOf(text),
  );
  assert.ok(!places.includes(-1), prompt);
  assert.deepEqual(
    places,
    places.toSorted((a, b) => a - b),
  );
  await everturn.call("PUT", "/v1/settings", { system_prompt: null });
  await everturn.call("PUT", "/v1/me/settings", {
    prompt: null,
    home_instructions: null,
    compaction_thresholds: {},
  });
  assert.ok(!(await promptOf()).includes("prompt of"), "taken back, neither is there");
});

test("K2 a user's own threshold counts over the model config's", async () => {
  const id = randomUUID();
  await everturn.pool.query(
    `insert into model_configs (id, name, provider, model, context_limit, compression_threshold)
     values ($1, 'small', 'openai', 'demo', 1000, 50)`,
    [id],
  );
  const full = { usage: { input_tokens: 800, output_tokens: 5 } };
  const own = {
    prompt: null,
    home_instructions: null,
    compaction_thresholds: { [id]: 100 },
    approval_policy: {},
  };
  await everturn.call("PUT", "/v1/me/settings", own);
  const key = randomUUID();
  const steps = [{ tool_calls: [{ name: "list_templates", args: {} }], ...full }, { text: "done" }];
  const chat = await everturn.createChat(script(steps, key), { model_config_id: id });
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.ok(!JSON.stringify(stored).includes("chat_summarized"), "switched off by its user");
  assert.deepEqual(await everturn.call("GET", "/v1/me/settings"), own);
});

test("A1 A3 settings of the deployment are for admins, and what is no setting is refused with its path", async () => {
  const token = `ek_${randomUUID()}`;
  const user = await createUser(everturn.pool, { name: "member", role: "member" });
  await createApiKey(everturn.pool, { user_id: user.id, name: "test", key: token });
  for (const [method, body] of [
    ["GET", undefined],
    ["PUT", '{"system_prompt":"mine"}'],
  ] as const) {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const response = await fetch(`${everturn.url}/v1/settings`, { method, headers, ...(body && { body }) });
    assert.equal(response.status, 403);
  }
  const unknown = randomUUID();
  for (const [path, body, fault] of [
    ["/v1/settings", { system_prompt: 7 }, "system_prompt"],
    ["/v1/settings", { system_prompt: null, more: 1 }, "more"],
    [
      "/v1/me/settings",
      { prompt: "x".repeat(10_001), home_instructions: null, compaction_thresholds: {} },
      "prompt",
    ],
    [
      "/v1/me/settings",
      { prompt: null, home_instructions: null, compaction_thresholds: { [unknown]: 50 } },
      `compaction_thresholds.${unknown}`,
    ],
  ] as const) {
    const { status, body: problem } = await everturn.answer("PUT", path, body);
    assert.equal(status, 400, path);
    assert.equal(problem.errors[0].path, fault);
  }
});
