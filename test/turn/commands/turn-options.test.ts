// Tests: answers that are to be JSON of a schema, and what else a message brings along for its turn, in whole turns.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../../core/chat/message.ts";
import { doomedWorker, untilDead } from "../../support/crash.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { assertSettled, script, textOf } from "../../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

const SCHEMA = {
  type: "object",
  properties: { city: { type: "string" }, inhabitants: { type: "integer" } },
  required: ["city", "inhabitants"],
  additionalProperties: false,
};
const FITS = { city: "Bern", inhabitants: 137_000 };
const MISFIT = JSON.stringify({ city: "Bern", inhabitants: "many" });
const look = { tool_calls: [{ name: "list_templates", args: {} }] };

/** The messages of the chat once it rests, as the API and its readers show them. */
async function settled({ id }: Pick<Chat, "id">): Promise<Message[]> {
  const reader = everturn.reader(id);
  await reader.untilIdle();
  return assertSettled(everturn, id, [reader]);
}

const answersOf = (messages: readonly Message[]) => messages.filter(({ role }) => role === "assistant");
const bodiesOf = (key: string) => everturn.model.requests(key).map(({ body }) => body);

async function hiddenOf({ id }: Pick<Chat, "id">): Promise<readonly string[]> {
  const { rows } = await everturn.pool.query<Message>(
    "select content from messages where chat_id = $1 and visibility = 'model' and role = 'user' and deleted_at is null order by id",
    [id],
  );
  return rows.map(textOf);
}

test("C12 the last answer has the JSON as structured_output, and the calls of tools before it work as ever", async () => {
  const key = "fits";
  const chat = await everturn.createChat(
    script([{ text: "Let me look.", ...look }, { text: JSON.stringify(FITS) }], key),
    { output_schema: SCHEMA },
  );
  const [first, last] = answersOf(await settled(chat));
  assert.deepEqual(last?.structured_output, FITS);
  assert.ok(
    first !== undefined && !("structured_output" in first),
    "an answer that calls tools is not the last one",
  );
  assert.deepEqual(await hiddenOf(chat), []);
  for (const body of bodiesOf(key)) assert.match(JSON.stringify(body), /json_schema/);
});

test("C12 every kind of provider is asked in its own way, and asked again in words that it takes", async () => {
  const { items } = await everturn.call<{ items: { id: string; provider_id: string; model: string }[] }>(
    "GET",
    "/v1/model-configs",
  );
  const configs = new Map(items.map((config) => [config.provider_id, config]));
  assert.ok(configs.size > 1, "OpenAI's and Anthropic's are seeded");
  for (const { id, model } of configs.values()) {
    const key = `of ${model}`;
    const chat = await everturn.createChat(script([{ text: MISFIT }, { text: JSON.stringify(FITS) }], key), {
      model_config_id: id,
      output_schema: SCHEMA,
    });
    const answers = answersOf(await settled(chat));
    assert.deepEqual(answers.at(-1)?.structured_output, FITS, model);
    for (const body of bodiesOf(key)) assert.match(JSON.stringify(body), /"type":"json_schema"/, model);
    assert.match(JSON.stringify(bodiesOf(key)[1]), /inhabitants: must be integer/, model);
  }
});

test("C12 an answer that does not fit is asked for again with its faults, in the same turn", async () => {
  const key = "again";
  const steps = [
    { text: "It is Bern." },
    { text: MISFIT },
    { text: `\`\`\`json\n${JSON.stringify(FITS)}\n\`\`\`` },
  ];
  const chat = await everturn.createChat(script(steps, key), { output_schema: SCHEMA });
  const messages = await settled(chat);
  const [words, misfit, last] = answersOf(messages);
  assert.deepEqual(new Set(messages.map(({ turn_id }) => turn_id)).size, 1);
  assert.deepEqual([words?.structured_output, words?.structured_output_error?.code], [null, "not_json"]);
  assert.deepEqual(
    [misfit?.structured_output, misfit?.structured_output_error?.errors],
    [null, [{ path: "inhabitants", message: "must be integer" }]],
  );
  assert.deepEqual([last?.structured_output, last?.structured_output_error], [FITS, undefined]);
  const asked = await hiddenOf(chat);
  assert.equal(asked.length, 2);
  assert.match(asked[1] ?? "", /- inhabitants: must be integer/);
  assert.match(JSON.stringify(bodiesOf(key)[2]), /inhabitants: must be integer/);
});

test("C12 X9 a worker killed after it committed an answer that does not fit: the model is asked again once", async () => {
  const worker = await doomedWorker(everturn, "callModel:committed");
  const key = "killed";
  const chat = await everturn.createChat(script([{ text: MISFIT }, { text: JSON.stringify(FITS) }], key), {
    output_schema: SCHEMA,
  });
  await untilDead(worker);
  await everturn.startWorker();
  const answers = answersOf(await settled(chat));
  assert.deepEqual(
    answers.map(({ structured_output }) => structured_output),
    [null, FITS],
  );
  assert.deepEqual([(await hiddenOf(chat)).length, bodiesOf(key).length], [1, 2]);
});

test("C12 after two more tries the turn ends well, without a value and with the reason", async () => {
  const key = "never";
  const steps = [{ text: MISFIT }, { text: MISFIT }, { text: MISFIT }, { text: JSON.stringify(FITS) }];
  const chat = await everturn.createChat(script(steps, key), { output_schema: SCHEMA });
  const answers = answersOf(await settled(chat));
  assert.deepEqual([answers.length, bodiesOf(key).length], [3, 3]);
  const last = answers.at(-1);
  assert.deepEqual([last?.structured_output, last?.structured_output_error?.code], [null, "does_not_fit"]);
  const { status, last_error } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.deepEqual([status, last_error], ["waiting", null]);
});

test("C12 an answer that its limit has cut is not asked for again", async () => {
  const chat = await everturn.createChat(script([{ text: '{"city":"Be', max_tokens: true }]), {
    output_schema: SCHEMA,
  });
  const [answer, ...more] = answersOf(await settled(chat));
  assert.deepEqual([answer?.structured_output_error?.code, more.length], ["cut", 0]);
});

test("C12 E7 E6 a message that is answered again keeps its schema, a fork keeps the value, and the next message has none", async () => {
  const chat = await everturn.createChat(script([{ text: "No." }, { text: JSON.stringify(FITS) }]), {
    output_schema: SCHEMA,
  });
  await settled(chat);
  await everturn.call("POST", `/v1/chats/${chat.id}/regenerate`, {});
  const again = await settled(chat);
  assert.deepEqual(answersOf(again).at(-1)?.structured_output, FITS);
  assert.equal((await hiddenOf(chat)).length, 1, "what was asked of the first try is gone with it");
  const fork = await everturn.call<Chat>("POST", `/v1/chats/${chat.id}/fork`, {});
  assert.deepEqual(answersOf(await settled(fork)).at(-1)?.structured_output, FITS);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script({ text: "Words." }) });
  const last = answersOf(await settled(chat)).at(-1) as Message;
  assert.deepEqual([textOf(last), "structured_output" in last], ["Words.", false]);
});

test("C12 Q12 a queued message has its own schema, and the turn before it none", async () => {
  const chat = await everturn.createChat(script([{ text: "One.", hold_until: "queued" }]));
  const reader = everturn.reader(chat.id);
  await reader.until("it runs", ({ status }) => status === "running");
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "[1,2]" }),
    output_schema: { type: "array", items: { type: "integer" } },
  });
  everturn.model.release("queued");
  const [first, second] = answersOf(await settled(chat));
  assert.ok(first !== undefined && !("structured_output" in first));
  assert.deepEqual(second?.structured_output, [1, 2]);
});

test("Q12 instructions and settings of a message hold for its turn alone", async () => {
  const chat = await everturn.createChat(script({ text: "Oui." }, "options"), {
    instructions: "Answer in French.",
    call_config: { temperature: 0.25, max_output_tokens: 77 },
  });
  await settled(chat);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "Yes." }, "plain"),
  });
  await settled(chat);
  const [own] = bodiesOf("options");
  assert.match(JSON.stringify(own), /Answer in French\./);
  assert.match(JSON.stringify(own), /"temperature":0\.25/);
  assert.match(JSON.stringify(own), /"max_(output_|completion_)?tokens":77/);
  const [plain] = bodiesOf("plain");
  assert.doesNotMatch(JSON.stringify(plain), /Answer in French|"temperature"|:77/);
});

test("Q12 a tool that has to be called holds for the first call of the model alone", async () => {
  const key = "chosen";
  const tool_choice = { type: "tool", tool_name: "list_templates" };
  const chat = await everturn.createChat(script([look, { text: "Done." }], key), { tool_choice });
  await settled(chat);
  assert.deepEqual(
    bodiesOf(key).map((body) => JSON.stringify(body["tool_choice"] ?? null).includes("list_templates")),
    [true, false],
  );
});

test("Q12 a message that asks for a tool that its chat does not have ends in an error that names it", async () => {
  const tool_choice = { type: "tool", tool_name: "wiki__search" };
  const chat = await everturn.createChat(script({ text: "Hi." }), { tool_choice });
  const reader = everturn.reader(chat.id);
  await reader.until("the turn has failed", ({ status }) => status === "error");
  const { last_error } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.equal(last_error?.kind, "config");
  assert.match(last_error?.message ?? "", /asks for the tool wiki__search/);
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script({ text: "Fine." }) });
  assert.equal(textOf((await settled(chat)).at(-1) as Message), "Fine.");
});
