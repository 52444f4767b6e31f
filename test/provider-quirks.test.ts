// Tests: servers that refuse a history or a setting for its shape, played through the whole product: the call is made once more
// within its step, what was learnt is kept for provider and model, and the chat lives on.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { JsonObject as SentBody } from "../core/part.ts";
import { type JsonObject, listOf, objectOf } from "../dev/demo-model/json.ts";
import type { Json } from "./support/everturn.ts";
import { type OddCase, oddCase, PLAIN_ANSWERS, scriptOf } from "./support/odd-case.ts";
import { callsOf } from "./support/odd-outline.ts";
import type { OddAnswer } from "./support/odd-provider.ts";
import {
  type OddChat,
  type OddModel,
  type OddWorld,
  oddChat,
  oddModel,
  openOddWorld,
} from "./support/odd-world.ts";

/** Side by side: most of their time they wait. */
const CHATS_AT_ONCE = 6;

let world: OddWorld;
before(async () => {
  world = await openOddWorld();
});
after(() => world.stop());

/** What another model answers, with which the chat goes on. */
type QuirkCase = OddCase & { readonly second?: readonly OddAnswer[] };

async function play(id: string): Promise<{ chat: OddChat; odd: QuirkCase }> {
  const odd = oddCase(id) as QuirkCase;
  const chat = await oddChat(world, await oddModel(world, odd, scriptOf(odd)));
  await chat.settled();
  return { chat, odd };
}

/** The same chat, gone on with another model. */
async function goOnWith(chat: OddChat, odd: QuirkCase): Promise<OddModel> {
  const second = await oddModel(world, odd, scriptOf({ ...odd, answers: odd.second ?? [] }));
  const { error } = await chat.say("and now?", { model_config_id: second.model_config_id });
  assert.equal(error, null);
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

/** One message more: it is asked once, so what was learnt was kept. */
async function asksRightAtOnce(
  chat: OddChat,
  model: OddModel,
  isRight: (body: SentBody) => void,
): Promise<void> {
  const asked = model.requests().length;
  const { error } = await chat.say("once more");
  assert.equal(error, null);
  assert.equal(model.requests().length, asked + 1, "the quirk is known: nothing is refused any more");
  isRight(lastBody(model));
}

describe("X10 histories that a server refuses", { concurrency: CHATS_AT_ONCE }, () => {
  test("X10 B01 a user message behind a tool message is refused once, then an answer stands between", async () => {
    const { chat } = await play("B01");
    const { error } = await chat.say("and now?");
    assert.equal(error, null);
    const between = (body: SentBody) =>
      assert.ok(
        !rolesOf(body).some((role, i, all) => role === "user" && all[i - 1] === "tool"),
        JSON.stringify(rolesOf(body)),
      );
    between(lastBody(chat.model));
    assert.equal(
      chat.model.requests().length,
      4,
      "the refused call was made once more, and no more than that",
    );
    assert.deepEqual(await quirksOf(chat.model), ["assistant-behind-tool"]);
    await asksRightAtOnce(chat, chat.model, between);
  });

  test("X10 B02 ids of nine letters and digits towards a server that takes no others, pairwise the same", async () => {
    const { chat, odd } = await play("B02");
    const second = await goOnWith(chat, odd);
    const nine = (body: SentBody) => {
      const [id] = callsOf("openai-chat", body).map((call) => call.id);
      assert.match(id ?? "", /^[A-Za-z0-9]{9}$/);
      const results = messagesOf(body).filter(({ role }) => role === "tool");
      assert.deepEqual(
        results.map(({ tool_call_id }) => tool_call_id),
        [id],
      );
    };
    nine(lastBody(second));
    assert.deepEqual(await quirksOf(second), ["nine-character-ids"]);
    await asksRightAtOnce(chat, second, nine);
    assert.deepEqual(await quirksOf(chat.model), [], "the other provider has no such quirk");
  });

  test("L13 B03 ids go back to the server that wrote them as they were", async () => {
    const { chat } = await play("B03");
    const ids = callsOf("openai-chat", lastBody(chat.model)).map(({ id }) => id);
    assert.deepEqual(ids, ["functions.list_templates:0", "functions.list_templates:1"]);
    const results = messagesOf(lastBody(chat.model)).filter(({ role }) => role === "tool");
    assert.deepEqual(
      results.map(({ tool_call_id }) => tool_call_id),
      ids,
    );
  });

  test("X10 B04 the reasoning of finished turns goes back to a server that wants it", async () => {
    const { chat } = await play("B04");
    const { error } = await chat.say("and now?");
    assert.equal(error, null);
    const thoughts = (body: SentBody) =>
      messagesOf(body)
        .filter(({ role }) => role === "assistant")
        .map(({ reasoning_content }) => reasoning_content);
    assert.deepEqual(thoughts(lastBody(chat.model)), ["I need the list.", "Now I know."]);
    await asksRightAtOnce(chat, chat.model, (body) =>
      assert.deepEqual(thoughts(body), ["I need the list.", "Now I know.", " "]),
    );
  });
});

describe("X10 histories of other models", { concurrency: CHATS_AT_ONCE }, () => {
  test("X10 B05 what another model did not think gets a placeholder", async () => {
    const { chat, odd } = await play("B05");
    const second = await goOnWith(chat, odd);
    const withCalls = messagesOf(lastBody(second)).filter((message) => "tool_calls" in message);
    assert.deepEqual(
      withCalls.map(({ reasoning_content }) => reasoning_content),
      [" "],
    );
  });

  test("X10 B06 calls that another model wrote get the stand-in of the signature that is missing", async () => {
    const { chat, odd } = await play("B06");
    const second = await goOnWith(chat, odd);
    const calls = messagesOf(lastBody(second)).flatMap(({ tool_calls }) => listOf(tool_calls).map(objectOf));
    assert.deepEqual(
      calls.map(({ extra_content }) => extra_content),
      [{ google: { thought_signature: "skip_thought_signature_validator" } }],
    );
    assert.deepEqual(await quirksOf(second), ["signature-stand-in"]);
  });

  test("L13 B07 a signature goes back on the call that had it, in the order of the calls", async () => {
    const { chat } = await play("B07");
    const calls = messagesOf(lastBody(chat.model)).flatMap(({ tool_calls }) =>
      listOf(tool_calls).map(objectOf),
    );
    assert.deepEqual(
      calls.map(({ id, extra_content }) => [id, extra_content]),
      [
        ["fc1", { google: { thought_signature: "U0lH" } }],
        ["fc2", undefined],
      ],
    );
  });

  test("X10 B13 an assistant message that only calls tools never has an empty text", async () => {
    const { chat } = await play("B13");
    const [withCalls] = messagesOf(lastBody(chat.model)).filter((message) => "tool_calls" in message);
    assert.equal(withCalls?.["content"], null);
  });

  test("X10 B22 calls of tools that are not declared are told as text to a server that refuses them", async () => {
    const { chat } = await play("B22");
    const { error } = await chat.say("and now?");
    assert.equal(error, null);
    const body = lastBody(chat.model);
    assert.deepEqual(callsOf("openai-chat", body), []);
    assert.match(JSON.stringify(body["messages"]), /called the tool run_shell/);
    assert.deepEqual(await quirksOf(chat.model), ["undeclared-calls-as-text"]);
  });
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
  const [call, , , done] = odd.answers as [OddAnswer, OddAnswer, OddAnswer, OddAnswer];
  // As the real service: signed thinking is refused always, and thinking behind a call that began without it.
  const model = await oddModel(world, odd, ({ body }, number) => {
    if (JSON.stringify(body["messages"]).includes('"signature":"YmFk"')) return SIGNATURE_REFUSED;
    const inLoop = JSON.stringify(messagesOf(body).at(-1)).includes('"tool_result"');
    if (inLoop && "thinking" in body) return THINKING_EXPECTED;
    return number < 3 ? call : done;
  });
  const chat = await oddChat(world, model);
  const { error, stored } = await chat.settled();
  assert.equal(error, null);
  assert.equal(stored.at(-1)?.finish_reason, "stop");
  // Asked, refused, asked without, called again; its own new signature is refused like the first, then the answer.
  const sealed = bodies(model).map((body) => JSON.stringify(body["messages"]).includes('"thinking"'));
  const thinks = bodies(model).map((body) => "thinking" in body);
  assert.deepEqual(
    [sealed.slice(0, 3), thinks.slice(0, 3)],
    [
      [false, true, false],
      [true, true, false],
    ],
  );
  const before = model.requests().length;
  const next = await chat.say("and now?");
  assert.equal(next.error, null);
  assert.equal(model.requests().length, before + 1, "what was refused once is not sent again");
  assert.ok("thinking" in lastBody(model), "behind a message of the user it thinks again");
  const events = await world.everturn.pool.query<{ retry: unknown; provider_failures: number }>(
    "select retry, provider_failures from chats where id = $1",
    [chat.chat.id],
  );
  assert.deepEqual(events.rows, [{ retry: null, provider_failures: 0 }]);
});

test("X10 L10 B09 reasoning that the provider does not find is left out, and stays out of that history", async () => {
  const { chat } = await play("B09");
  const reasoningIn = (body: SentBody) => JSON.stringify(body["input"]).includes('"type":"reasoning"');
  assert.deepEqual(bodies(chat.model).map(reasoningIn), [false, true, false]);
  const { error } = await chat.say("and now?");
  assert.equal(error, null);
  assert.deepEqual(bodies(chat.model).map(reasoningIn), [false, true, false, false]);
});

test("K1 B14 after each of several compactions a prompt begins with one system message, and somebody asks something", async () => {
  const odd = oddCase("B14");
  const [call] = odd.answers as [OddAnswer];
  const summary = PLAIN_ANSWERS["openai-chat"];
  let calls = 0;
  const model = await oddModel(world, { ...odd, config: { context_limit: 2_000 } }, ({ body }) => {
    if (!("tools" in body)) return summary;
    calls++;
    return calls <= 6 ? call : summary;
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
  const asked = model.requests().length;
  await chat.say("again");
  assert.equal(model.requests().length, asked + 2, "learnt anew");
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
