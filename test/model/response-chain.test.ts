// Tests: turns in a chain of responses that the provider keeps, and what becomes of them when it has forgotten.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

interface Sent {
  readonly previous_response_id?: string;
  readonly input: readonly unknown[];
}

/** What was sent in each call of a turn. */
function sent(key: string): Sent[] {
  return everturn.model.requests(key).map(({ body }) => body as unknown as Sent);
}

test("L10 X3 each call names the response it follows; when the provider has forgotten it, everything is sent, once", async () => {
  const id = randomUUID();
  await everturn.pool.query(
    `insert into model_configs (id, name, provider, model, settings) values ($1, 'chained', 'openai', 'demo', $2)`,
    [id, JSON.stringify({ response_chain: true })],
  );
  const keys = [randomUUID(), randomUUID(), randomUUID()] as const;
  const turn = (key: string) => ({ content: script({ text: `answer ${key}` }, key) });
  const chat = await everturn.createChat(turn(keys[0]).content, { model_config_id: id });
  const reader = everturn.reader(chat.id);
  const send = async (key: string, messages: number) => {
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, turn(key));
    await reader.until(
      "it is answered",
      (view) => view.messages.length === messages && view.status !== "running",
    );
  };
  await reader.untilIdle();
  await send(keys[1], 4);
  const [first] = sent(keys[0]);
  const [second] = sent(keys[1]);
  assert.equal(first?.previous_response_id, undefined);
  assert.match(second?.previous_response_id ?? "", /^resp_/);
  assert.equal(second?.input.length, 1, "the provider knows what came before");

  await everturn.pool.query(
    "update messages set content = replace(content::text, '\"resp_', '\"resp_gone_')::json where chat_id = $1",
    [chat.id],
  );
  await send(keys[2], 6);
  // Refused before its script was looked up: it stands under no key.
  const refused = everturn.model.requests().filter(({ status }) => status === "refused");
  const ids = refused.map(({ body }) => (body as unknown as Sent).previous_response_id ?? "");
  assert.deepEqual(
    ids.map((one) => one.startsWith("resp_gone_")),
    [true],
    "asked once for what was forgotten",
  );
  const [replayed, ...more] = sent(keys[2]);
  assert.equal(replayed?.previous_response_id, undefined);
  assert.equal(replayed?.input.length, 5, "two turns and the new message");
  assert.deepEqual(more, []);
  await assertSettled(everturn, chat.id, [reader]);
  assert.equal(reader.view.status, "waiting");
});
