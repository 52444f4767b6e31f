// Tests: workers that die, stop and freeze in the middle of an answer, as processes under real signals.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import {
  killWorkers,
  onlyAnswer,
  onlyWorker,
  tokens,
  untilCheckpointed,
  untilNoRun,
} from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type Once, TestGroup } from "../support/roles/test-group.ts";
import { anthropicConfig, cutAnswersEnv, goesOnAfterItsWorker } from "../support/turn/begun-answers.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

async function killedInMidStream(everturn: Everturn, once: Once): Promise<void> {
  const key = "killed";
  const attempts = [{ hold_until: key, hold_after: 30 }, {}];
  const chat = await everturn.createChat(script({ parts: 60, rate: 300, attempts }, key));
  const early = everturn.reader(chat.id);
  await early.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await once(() => killWorkers(everturn));
  const between = everturn.reader(chat.id);
  await once(() => everturn.startWorker());
  await Promise.all([early.untilIdle(), between.untilIdle()]);
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [early, between]));
  assert.equal(textOf(answer).trim(), tokens(60));
  assert.equal(answer.interrupted, false);
  assert.equal(everturn.model.requests(key).length, 2);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
}

async function interruptedWhileDead(everturn: Everturn, once: Once): Promise<void> {
  const key = "dead";
  const chat = await everturn.createChat(
    script({ parts: 60, hold_until: `${key}-go`, hold_after: 5, stall_after: 10 }, key),
  );
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 5);
  everturn.model.release(`${key}-go`);
  await everturn.model.waitFor({ key, event: "chunks", count: 10 });
  await reader.until("more is shown", (_view, { writing }) => writing.includes("t10"));
  await once(() => killWorkers(everturn));
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await once(() => everturn.startWorker());
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(answer.interrupted, true);
  assert.ok(textOf(answer).startsWith(tokens(5)));
  assert.ok(tokens(10).startsWith(textOf(answer).trim()));
  assert.equal(everturn.model.requests(key).length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
}

async function toldToStop(everturn: Everturn): Promise<void> {
  const key = "deploy";
  const old = await onlyWorker(everturn);
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 30 },
    { hold_until: `${key}-2`, hold_after: 30 },
  ];
  const chat = await everturn.createChat(script({ parts: 60, rate: 300, attempts }, key));
  const reader = everturn.reader(chat.id);
  await reader.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await everturn.startWorker();
  assert.equal(await old.stop(), 0);
  await everturn.model.waitFor({ key, event: "client_closed", call: 1 });
  await everturn.model.waitFor({ key, event: "held", call: 2 });
  const { rows } = await everturn.pool.query(
    "select status, lost_attempts, generation_attempt from chats where id = $1",
    [chat.id],
  );
  assert.deepEqual(rows, [{ status: "running", lost_attempts: 0, generation_attempt: 2 }]);
  everturn.model.release(`${key}-2`);
  await reader.untilIdle();
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [reader]));
  assert.equal(textOf(answer).trim(), tokens(60));
  assert.equal(answer.interrupted, false);
  assert.equal(everturn.model.requests(key).length, 2);
}

describe("live bus postgres", () => {
  let everturn: Everturn;
  before(async () => {
    // Rare checkpoints, so that more is shown than the last of them holds.
    everturn = await startEverturn({ env: { EVERTURN_CHECKPOINT_MS: "1500" } });
  });
  after(() => everturn.stop());
  const killed = new TestGroup();
  killed.test("T4 X1 the answer of a worker killed in mid-stream is whole and shown once", (once) =>
    killedInMidStream(everturn, once),
  );
  killed.test("I5 interrupted while its worker is dead, the answer is the last checkpoint's", (once) =>
    interruptedWhileDead(everturn, once),
  );
  test("I6 O2 a worker told to stop hands its answer on: no interrupt, no lost attempt", () =>
    toldToStop(everturn));
});

describe("live bus off", () => {
  let everturn: Everturn;
  before(async () => {
    everturn = await startEverturn({ liveBus: "off", env: cutAnswersEnv });
  });
  after(() => everturn.stop());
  const killed = new TestGroup();
  killed.test(
    "T4 X1 without the bus, too, the answer of a worker killed in mid-stream is whole and shown once",
    (once) => killedInMidStream(everturn, once),
  );
  killed.test(
    "T4 X1 without the bus, too, a killed answer goes on: what was kept is shown again once",
    async (once) => {
      const model = await anthropicConfig(everturn);
      await goesOnAfterItsWorker({ everturn, model, key: "goes-on" }, once);
    },
  );
  test("I6 O2 without the bus, too, a worker told to stop hands its answer on", () => toldToStop(everturn));
});
