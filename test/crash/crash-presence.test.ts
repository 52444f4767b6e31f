// Tests: a worker that dies is noticed by the others, without the heartbeat timeout: it is ten minutes here, and no wait of these
// tests lasts longer than one (SPEC O10).
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import {
  doomedWorker,
  killWorkers,
  onlyAnswer,
  onlyWorker,
  tokens,
  untilCheckpointed,
  untilDead,
  untilNoRun,
} from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { TestGroup } from "../support/roles/test-group.ts";
import { TcpProxy } from "../support/server/tcp-proxy.ts";
import { soon } from "../support/soon.ts";
import { anthropicConfig, assertWhole, begunWith } from "../support/turn/begun-answers.ts";
import {
  assertAnswered,
  attemptsAt,
  heldChat,
  heldChats,
  presentWorkers,
  releaseAll,
} from "../support/turn/held-chats.ts";
import { assertSettled, script, storedMessages, textOf } from "../support/turn/settled.ts";
import {
  assertRanOnce,
  counting,
  endCounting,
  onlyResult,
  run,
  untilShown,
  workspaceChat,
} from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    env: { EVERTURN_HEARTBEAT_TIMEOUT_MS: "600000", EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1" },
  });
});
after(() => everturn.stop());

const killed = new TestGroup();
/** The only worker dies as another one is there. */
const dieBeside = async () => {
  const old = await onlyWorker(everturn);
  await everturn.startWorker();
  await old.kill();
};

killed.test(
  "O10 T4 killed in mid-answer beside a second worker, the answer goes on with the text that was kept",
  async (once) => {
    const key = "kept";
    const model_config_id = await anthropicConfig(everturn);
    const chat = await heldChat(everturn, key, { model_config_id });
    const reader = everturn.reader(chat.id);
    await untilCheckpointed(everturn, chat.id, 30);
    await once(dieBeside);
    await everturn.model.waitFor({ key, event: "held", call: 2 });
    assert.deepEqual(await attemptsAt(everturn, chat), { generation_attempt: 2, lost_attempts: 1 });
    assert.equal(begunWith(everturn, key, 2), tokens(30));
    everturn.model.release(`${key}-2`);
    await reader.untilIdle();
    assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
    assert.equal(everturn.model.requests(key).length, 2);
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  },
);

killed.test(
  "O10 X1 fifty answers of a killed worker go on, and each counts one lost worker",
  async (once) => {
    const chats: { readonly key: string; readonly chat: Chat }[] = [];
    // One after the other: fifty at once would only wait for each other on a small machine.
    for (let i = 0; i < 50; i++) {
      const key = `fifty-${i}`;
      chats.push({ key, chat: await heldChat(everturn, key) });
    }
    const untilHeld = (call: number) =>
      Promise.all(chats.map(({ key }) => everturn.model.waitFor({ key, event: "held", call })));
    await untilHeld(1);
    await once(dieBeside);
    await untilHeld(2);
    for (const { chat } of chats) {
      assert.deepEqual(await attemptsAt(everturn, chat), { generation_attempt: 2, lost_attempts: 1 });
    }
    releaseAll(everturn, chats);
    for (const { key, chat } of chats) {
      assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
      const answer = onlyAnswer(await storedMessages(everturn, chat.id));
      assert.equal(textOf(answer).trim(), tokens(60));
      assert.equal(everturn.model.requests(key).length, 2);
    }
  },
);

killed.test(
  "O10 W5 X9 killed while a command runs, the second worker re-attaches, and the call counts one lost worker",
  async (once) => {
    const workspace = await workspaceChat(everturn, [counting("counting-noticed")], "counting-noticed");
    await untilShown(workspace.reader, "line 3");
    await once(dieBeside);
    const claimed = await soon("the call is claimed again", async () => {
      const { rows } = await everturn.pool.query<{ lost_workers: number }>(
        "select lost_workers from tool_executions where chat_id = $1 and attempts = 2",
        [workspace.chat.id],
      );
      return rows[0] ?? null;
    });
    assert.equal(claimed.lost_workers, 1);
    await endCounting(workspace);
    await assertRanOnce(everturn, workspace);
  },
);

test("O10 W4 killed at one point after the other of a build, a tool and an answer, what was begun goes on", async () => {
  const doomed = await doomedWorker(everturn, "build:connected");
  const workspace = await workspaceChat(everturn, [run("echo done | tee -a log")], "points");
  await untilDead(doomed);
  for (const point of ["runTool:finished", "callModel:committed"]) {
    await untilDead(await everturn.startWorker({ EVERTURN_FAILPOINT: point }));
  }
  await everturn.startWorker();
  await workspace.reader.untilIdle();
  const stored = await assertSettled(everturn, workspace.chat.id, [workspace.reader]);
  assert.equal(onlyResult(stored, "execute")["output"], "done\n");
  assert.equal(await untilNoRun(everturn, workspace.chat.id), "COMPLETED");
});

test("O10 two workers that are killed at once leave nothing behind", async () => {
  await onlyWorker(everturn);
  await everturn.startWorker();
  const chats = await heldChats(everturn, "two", 6);
  const dying = [...everturn.workers];
  await everturn.startWorker();
  await Promise.all(dying.map((worker) => worker.kill()));
  await Promise.all(chats.map(({ key }) => everturn.model.waitFor({ key, event: "held", call: 2 })));
  releaseAll(everturn, chats);
  await assertAnswered(everturn, chats, 2);
  await soon("only the living worker is present", async () => (await presentWorkers(everturn)) === 1);
});

test("O10 a worker killed while it hands on what another one left: a third does both", async () => {
  const lost = await onlyWorker(everturn);
  const chats = await heldChats(everturn, "middle", 3);
  const noticer = await everturn.startWorker();
  // It has handed on one answer, and perhaps begun it.
  noticer.doom("presence:handing-on:2");
  await lost.kill();
  await untilDead(noticer);
  await everturn.startWorker();
  await Promise.all(chats.map(({ key }) => everturn.model.waitFor({ key, event: "held", call: 2 })));
  releaseAll(everturn, chats);
  await assertAnswered(everturn, chats, 3);
  await soon("only the living worker is present", async () => (await presentWorkers(everturn)) === 1);
});

test("O10 I6 a worker told to stop is gone before its lock is free: it is not taken for lost", async () => {
  const old = await onlyWorker(everturn);
  const [held] = await heldChats(everturn, "stopped", 1);
  assert.ok(held !== undefined);
  await everturn.startWorker();
  assert.equal(await old.stop(), 0);
  await everturn.model.waitFor({ key: held.key, event: "held", call: 2 });
  assert.deepEqual(await attemptsAt(everturn, held.chat), { generation_attempt: 2, lost_attempts: 0 });
  const { rows } = await everturn.pool.query<{ is_gone: boolean }>(
    "select gone_at is not null as is_gone from workers where identity like $1",
    [`${old.pid}@%`],
  );
  assert.deepEqual(rows, [{ is_gone: true }]);
  releaseAll(everturn, [held]);
  await assertAnswered(everturn, [held], 2);
});

test("O10 E3 cut off from the database, a worker that lives loses its attempt to another one: there is one answer", async () => {
  await killWorkers(everturn);
  const proxy = await TcpProxy.to(everturn.databaseUrl);
  const key = "cut-off";
  try {
    const cutOff = await everturn.startWorker({ DATABASE_URL: proxy.through(everturn.databaseUrl) });
    // It goes on writing, and with that it goes on beating.
    const attempts = [
      { parts: 3_000, rate: 30 },
      { hold_until: key, hold_after: 5 },
    ];
    const chat = await everturn.createChat(script({ parts: 60, attempts }, key));
    const reader = everturn.reader(chat.id);
    await everturn.model.waitFor({ key, event: "chunks", count: 10 });
    await everturn.startWorker();
    await proxy.set("cut");
    await everturn.model.waitFor({ key, event: "held", call: 2 });
    // Its next heartbeat is told that the attempt is another's.
    await everturn.model.waitFor({ key, event: "client_closed", call: 1 });
    assert.equal(cutOff.isAlive(), true);
    await proxy.set("pass");
    await soon("it shows again that it lives", async () => (await presentWorkers(everturn)) === 2);
    await soon(
      "it takes back that it counts as lost",
      async () => (await attemptsAt(everturn, chat))?.lost_attempts === 0,
    );
    everturn.model.release(key);
    await assertAnswered(everturn, [{ key, chat, reader }], 2);
    await cutOff.kill();
    await soon("its death is noticed after all", async () => (await presentWorkers(everturn)) === 1);
  } finally {
    proxy.close();
  }
});
