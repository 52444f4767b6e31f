// Tests: what a chat is like is changed while it rests, a chat may be empty, and what is no tool or no policy is refused in words.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../../support/api.ts";

let api: TestApi;
let model: string;
let server: string;
before(async () => {
  api = await startTestApi();
  const provider = await made("POST /v1/model-providers", {
    name: "own",
    kind: "openai-compatible",
    base_url: "https://models.example.com/v1",
  });
  model = await made("POST /v1/model-configs", { name: "own", provider_id: provider, model: "m" });
  const transport = { type: "http", url: "http://127.0.0.1:1/mcp" };
  server = await made("POST /v1/mcp-servers", { slug: "wiki", name: "wiki", transport });
});
after(() => api.stop());

async function made(what: string, body: object): Promise<string> {
  const answer = await api.call(what, { body });
  assert.equal(answer.status, 201, JSON.stringify(answer.body));
  return answer.body.id;
}

const tool = { name: "pick", description: "Asks for a color.", parameters: { type: "object" } };

test("Q1 E8 an empty chat rests, takes another model, prompt, tools and policy, and is written to later", async () => {
  const id = await made("POST /v1/chats", { labels: { of: "nobody yet" } });
  const path = `/v1/chats/${id}`;
  const empty = (await api.call(`GET ${path}`)).body;
  assert.deepEqual([empty.status, empty.title, empty.current_turn_id], ["waiting", "New chat", null]);
  const change = {
    model_config_id: model,
    reasoning_effort: "low",
    system_prompt: "Be brief.",
    dynamic_tools: [tool],
    tools: ["grep"],
    approval_policy: { "*": "ask" },
    client_tool_deadline_s: null,
  };
  const late = { ...change, expected_history_version: empty.history_version + 1 };
  assert.equal((await api.call(`PATCH ${path}`, { body: late })).body.code, "history_changed");
  const patched = await api.call(`PATCH ${path}`, {
    body: { ...change, expected_history_version: empty.history_version },
  });
  assert.equal(patched.status, 200, JSON.stringify(patched.body));
  assert.deepEqual(
    [patched.body.tools, patched.body.client_tool_deadline_s, patched.body.approval_policy],
    [["grep"], null, { "*": "ask" }],
  );
  const sent = await api.call(`POST ${path}/messages`, { body: { content: "Paint the wall" } });
  assert.equal(sent.body.queued, false, JSON.stringify(sent.body));
  const chat = await row(id);
  assert.deepEqual([chat["status"], chat["title"]], ["running", "Paint the wall"]);
  assert.deepEqual([chat["turn_model_config_id"], chat["turn_reasoning_effort"]], [model, "low"]);
  assert.equal(chat["system_prompt"], "Be brief.");
});

test("Q1 a chat that runs keeps what its turn began with; its policy changes for the calls to come", async () => {
  const id = await made("POST /v1/chats", { content: "Begin" });
  const fields = [
    { model_config_id: model },
    { reasoning_effort: "low" },
    { system_prompt: "Be brief." },
    { dynamic_tools: [tool] },
    { tools: [] },
  ];
  for (const body of fields) {
    const { status, body: problem } = await api.call(`PATCH /v1/chats/${id}`, { body });
    assert.deepEqual([status, problem.code], [409, "chat_busy"], JSON.stringify(body));
  }
  const body = { approval_policy: { execute: "ask" } };
  assert.equal((await api.call(`PATCH /v1/chats/${id}`, { body })).status, 200);
  for (const call of ["tool-results", "approvals"]) {
    const answers = { results: [{ tool_call_id: "c", output: 1 }] };
    const decisions = { decisions: [{ tool_call_id: "c", approved: true }] };
    const answer = await api.call(`POST /v1/chats/${id}/${call}`, {
      body: call === "approvals" ? decisions : answers,
    });
    assert.deepEqual([answer.status, answer.body.code], [409, "not_awaiting_results"]);
  }
});

test("Q1 a model that is not there changes nothing", async () => {
  const id = await made("POST /v1/chats", {});
  const body = { system_prompt: "new", model_config_id: id };
  const { status, body: problem } = await api.call(`PATCH /v1/chats/${id}`, { body });
  assert.deepEqual([status, problem.code], [400, "model_config_not_found"]);
  assert.equal((await row(id))["system_prompt"], null);
});

async function row(id: string): Promise<Record<string, unknown>> {
  const { rows } = await api.pool.query("select * from chats where id = $1", [id]);
  return rows[0];
}

/** A schema of this many bytes, such as programs make from their types. */
function largeSchema(bytes: number): object {
  const properties = Object.fromEntries(
    Array.from({ length: Math.ceil(bytes / 100) }, (_, i) => [
      `field_${i}`,
      { type: "string", description: "x".repeat(100) },
    ]),
  );
  return { type: "object", properties };
}

const withTool = (change: object) => ({ dynamic_tools: [{ ...tool, ...change }] });

/** What is posted, and the path and words of the fault. */
const FAULTS: Readonly<Record<string, [object, string, RegExp]>> = {
  "a schema that is none": [
    withTool({ parameters: { type: "object", properties: { city: { type: "text" } } } }),
    "dynamic_tools[0].parameters.properties.city.type",
    /must be one of object/,
  ],
  "a schema of something else": [
    withTool({ parameters: { type: "string" } }),
    "dynamic_tools[0].parameters.type",
    /must be "object"/,
  ],
  "a schema of 100 KB": [
    withTool({ parameters: largeSchema(100_000) }),
    "dynamic_tools[0].parameters",
    /bytes; at most 65536/,
  ],
  "the name of a built-in tool": [withTool({ name: "execute" }), "dynamic_tools[0].name", /built-in/],
  "the same name twice": [{ dynamic_tools: [tool, tool] }, "dynamic_tools[1].name", /twice/],
  "a name that no provider takes": [withTool({ name: "pick a color" }), "dynamic_tools[0].name", /letters/],
  "an empty name": [withTool({ name: "" }), "dynamic_tools[0].name", /letters/],
  "a tool that there is not": [{ tools: ["rocket"] }, "tools[0]", /no tool of this/],
  "a policy of another kind": [{ approval_policy: { execute: "maybe" } }, "approval_policy.execute", /auto/],
  "a deadline of no time": [{ client_tool_deadline_s: 0 }, "client_tool_deadline_s", /1/],
};

for (const [what, [fields, path, words]] of Object.entries(FAULTS)) {
  test(`D1 D4 ${what} is refused in words, for a new chat and for one that rests`, async () => {
    const id = await made("POST /v1/chats", {});
    for (const call of ["POST /v1/chats", `PATCH /v1/chats/${id}`]) {
      const { status, body } = await api.call(call, { body: fields });
      assert.deepEqual([status, body.code, body.errors?.[0]?.path], [400, "invalid_request", path]);
      assert.match(body.errors[0].message, words);
    }
  });
}

test("D1 C4 names that an MCP server of the chat may use are kept for its tools", async () => {
  const taken = { ...tool, name: "wiki__pick" };
  const refused = async (call: string, body: object) => {
    const answer = await api.call(call, { body });
    assert.deepEqual([answer.status, answer.body.code], [400, "invalid_request"], call);
    assert.match(answer.body.detail, /wiki__pick is kept for tools of the MCP server wiki/);
  };
  await refused("POST /v1/chats", { mcp_server_ids: [server], dynamic_tools: [taken] });
  const id = await made("POST /v1/chats", { mcp_server_ids: [server] });
  await refused(`PATCH /v1/chats/${id}`, { dynamic_tools: [taken] });
  await refused(`POST /v1/chats/${id}/messages`, { content: "x", tools: [taken] });
  const free = await made("POST /v1/chats", { dynamic_tools: [taken] });
  await refused(`PATCH /v1/chats/${free}`, { mcp_server_ids: [server] });
});

test("A2 D1 tools for a message to somebody else's chat tell nothing about that chat's MCP servers", async () => {
  const id = await made("POST /v1/chats", { mcp_server_ids: [server] });
  const { key } = await api.newKey();
  const body = { content: "x", tools: [{ ...tool, name: "wiki__pick" }] };
  const answer = await api.call(`POST /v1/chats/${id}/messages`, { body, key });
  assert.deepEqual([answer.status, answer.body.code], [404, "chat_not_found"]);
});

test("D1 C10 names of a profile's MCP servers are kept, too", async () => {
  const transport = { type: "http", url: "http://127.0.0.1:1/mcp" };
  const given = { slug: "all", name: "all", transport, owner: "deployment" };
  const shared = await made("POST /v1/mcp-servers", given);
  const profile_id = await made("POST /v1/profiles", { name: "wiki", mcp_server_ids: [shared] });
  const dynamic_tools = [{ ...tool, name: "all__pick" }];
  const refused = async (call: string, body: object) =>
    assert.equal((await api.call(call, { body })).status, 400, call);
  await refused("POST /v1/chats", { profile_id, dynamic_tools });
  const id = await made("POST /v1/chats", { profile_id });
  await refused(`PATCH /v1/chats/${id}`, { dynamic_tools });
  await refused(`POST /v1/chats/${id}/messages`, { content: "x", tools: dynamic_tools });
  const free = await made("POST /v1/chats", { dynamic_tools });
  await refused(`PATCH /v1/chats/${free}`, { profile_id });
});
