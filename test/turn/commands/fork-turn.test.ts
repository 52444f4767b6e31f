// Tests: a fork goes on through Temporal, by itself and beside the chat that it came from.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../../core/chat/message.ts";
import { type Everturn, startEverturn } from "../../support/everturn.ts";
import { soon } from "../../support/soon.ts";
import { assertSettled, script, storedMessages, textOf } from "../../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

function fork(chatId: string, body: object = {}): Promise<Chat> {
  return everturn.call("POST", `/v1/chats/${chatId}/fork`, body);
}

async function say(chatId: string, content: string): Promise<Message[]> {
  await everturn.call("POST", `/v1/chats/${chatId}/messages`, { content });
  const reader = everturn.reader(chatId);
  await reader.untilIdle();
  return assertSettled(everturn, chatId, [reader]);
}

/** What the one call under this key was sent, as Responses has it. */
function inputOf(key: string): readonly unknown[] {
  const [request, ...others] = everturn.model.requests(key);
  assert.ok(request !== undefined && others.length === 0);
  return (request.body as unknown as { input: unknown[] }).input;
}

test("E6 the next turn of a fork runs through Temporal: the model reads the copied history, and the source goes on without it", async () => {
  const source = await everturn.createChat(script({ text: "one" }, "begun"));
  await everturn.reader(source.id).untilIdle();
  await say(source.id, script({ text: "two" }, "before"));
  const forked = await fork(source.id);
  assert.equal(forked.status, "waiting");
  const [own, other] = await Promise.all([
    say(forked.id, script({ text: "three" }, "forked")),
    say(source.id, script({ text: "four" }, "going on")),
  ]);
  assert.deepEqual(own.map(textOf).slice(1), [
    "one",
    script({ text: "two" }, "before"),
    "two",
    script({ text: "three" }, "forked"),
    "three",
  ]);
  assert.deepEqual(other.map(textOf).slice(-1), ["four"]);
  const known = inputOf("before");
  assert.deepEqual(
    inputOf("forked").slice(0, known.length),
    known,
    "the provider's cache of the source is of use",
  );
  const { status } = await everturn.temporal.workflow.getHandle(`chat-${forked.id}`).describe();
  assert.ok(["RUNNING", "COMPLETED", "CONTINUED_AS_NEW"].includes(status.name));
});

test("E6 a fork of a chat whose turn runs, and whose call is open, goes on at once; the source waits for its own", async () => {
  const steps = [
    { tool_calls: [{ name: "no_such_tool", args: {} }] },
    { text: "source done", hold_until: "gate", hold_after: 0 },
  ];
  const source = await everturn.createChat(script(steps, "held"));
  await soon("the call's result is committed", async () => {
    const stored = await storedMessages(everturn, source.id);
    return stored.some(({ role }) => role === "tool");
  });
  const called = (await storedMessages(everturn, source.id)).find(({ role }) => role === "assistant");
  const forked = await fork(source.id, { message_id: called?.id });
  const own = await say(forked.id, script({ text: "fork done" }, "at once"));
  assert.deepEqual(
    own.map(({ role }) => role),
    ["user", "assistant", "tool", "user", "assistant"],
  );
  assert.match(JSON.stringify(own[2]?.content), /forked before its result was there/);
  assert.equal((await everturn.call<Chat>("GET", `/v1/chats/${source.id}`)).status, "running");
  everturn.model.release("gate");
  await everturn.reader(source.id).untilIdle();
  const stored = await assertSettled(everturn, source.id, []);
  assert.equal(textOf(stored.at(-1) as Message), "source done");
});

test("E6 the worker is killed while a fork answers, and another one ends the turn once", async () => {
  const source = await everturn.createChat(script({ text: "one" }));
  await everturn.reader(source.id).untilIdle();
  const forked = await fork(source.id);
  const held = { parts: 6, hold_until: "kill", hold_after: 3 };
  await everturn.call("POST", `/v1/chats/${forked.id}/messages`, { content: script(held, "killed") });
  await soon("the fork answers", () => everturn.model.requests("killed").length > 0);
  const [worker] = everturn.workers;
  await worker?.kill();
  everturn.model.release("kill");
  await everturn.startWorker();
  const reader = everturn.reader(forked.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, forked.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "user", "assistant"],
  );
  assert.deepEqual((await storedMessages(everturn, source.id)).length, 2);
});
