// Bodies that create no chat: each is refused by its own code, and says where the fault lies.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { startTestApi, type TestApi } from "../support/api.ts";
import { documentedRoutes } from "../support/docs/documented-routes.ts";

const NOBODY = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

let api: TestApi;

before(async () => {
  api = await startTestApi();
});

after(() => api.stop());

async function chatCount(): Promise<number> {
  const { rows } = await api.pool.query<{ n: number }>("select count(*) as n from chats");
  return (rows[0] as { n: number }).n;
}

interface Refused {
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Record<string, string>;
  /** Where `invalid_request` lies, unless the whole body is at fault. */
  readonly path?: string;
  /** Of the answer, `400 invalid_request` unless given. */
  readonly answer?: string;
}

const refusals: Record<string, Refused> = {
  "A3 malformed JSON": { text: '{"content":', answer: "400 invalid_json" },
  "A3 an unknown field": { body: { content: "x", colour: "red" }, path: "colour" },
  "A3 an unknown field inside a part": {
    body: { content: [{ type: "text", text: "x", bold: true }] },
    path: "content[0].bold",
  },
  "A3 a field of a later version": { body: { content: "x", not_known_yet: [] }, path: "not_known_yet" },
  "a wrong type": { body: { content: 7 }, path: "content" },
  "a wrong type deep inside": { body: { content: [{ type: "text", text: 7 }] }, path: "content[0].text" },
  "a part of an unknown type": { body: { content: [{ type: "video" }] }, path: "content[0].type" },
  "a body that is no object": { body: [] },
  "no body": {},
  "Q1 empty content": { body: { content: "" }, path: "content" },
  "Q1 blank content": { body: { content: " \n\t" }, path: "content" },
  "Q1 no parts": { body: { content: [] }, path: "content" },
  "Q1 a blank part": {
    body: {
      content: [
        { type: "text", text: "x" },
        { type: "text", text: " " },
      ],
    },
    path: "content[1].text",
  },
  "Q1 an unknown model": {
    body: { content: "x", model_config_id: NOBODY },
    path: "model_config_id",
    answer: "400 model_config_not_found",
  },
  "a model id that is none": { body: { content: "x", model_config_id: "gpt" }, path: "model_config_id" },
  "a title with U+0000": { body: { content: "x", title: "a\u0000b" }, path: "title" },
  "a system prompt over 10,000 characters": {
    body: { content: "x", system_prompt: "x".repeat(10_001) },
    path: "system_prompt",
  },
  "A3 a body over 256 KiB": { body: { content: "x".repeat(256 * 1024) }, answer: "413 body_too_large" },
  "a body that is no JSON": {
    text: "content=hello",
    headers: { "Content-Type": "application/x-www-form-urlencoded" },
    answer: "415 unsupported_media_type",
  },
  "an Idempotency-Key with a space": {
    body: { content: "x" },
    headers: { "Idempotency-Key": "a b" },
    path: "Idempotency-Key",
  },
};

for (const [name, { path, answer = "400 invalid_request", ...request }] of Object.entries(refusals)) {
  test(`${name} is refused with ${answer}, and no chat appears`, async () => {
    const before = await chatCount();
    const { status, body } = await api.call("POST /v1/chats", request);
    assert.equal(`${status} ${body.code}`, answer);
    const paths = (body.errors ?? []).map((fault: { path: string }) => fault.path);
    if (path !== undefined) assert.deepEqual(paths, [path]);
    assert.equal(await chatCount(), before);
  });
}

test("A3 every unknown field is named", async () => {
  const { body } = await api.call("POST /v1/chats", { body: { content: "x", a: 1, b: 2 } });
  assert.deepEqual(
    body.errors.map((fault: { path: string }) => fault.path),
    ["a", "b"],
  );
});

test("whatever is wrong with a body, each route says in plain words what was expected", async () => {
  const routes = (await documentedRoutes(api)).filter(({ has_body }) => has_body);
  for (const { method, path, field_names } of routes) {
    const wrong = [7, "x", true, null, [], {}, [{}], { a: {} }];
    const bodies = [...wrong, ...field_names.flatMap((name) => wrong.map((value) => ({ [name]: value })))];
    for (const sent of bodies) {
      const { status, body } = await api.call(`${method} ${path}`, { body: sent });
      if (status !== 400) continue;
      const where = `${method} ${path} ${JSON.stringify(sent)}: ${JSON.stringify(body)}`;
      assert.ok(body.detail === undefined || body.detail.length > 10, where);
      for (const { message } of body.errors ?? []) {
        assert.doesNotMatch(message, /invalid|received|undefined|pattern|union|string|array/i, where);
      }
    }
  }
});

test("A3 a body of no bytes, sent in chunks, is no body", async () => {
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "hello" } });
  const nothing = new ReadableStream({ start: (controller) => controller.close() });
  const answer = await fetch(`${api.url}/v1/chats/${chat.id}/interrupt`, {
    method: "POST",
    headers: { authorization: `Bearer ${api.key}`, "content-type": "application/json" },
    body: nothing,
    duplex: "half",
  });
  assert.equal(answer.status, 200, await answer.text());
});
