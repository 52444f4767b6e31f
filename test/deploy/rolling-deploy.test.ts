// Tests: builds of the worker whose contracts differ follow each other while turns run; nothing is lost, doubled or broken.
// `npm run chaos -- --deploys` does the same with hundreds of turns.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { makeOtherBuild, type OtherBuild } from "../support/roles/other-build.ts";
import { assertSettled, textOf } from "../support/turn/settled.ts";
import { Plays } from "./plays.ts";
import { ROLLING_ENV, rollBuilds } from "./roll-builds.ts";

let everturn: Everturn;
let other: OtherBuild;
before(async () => {
  [everturn, other] = await Promise.all([startEverturn({ workers: 0, env: ROLLING_ENV }), makeOtherBuild()]);
});
after(async () => {
  await everturn.stop();
  await other.remove();
});

test("O4 builds with other contracts follow each other twice and go back once: each turn is whole, and no run meets another build's code", async () => {
  const report = await rollBuilds({ everturn, other, copies: 1, say: () => undefined });
  assert.deepEqual(report.faults, []);
  assert.equal(report.turns, 32);
  assert.deepEqual(report.builds, new Set(["a", "b", "c"]));
  assert.ok(report.handed_over > 0, "some runs were asked to hand over");
  assert.ok(report.begun_again > 0, "some runs were begun again");
});

test("O4 after an update of the sources without a build id, a turn in flight goes on as a fresh run", async () => {
  const more = { EVERTURN_BUILD_CURRENT: "always", EVERTURN_RECONCILE_AFTER_MS: "1000" };
  const plays = new Plays(everturn);
  for (const worker of everturn.workers) await worker.kill();
  const old = await everturn.startWorker(more);
  const play = await plays.tools("pulled");
  await play.underway;
  assert.equal(await old.stop(), 0);
  await everturn.startWorker(more, other.cli);
  plays.release([play]);
  await play.reader.until("the last answer is there", ({ status, messages }) => {
    return status !== "running" && textOf(messages.at(-1) ?? { content: [] }) === "done pulled";
  });
  await assertSettled(everturn, play.chat.id, [play.reader]);
  const now = await everturn.call<Chat>("GET", `/v1/chats/${play.chat.id}`);
  assert.deepEqual([now.status, now.last_error], ["waiting", null]);
});
