// Tests: what a message may bring along for its turn, what of it is refused, and that it is kept, also in the queue.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../../support/api.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.stop());

const SCHEMA = { type: "object", properties: { city: { type: "string" } }, required: ["city"] };
const OPTIONS = {
  tools: [{ name: "pick", description: "Asks for a color.", parameters: { type: "object" } }],
  tool_choice: { type: "tool", tool_name: "pick" },
  instructions: "Answer in French.",
  call_config: { temperature: 0, max_output_tokens: 100, stop: ["END"] },
  output_schema: SCHEMA,
};

async function aBusyChat(): Promise<string> {
  const { status, body } = await api.call("POST /v1/chats", { body: { content: "Begin" } });
  assert.equal(status, 201, JSON.stringify(body));
  return body.id;
}

async function optionsOf(table: string, chat: string): Promise<unknown> {
  const { rows } = await api.pool.query(
    `select turn_options from ${table} where ${table === "chats" ? "id" : "chat_id"} = $1 order by id desc limit 1`,
    [chat],
  );
  return rows[0]?.turn_options;
}

test("Q12 Q5 a queued message keeps its options and shows them; it takes them along when its turn begins", async () => {
  const chat = await aBusyChat();
  const { body } = await api.call(`POST /v1/chats/${chat}/messages`, {
    body: { content: "Next", ...OPTIONS },
  });
  assert.equal(body.queued, true, JSON.stringify(body));
  const { tools, tool_choice, instructions, call_config, output_schema } = body.queued_message;
  assert.deepEqual({ tools, tool_choice, instructions, call_config, output_schema }, OPTIONS);
  assert.deepEqual(await optionsOf("queued_messages", chat), OPTIONS);
  assert.equal(await optionsOf("chats", chat), null, "the turn that runs has none of them");
  const other = await api.call("POST /v1/chats", { body: { content: "Now", output_schema: SCHEMA } });
  assert.equal(other.status, 201, JSON.stringify(other.body));
  assert.deepEqual(await optionsOf("chats", other.body.id), { output_schema: SCHEMA });
  assert.deepEqual(await optionsOf("messages", other.body.id), { output_schema: SCHEMA });
});

const ofSchema = (schema: unknown) => ({ output_schema: schema });
const long = { type: "object", description: "x".repeat(64 * 1024) };
/** What is sent, and where the fault lies. */
const REFUSED: readonly (readonly [object, string])[] = [
  [ofSchema("no schema"), "output_schema"],
  [ofSchema(long), "output_schema"],
  [ofSchema({ type: "objekt" }), "output_schema.type"],
  [ofSchema({ type: "object", properties: { a: { type: "text" } } }), "output_schema.properties.a.type"],
  [
    ofSchema({ type: "object", properties: { a: { minLength: -1 } } }),
    "output_schema.properties.a.minLength",
  ],
  [ofSchema({ type: "string", pattern: "(" }), "output_schema"],
  [ofSchema({ $ref: "https://example.com/other.json" }), "output_schema.$ref"],
  [ofSchema({ $ref: "#/$defs/none" }), "output_schema"],
  [{ tool_choice: "always" }, "tool_choice"],
  [{ tool_choice: { type: "tool", tool_name: "" } }, "tool_choice"],
  [{ instructions: " " }, "instructions"],
  [{ call_config: { temperature: 3 } }, "call_config.temperature"],
  [{ call_config: { provider_options: {} } }, "call_config"],
];

test("Q12 C12 options that cannot be kept are refused with the path of the fault, and no row appears", async () => {
  const chat = await aBusyChat();
  for (const [options, path] of REFUSED)
    for (const what of [`POST /v1/chats/${chat}/messages`, "POST /v1/chats"]) {
      const { status, body } = await api.call(what, { body: { content: "Hi", ...options } });
      const told = JSON.stringify([options, body]).slice(0, 500);
      assert.deepEqual([status, body.code], [400, "invalid_request"], told);
      assert.ok(body.errors[0].path.startsWith(path), told);
    }
  const { rows } = await api.pool.query(
    "select count(*)::int as queued from queued_messages where chat_id = $1",
    [chat],
  );
  assert.equal(rows[0]?.queued, 0);
});

test("Q12 an empty chat has no message that could bring options", async () => {
  for (const field of ["output_schema", "tool_choice", "instructions", "call_config"] as const) {
    const { status, body } = await api.call("POST /v1/chats", { body: { [field]: OPTIONS[field] } });
    assert.deepEqual([status, body.errors?.[0].path], [400, field], JSON.stringify(body));
  }
});
