// Tests: what of an answer is kept when its worker ends, and when it begins anew although the model could go on.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import {
  killWorkers,
  onlyAnswer,
  onlyWorker,
  tokens,
  untilCheckpointed,
  untilDead,
} from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { TestGroup } from "../support/roles/test-group.ts";
import {
  anthropicConfig,
  assertWhole,
  begunWith,
  chatConfig,
  cutAnswersEnv,
} from "../support/turn/begun-answers.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ env: cutAnswersEnv });
});
after(() => everturn.stop());

async function spilledRows(chatId: string): Promise<number> {
  const { rows } = await everturn.pool.query<{ count: number }>(
    "select count(*)::int as count from inflight_parts where chat_id = $1",
    [chatId],
  );
  return rows[0]?.count ?? 0;
}

/** A chat whose answer is behind 900 parts of 100 characters, most of them spilled; and its reader. */
async function behindALongText(key: string, next: readonly object[] = []) {
  const attempts = [{ stall_after: 900 }, ...next, {}];
  const chat = await everturn.createChat(script({ parts: 1_000, part_chars: 100, attempts }, key), {
    model_config_id: await anthropicConfig(everturn),
  });
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 900);
  assert.notEqual(await spilledRows(chat.id), 0);
  return { chat, reader };
}

function assertLong(answer: Message, key: string, call: number): void {
  assert.equal(answer.content.length, 1);
  assert.equal(textOf(answer).length, 100_000);
  const begun = begunWith(everturn, key, call) ?? "";
  assert.equal(begun.length, 90_000);
  assert.ok(textOf(answer).startsWith(begun));
}

const killed = new TestGroup();
const die = () => killWorkers(everturn);
const succeed = () => everturn.startWorker();

killed.test("T4 a long answer, most of it no longer in the heartbeat, goes on too", async (once) => {
  const { chat, reader } = await behindALongText("long");
  await once(die);
  await once(succeed);
  await reader.untilIdle();
  assertLong(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), "long", 2);
  assert.equal(await spilledRows(chat.id), 0);
});

killed.test(
  "L13 killed in the middle of a tool call, the text is kept and the call is made anew",
  async (once) => {
    const model_config_id = await chatConfig(everturn, "assistant");
    const tool_calls = [{ name: "no_such_tool", args: { pattern: "x".repeat(40) }, pieces: 8 }];
    const attempts = [{ hold_until: "call", hold_after: 7 }, {}];
    const steps = [{ text: "Let me look.", tool_calls, attempts }, { text: "Found nothing." }];
    const chat = await everturn.createChat(script(steps, "call"), { model_config_id });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 7);
    const shown = () =>
      [...(reader.view.previews.get("")?.content.values() ?? [])].flatMap((part) =>
        part.type === "tool-call" ? [part.tool_call_id] : [],
      );
    await reader.until("half a call is shown", () => shown().length === 1);
    const [withdrawn] = shown();
    await once(die);
    await once(succeed);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      stored.map(({ role }) => role),
      ["user", "assistant", "tool", "assistant"],
    );
    const [text, call, ...more] = stored[1]?.content ?? [];
    assert.deepEqual([text, more], [{ type: "text", text: "Let me look." }, []]);
    assert.ok(call?.type === "tool-call" && call.tool_call_id !== withdrawn);
    assert.deepEqual(call.args, { pattern: "x".repeat(40) });
    assert.equal(begunWith(everturn, "call", 2), "Let me look.");
  },
);

killed.test(
  "I5 interrupted while its worker is dead, the answer is the last checkpoint's and nobody is asked",
  async (once) => {
    const chat = await everturn.createChat(script({ parts: 60, stall_after: 10 }, "dead"), {
      model_config_id: await anthropicConfig(everturn),
    });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 10);
    await once(die);
    await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
    await once(succeed);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(10), true);
    assert.equal(everturn.model.requests("dead").length, 1);
  },
);

killed.test(
  "L9 killed behind the last word, the answer is whole although the model adds nothing",
  async (once) => {
    const attempts = [{ hold_until: "end", hold_after: 20 }, {}];
    const chat = await everturn.createChat(script({ parts: 20, attempts }, "end"), {
      model_config_id: await anthropicConfig(everturn),
    });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 20);
    await once(die);
    await once(succeed);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(20));
    assert.equal(everturn.model.requests("end").length, 2);
  },
);

killed.test(
  "X3 a provider that refuses to go on is asked anew at once, and not asked to go on again",
  async (once) => {
    const message =
      "This model does not support assistant message prefill. The conversation must end with a user message.";
    const attempts = [
      { hold_until: "refused-1", hold_after: 30 },
      { http_error: { status: 400, message } },
      { hold_until: "refused-2", hold_after: 30 },
      {},
    ];
    const chat = await everturn.createChat(script({ parts: 60, attempts }, "refused"), {
      model_config_id: await anthropicConfig(everturn),
    });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 30);
    await once(die);
    await once(succeed);
    await everturn.model.waitFor({ key: "refused", event: "held", call: 3 });
    await untilCheckpointed(everturn, chat.id, 30);
    await once(die);
    await once(succeed);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
    const begun = [1, 2, 3, 4].map((call) => begunWith(everturn, "refused", call));
    assert.deepEqual(begun, [null, tokens(30), null, null]);
  },
);

killed.test(
  "X7 a model error when it has gone on drops the text, and the next attempt begins anew",
  async (once) => {
    const attempts = [{ hold_until: "cut", hold_after: 30 }, { cut_after: 10 }, {}];
    const chat = await everturn.createChat(script({ parts: 60, attempts }, "cut"), {
      model_config_id: await anthropicConfig(everturn),
    });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 30);
    await once(die);
    await once(succeed);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
    const begun = [2, 3].map((call) => begunWith(everturn, "cut", call));
    assert.deepEqual(begun, [tokens(30), null]);
  },
);

test("T4 killed before its heartbeat holds what it kept, the next worker keeps it all the same", async () => {
  const first = await onlyWorker(everturn);
  const { chat, reader } = await behindALongText("again", [{ hold_until: "never" }]);
  await first.kill();
  await untilDead(await everturn.startWorker({ EVERTURN_FAILPOINT: "spill:written" }));
  await everturn.startWorker();
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assertLong(answer, "again", everturn.model.requests("again").length);
  assert.equal(await spilledRows(chat.id), 0);
});
