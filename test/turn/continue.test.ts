// Tests: when the worker of an answer ends, the next one goes on where it was. Readers see what was kept again, once; the model is
// asked for the rest alone, and the answer is stored as if nothing had happened.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { killWorkers, onlyAnswer, onlyWorker, tokens, untilCheckpointed } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { TestGroup } from "../support/roles/test-group.ts";
import {
  anthropicConfig,
  assertWhole,
  begunWith,
  chatConfig,
  cutAnswersEnv,
  goesOnAfterItsWorker,
} from "../support/turn/begun-answers.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ env: cutAnswersEnv });
});
after(() => everturn.stop());

const continuing = () => chatConfig(everturn, "continue_final_message");
const killed = new TestGroup();

killed.test(
  "T4 X1 killed in mid-answer, the kept text is shown again once and the model writes the rest (anthropic)",
  async (once) => {
    await goesOnAfterItsWorker({ everturn, model: await anthropicConfig(everturn), key: "killed" }, once);
  },
);

killed.test(
  "T4 X1 killed in mid-answer, the kept text is shown again once and the model writes the rest (chat completions)",
  async (once) => {
    await goesOnAfterItsWorker({ everturn, model: await continuing(), key: "killed-chat" }, once);
  },
);

killed.test("T4 killed twice, the answer goes on twice (chat completions)", async (once) => {
  const key = "killed-twice";
  const model_config_id = await continuing();
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 20 },
    { hold_until: `${key}-2`, hold_after: 20 },
    {},
  ];
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id });
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 20);
  await once(() => killWorkers(everturn));
  await once(() => everturn.startWorker());
  await everturn.model.waitFor({ key, event: "held", call: 2 });
  // What was kept is one part now.
  await untilCheckpointed(everturn, chat.id, 21);
  await once(() => killWorkers(everturn));
  await once(() => everturn.startWorker());
  await reader.untilIdle();
  assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
  assert.deepEqual([begunWith(everturn, key, 2), begunWith(everturn, key, 3)], [tokens(20), tokens(40)]);
});

killed.test(
  "I1 interrupted when it has gone on, the answer is what was kept and what came after (anthropic)",
  async (once) => {
    const key = "interrupted";
    const model_config_id = await anthropicConfig(everturn);
    const attempts = [
      { hold_until: `${key}-1`, hold_after: 20 },
      { hold_until: `${key}-2`, hold_after: 20 },
    ];
    const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 20);
    await once(() => killWorkers(everturn));
    await once(() => everturn.startWorker());
    await reader.until("it has gone on", (_view, { writing }) => writing === tokens(40));
    await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(40), true);
  },
);

test("I6 told to stop, the next worker goes on with all that was shown (chat completions)", async () => {
  const key = "told-to-stop";
  const model_config_id = await continuing();
  const old = await onlyWorker(everturn);
  const attempts = [{ hold_until: key, hold_after: 30 }, {}];
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id });
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key, event: "held", call: 1 });
  await reader.until("half the answer is shown", (_view, { writing }) => writing === tokens(30));
  await everturn.startWorker();
  assert.equal(await old.stop(), 0);
  await reader.untilIdle();
  assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
  assert.equal(begunWith(everturn, key, 2), tokens(30), "nothing that was shown is lost");
});
