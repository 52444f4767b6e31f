// Tests: servers that refuse a history or a setting for its shape, played through the whole product: the call is made once more
// within its step, what was learnt is kept for provider and model, and the chat lives on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject as SentBody } from "../../core/part/part.ts";
import { type JsonObject, listOf, objectOf } from "../../dev/demo-model/json.ts";
import type { Json } from "../support/everturn.ts";
import { type OddCase, oddCase, PLAIN_ANSWERS } from "../support/odd/odd-case.ts";
import { callsOf } from "../support/odd/odd-outline.ts";
import type { OddAnswer } from "../support/odd/odd-provider.ts";
import {
  type OddChat,
  type OddModel,
  type OddWorld,
  oddChat,
  oddModel,
  openOddWorld,
} from "../support/odd/odd-world.ts";
import { type Refuses, refusingServer } from "../support/server/refusing-server.ts";

/** Side by side: most of their time they wait. */
const CHATS_AT_ONCE = 6;

let world: OddWorld;
before(async () => {
  world = await openOddWorld();
});
after(() => world.stop());

/** What another model answers, with which the chat goes on. */
type QuirkCase = OddCase & { readonly second?: readonly OddAnswer[] };

/** A chat whose first turn has called a tool; later requests are refused as the case says. */
async function play(id: string, refuses?: Refuses): Promise<{ chat: OddChat; odd: QuirkCase }> {
  const odd = oddCase(id) as QuirkCase;
  const [call, ...then] = odd.answers;
  const refusal = then.find(({ status }) => status === 400);
  const script = refusingServer(odd, {
    ...(call && { call }),
    ...(refusal && { refusal }),
    ...(refuses && { refuses }),
  });
  const chat = await oddChat(world, await oddModel(world, odd, script));
  await chat.settled();
  return { chat, odd };
}

/** The same chat, gone on with another model. */
async function goOnWith(chat: OddChat, odd: QuirkCase, refuses: Refuses): Promise<OddModel> {
  const [refusal] = odd.second ?? [];
  const second = await oddModel(world, odd, refusingServer(odd, { ...(refusal && { refusal }), refuses }));
  const { error } = await chat.say("and now?", { model_config_id: second.model_config_id });
  assert.equal(error, null);
  assert.ok(bodies(second).some(refuses), "it was refused, and went on");
  assert.ok(!refuses(lastBody(second)));
  return second;
}

function bodies({ requests }: Pick<OddModel, "requests">): readonly SentBody[] {
  return requests().map(({ body }) => body);
}

function lastBody(model: Pick<OddModel, "requests">): SentBody {
  return bodies(model).at(-1) ?? {};
}

function messagesOf(body: SentBody): readonly JsonObject[] {
  return listOf(body["messages"]).map(objectOf);
}

function rolesOf(body: SentBody): readonly unknown[] {
  return messagesOf(body)
    .map(({ role }) => role)
    .filter((role) => role !== "system");
}

/** The quirks that are listed for a model's provider, by name. */
async function quirksOf({ name }: OddModel): Promise<readonly string[]> {
  const { items } = await world.everturn.call<Json>(
    "GET",
    `/v1/model-providers/${await providerId(name)}/quirks`,
  );
  return items.map(({ quirk }: Json) => quirk);
}

async function providerId(name: string): Promise<string> {
  const { items } = await world.everturn.call<Json>("GET", "/v1/model-providers");
  return items.find((each: Json) => each.name === name).id;
}

/** One message more: what was learnt was kept, so nothing is refused any more. */
async function isNotRefusedAgain(chat: OddChat, model: OddModel, refuses: Refuses): Promise<void> {
  const before = model.requests().length;
  const { error } = await chat.say("once more");
  assert.equal(error, null);
  const since = bodies(model).slice(before);
  assert.ok(since.length > 0 && !since.some(refuses), JSON.stringify(since.map(rolesOf)));
}

/** The next turn is refused once, goes on as the server wants it, and so does the one behind it. */
async function livesOn(chat: OddChat, refuses: Refuses): Promise<void> {
  const { error } = await chat.say("and now?");
  assert.equal(error, null);
  assert.ok(bodies(chat.model).some(refuses), "it was refused, and went on");
  await isNotRefusedAgain(chat, chat.model, refuses);
}

const messagesWithCalls = (body: SentBody) => messagesOf(body).filter((message) => "tool_calls" in message);
const callsIn = (body: SentBody) =>
  messagesWithCalls(body).flatMap(({ tool_calls }) => listOf(tool_calls).map(objectOf));

describe("X10 histories that a server refuses", { concurrency: CHATS_AT_ONCE }, () => {
  test("X10 B01 a user message behind a tool message is refused once, then an answer stands between", async () => {
    const isBehindTool = (body: SentBody) =>
      rolesOf(body).some((role, i, all) => role === "user" && all[i - 1] === "tool");
    const odd = oddCase("B01");
    const [call, wrongKey, refusal] = odd.answers as [OddAnswer, OddAnswer, OddAnswer];
    const plain = refusingServer(odd, { call, refusal, refuses: isBehindTool });
    // The first turn ends between its tool and its answer.
    const model = await oddModel(world, odd, (request, number) =>
      rolesOf(request.body).at(-1) === "tool" ? wrongKey : plain(request, number),
    );
    const chat = await oddChat(world, model);
    assert.equal((await chat.settled()).error?.kind, "auth");
    await livesOn(chat, isBehindTool);
    assert.deepEqual(rolesOf(lastBody(model)).slice(0, 5), [
      "user",
      "assistant",
      "tool",
      "assistant",
      "user",
    ]);
    assert.deepEqual(await quirksOf(model), ["assistant-behind-tool"]);
  });

  test("X10 B02 ids of nine letters and digits towards a server that takes no others, pairwise the same", async () => {
    const { chat, odd } = await play("B02");
    const isLong = (body: SentBody) =>
      callsOf("openai-chat", body).some(({ id }) => !/^[A-Za-z0-9]{9}$/.test(id));
    const second = await goOnWith(chat, odd, isLong);
    const ids = callsOf("openai-chat", lastBody(second)).map(({ id }) => id);
    const results = messagesOf(lastBody(second)).filter(({ role }) => role === "tool");
    assert.equal(ids.length, 1);
    assert.deepEqual(
      results.map(({ tool_call_id }) => tool_call_id),
      ids,
    );
    assert.deepEqual(await quirksOf(second), ["nine-character-ids"]);
    await isNotRefusedAgain(chat, second, isLong);
    assert.deepEqual(await quirksOf(chat.model), [], "the other provider has no such quirk");
  });

  test("L13 B03 ids go back to the server that wrote them as they were", async () => {
    const odd = oddCase("B03");
    const model = await oddModel(world, odd, ({ body }) => {
      const results = messagesOf(body).filter(({ role }) => role === "tool").length;
      return odd.answers[results] ?? PLAIN_ANSWERS["openai-chat"];
    });
    await (await oddChat(world, model)).settled();
    const ids = callsOf("openai-chat", lastBody(model)).map(({ id }) => id);
    assert.deepEqual(ids, ["functions.list_templates:0", "functions.list_templates:1"]);
    const results = messagesOf(lastBody(model)).filter(({ role }) => role === "tool");
    assert.deepEqual(
      results.map(({ tool_call_id }) => tool_call_id),
      ids,
    );
  });
});

describe("X10 histories of other models, and of finished turns", { concurrency: CHATS_AT_ONCE }, () => {
  test("X10 B04 the reasoning of finished turns goes back to a server that wants it", async () => {
    const odd = oddCase("B04");
    const [call, answer, refusal] = odd.answers as [OddAnswer, OddAnswer, OddAnswer];
    const thoughts = (body: SentBody) =>
      messagesOf(body)
        .filter(({ role }) => role === "assistant")
        .map(({ reasoning_content }) => reasoning_content);
    const lacksSome = (body: SentBody) => thoughts(body).some((thought) => typeof thought !== "string");
    const plain = refusingServer(odd, { call, refusal, refuses: lacksSome });
    const model = await oddModel(world, odd, (request, number) =>
      rolesOf(request.body).at(-1) === "tool" ? answer : plain(request, number),
    );
    const chat = await oddChat(world, model);
    assert.equal((await chat.settled()).error, null);
    await livesOn(chat, lacksSome);
    // What was answered without a thought has a placeholder.
    assert.deepEqual(thoughts(lastBody(model)), ["I need the list.", "Now I know.", " "]);
  });

  test("X10 B05 what another model did not think gets a placeholder", async () => {
    const { chat, odd } = await play("B05");
    const lacksSome = (body: SentBody) =>
      messagesWithCalls(body).some((message) => !("reasoning_content" in message));
    const second = await goOnWith(chat, odd, lacksSome);
    assert.deepEqual(
      messagesWithCalls(lastBody(second)).map(({ reasoning_content }) => reasoning_content),
      [" "],
    );
  });

  test("X10 B06 calls that another model wrote get the stand-in of the signature that is missing", async () => {
    const { chat, odd } = await play("B06");
    const second = await goOnWith(chat, odd, (body) =>
      callsIn(body).some((call) => !("extra_content" in call)),
    );
    assert.deepEqual(
      callsIn(lastBody(second)).map(({ extra_content }) => extra_content),
      [{ google: { thought_signature: "skip_thought_signature_validator" } }],
    );
    assert.deepEqual(await quirksOf(second), ["signature-stand-in"]);
  });

  test("L13 B07 a signature goes back on the call that had it, in the order of the calls", async () => {
    const { chat } = await play("B07");
    assert.deepEqual(
      callsIn(lastBody(chat.model)).map(({ id, extra_content }) => [id, extra_content]),
      [
        ["fc1", { google: { thought_signature: "U0lH" } }],
        ["fc2", undefined],
      ],
    );
  });

  test("X10 B22 calls of tools that are not declared are told as text to a server that refuses them", async () => {
    const isUndeclared = (body: SentBody) =>
      callsOf("openai-chat", body).some(({ name }) => name === "run_shell");
    const { chat } = await play("B22", isUndeclared);
    await isNotRefusedAgain(chat, chat.model, isUndeclared);
    assert.ok(bodies(chat.model).some(isUndeclared), "it was refused, and went on");
    assert.match(JSON.stringify(lastBody(chat.model)["messages"]), /called the tool run_shell/);
    assert.deepEqual(await quirksOf(chat.model), ["undeclared-calls-as-text"]);
  });
});

test("X10 B13 an assistant message that only calls tools never has an empty text", async () => {
  const { chat } = await play("B13");
  assert.deepEqual(
    messagesWithCalls(lastBody(chat.model)).map(({ content }) => content),
    [null],
  );
});

const SIGNATURE_REFUSED: OddAnswer = {
  status: 400,
  headers: { "content-type": "application/json" },
  frames: [
    '{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0: Invalid `signature` in `thinking` block"}}',
  ],
};
const THINKING_EXPECTED: OddAnswer = {
  ...SIGNATURE_REFUSED,
  frames: [
    '{"type":"error","error":{"type":"invalid_request_error","message":"messages.1.content.0.type: Expected `thinking` or `redacted_thinking`, but found `tool_use`."}}',
  ],
};

test("X10 L10 B08 a refused signature costs one call and no wait, once for its history; thinking pauses until the next message", async () => {
  const odd = oddCase("B08");
  const [call] = odd.answers as [OddAnswer];
  const plainCall = {
    frames: call.frames.filter((frame) => typeof frame !== "string" || !frame.includes('"index":0')),
  };
  const isSigned = (body: SentBody) => JSON.stringify(body["messages"]).includes('"signature":"YmFk"');
  const isInLoop = (body: SentBody) => JSON.stringify(messagesOf(body).at(-1)).includes('"tool_result"');
  // As the real service: it refuses that signature always, and thinking behind a call that began without.
  const model = await oddModel(world, odd, ({ body }) => {
    if (isSigned(body)) return SIGNATURE_REFUSED;
    if (isInLoop(body) && "thinking" in body) return THINKING_EXPECTED;
    const results = JSON.stringify(body["messages"]).split('"tool_result"').length - 1;
    if (results === 0) return call;
    return results < 3 ? plainCall : PLAIN_ANSWERS.anthropic;
  });
  const chat = await oddChat(world, model);
  const { error, stored } = await chat.settled();
  assert.equal(error, null);
  assert.equal(stored.filter(({ role }) => role === "tool").length, 3);
  const refused = bodies(model).findIndex(isSigned);
  assert.ok(refused > 0 && "thinking" in (bodies(model)[refused] ?? {}));
  assert.ok(
    !bodies(model)
      .slice(refused + 1)
      .some((body) => isInLoop(body) && "thinking" in body),
    "thinking pauses",
  );
  const before = model.requests().length;
  assert.equal((await chat.say("and now?")).error, null);
  assert.ok(!bodies(model).slice(before).some(isSigned), "what was refused once is not sent again");
  assert.ok("thinking" in lastBody(model), "behind a message of the user it thinks again");
  const waited = await world.everturn.pool.query("select retry, provider_failures from chats where id = $1", [
    chat.chat.id,
  ]);
  assert.deepEqual(waited.rows, [{ retry: null, provider_failures: 0 }]);
});

test("X10 L10 B09 reasoning that the provider does not find is left out, and stays out of that history", async () => {
  const hasReasoning = (body: SentBody) => JSON.stringify(body["input"]).includes('"type":"reasoning"');
  const { chat } = await play("B09", hasReasoning);
  assert.ok(bodies(chat.model).some(hasReasoning));
  await isNotRefusedAgain(chat, chat.model, hasReasoning);
});

test("K1 B14 after each of several compactions a prompt begins with one system message, and somebody asks something", async () => {
  const odd = oddCase("B14");
  const [call] = odd.answers as [OddAnswer];
  const summary = PLAIN_ANSWERS["openai-chat"];
  let calls = 0;
  const model = await oddModel(world, { ...odd, config: { context_limit: 2_000 } }, ({ body }) => {
    if (!("tools" in body)) return summary;
    return ++calls <= 6 ? call : summary;
  });
  const chat = await oddChat(world, model);
  await chat.settled();
  await world.everturn.answer("POST", `/v1/chats/${chat.chat.id}/compact`);
  await chat.settled();
  await chat.say("and now?");
  const compactions = bodies(model).filter((body) => !("tools" in body)).length;
  assert.ok(compactions >= 2, `${compactions} compactions`);
  for (const body of bodies(model)) {
    const messages = messagesOf(body);
    const roles = messages.map(({ role }) => role);
    assert.equal(roles.indexOf("system"), 0);
    assert.equal(roles.lastIndexOf("system"), 0);
    const firstCall = messages.findIndex((message) => "tool_calls" in message);
    const asks = messages.findIndex(
      ({ role, content }) => role === "user" && typeof content === "string" && content.trim() !== "",
    );
    assert.ok(asks > 0 && (firstCall < 0 || asks < firstCall), JSON.stringify(roles));
    for (const [i, role] of roles.entries()) {
      if (role === "tool") assert.ok(["tool", "assistant"].includes(String(roles[i - 1])));
      if (role === "user" || role === "assistant") assert.notEqual(roles[i - 1], role);
    }
  }
});

test("X10 quirks are listed to admins with the words that taught them, forgotten on request, and when the provider moves", async () => {
  const refused: OddAnswer = {
    status: 400,
    headers: { "content-type": "application/json" },
    frames: [
      '{"error":{"message":"Unsupported parameter: \'temperature\' is not supported with this model.","key":"sk-odd"}}',
    ],
  };
  const model = await oddModel(world, { dialect: "openai-chat", config: { temperature: 0.3 } }, ({ body }) =>
    "temperature" in body ? refused : PLAIN_ANSWERS["openai-chat"],
  );
  const chat = await oddChat(world, model);
  assert.equal((await chat.settled()).error, null);
  const path = `/v1/model-providers/${await providerId(model.name)}/quirks`;
  const { items } = await world.everturn.call<Json>("GET", path);
  assert.deepEqual(
    items.map(({ learnt_at: _at, ...shown }: Json) => shown),
    [
      {
        model: "m",
        base_url: `${world.server.url}/${model.name}/v1`,
        api: "openai-chat",
        quirk: "without-temperature",
        about: "refuses temperature: it is left out",
        words: "Unsupported parameter: 'temperature' is not supported with this model.",
      },
    ],
  );
  assert.equal((await world.everturn.answer("DELETE", `${path}?model=another`)).status, 204);
  assert.deepEqual(await quirksOf(model), ["without-temperature"]);
  assert.equal((await world.everturn.answer("DELETE", path)).status, 204);
  assert.deepEqual(await quirksOf(model), []);
  await chat.say("again");
  assert.deepEqual(await quirksOf(model), ["without-temperature"]);
  const config = `/v1/model-configs/${model.model_config_id}`;
  await world.everturn.call("PATCH", config, { model: "of another name" });
  assert.deepEqual(await quirksOf(model), [], "nobody asks that model any more");
  await chat.say("and that one?");
  assert.deepEqual(await quirksOf(model), ["without-temperature"]);
  await world.everturn.call("PATCH", path.replace("/quirks", ""), {
    base_url: `${world.server.url}/${model.name}/v2`,
    api_key: "sk-odd",
  });
  assert.deepEqual(await quirksOf(model), [], "another address is another server");
});
