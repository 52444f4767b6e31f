// Tests: an answer that is cut off by its worker's end goes on where it was: what was kept is shown again once, the model is
// asked for the rest alone, and what is stored is the answer as if nothing had happened.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import { killWorkers, onlyAnswer, tokens, untilCheckpointed } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import {
  anthropicConfig,
  assertWhole,
  begunWith,
  chatConfig,
  ownProviders,
  sentSinceReset,
} from "../support/turn/begun-answers.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

interface World {
  readonly everturn: Everturn;
  /** Of a model config that goes on. */
  readonly model: string;
  /** Unique among tests. */
  readonly key: string;
}

async function chunksSent({ everturn, key }: World, call: number): Promise<number | undefined> {
  await everturn.model.waitFor({ key, event: "finished", call });
  return everturn.model.requests(key)[call - 1]?.chunks_sent;
}

async function killedInMidAnswer(world: World): Promise<void> {
  const { everturn, model, key } = world;
  const first = await everturn.startWorker();
  // Held until what was kept has been shown: without the bus a short rest may come with the commit, and the kept text with it.
  const attempts = [{ hold_until: key, hold_after: 30 }, { hold_until: `${key}-rest` }];
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id: model });
  const early = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 30);
  await early.until("half the answer is shown", (_view, { writing }) => writing === tokens(30));
  const lost = early.view.previews.get("")?.episode;
  await first.kill();
  const between = everturn.reader(chat.id);
  await everturn.startWorker();
  await early.until("what was kept is shown again", ({ previews }, { writing }) => {
    return previews.get("")?.episode !== lost && writing === tokens(30);
  });
  everturn.model.release(`${key}-rest`);
  await Promise.all([early.untilIdle(), between.untilIdle()]);
  const answer = onlyAnswer(await assertSettled(everturn, chat.id, [early, between]));
  assertWhole(answer, tokens(60));
  assert.equal(begunWith(everturn, key, 2), tokens(30));
  assert.equal(await chunksSent(world, 2), 30, "the provider wrote the rest alone");
  const sent = sentSinceReset(early);
  assert.ok(sent[0]?.startsWith(tokens(30)), "what was kept comes first, in one piece");
  // Without the bus the rest may come with the commit.
  assert.ok(tokens(60).startsWith(sent.join("")), "nothing comes twice");
  const { usage, finish_reason, started_at, finished_at } = answer;
  assert.equal(finish_reason, "stop");
  assert.ok((usage?.output_tokens ?? 0) > 0 && Date.parse(finished_at ?? "") >= Date.parse(started_at ?? ""));
}

async function killedTwice({ everturn, model, key }: World): Promise<void> {
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 20 },
    { hold_until: `${key}-2`, hold_after: 20 },
    {},
  ];
  const first = await everturn.startWorker();
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id: model });
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 20);
  await first.kill();
  const second = await everturn.startWorker();
  await everturn.model.waitFor({ key, event: "held", call: 2 });
  // What was kept is one part now.
  await untilCheckpointed(everturn, chat.id, 21);
  await second.kill();
  await everturn.startWorker();
  await reader.untilIdle();
  assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
  assert.deepEqual([begunWith(everturn, key, 2), begunWith(everturn, key, 3)], [tokens(20), tokens(40)]);
}

async function interruptedAfterwards({ everturn, model, key }: World): Promise<void> {
  const attempts = [
    { hold_until: `${key}-1`, hold_after: 20 },
    { hold_until: `${key}-2`, hold_after: 20 },
  ];
  const first = await everturn.startWorker();
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id: model });
  const reader = everturn.reader(chat.id);
  await untilCheckpointed(everturn, chat.id, 20);
  await first.kill();
  await everturn.startWorker();
  await reader.until("it has gone on", (_view, { writing }) => writing === tokens(40));
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(40), true);
}

async function toldToStop({ everturn, model, key }: World): Promise<void> {
  const old = await everturn.startWorker();
  const attempts = [{ hold_until: key, hold_after: 30 }, {}];
  const chat = await everturn.createChat(script({ parts: 60, attempts }, key), { model_config_id: model });
  const reader = everturn.reader(chat.id);
  await everturn.model.waitFor({ key, event: "held", call: 1 });
  await reader.until("half the answer is shown", (_view, { writing }) => writing === tokens(30));
  await everturn.startWorker();
  assert.equal(await old.stop(), 0);
  await reader.untilIdle();
  assertWhole(onlyAnswer(await assertSettled(everturn, chat.id, [reader])), tokens(60));
  assert.equal(begunWith(everturn, key, 2), tokens(30), "nothing that was shown is lost");
}

const SCENARIOS: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "T4 X1 killed in mid-answer, the kept text is shown again once and the model writes the rest":
    killedInMidAnswer,
  "T4 killed twice, the answer goes on twice": killedTwice,
  "I1 interrupted when it has gone on, the answer is what was kept and what came after":
    interruptedAfterwards,
  "I6 told to stop, the next worker goes on with all that was shown": toldToStop,
};

const DIALECTS = {
  anthropic: anthropicConfig,
  "chat completions": (everturn: Everturn) => chatConfig(everturn, "continue_final_message"),
} as const;

type Dialect = keyof typeof DIALECTS;

/** The first scenario in both dialects, the others in one or the other: each costs a heartbeat timeout or two. */
const PLAN = Object.entries(SCENARIOS).flatMap(([name, scenario], at) => {
  const both: readonly Dialect[] = ["anthropic", "chat completions"];
  const dialects = at === 0 ? both : [both[at % 2] as Dialect];
  return dialects.map((dialect) => ({ name: `${name} (${dialect})`, scenario, dialect }));
});

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ workers: 0, env: ownProviders });
});
afterEach(() => killWorkers(everturn));
after(() => everturn.stop());

for (const { name, scenario, dialect } of PLAN) {
  test(name, async () => {
    const key = name.replaceAll(/\W+/g, "-");
    await scenario({ everturn, model: await DIALECTS[dialect](everturn), key });
  });
}

test("T4 X1 without the bus, too, a killed answer goes on: what was kept is shown again once", async (t) => {
  const quiet = await startEverturn({ liveBus: "off", workers: 0, env: ownProviders });
  t.after(() => quiet.stop());
  await killedInMidAnswer({ everturn: quiet, model: await anthropicConfig(quiet), key: "without-the-bus" });
});
