// Tests: builds of the worker whose contracts differ follow each other while turns run; nothing is lost, doubled or broken.
// `npm run chaos -- --deploys` does the same with hundreds of turns.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { makeOtherBuild, type OtherBuild } from "../support/roles/other-build.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";
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

test("O4 D5 G3 a new build comes while turns wait for a client, a person and an agent: the new one carries them on", async () => {
  for (const worker of everturn.workers) await worker.kill();
  const old = await everturn.startWorker({
    EVERTURN_BUILD_ID: "waits-old",
    EVERTURN_BUILD_CURRENT: "always",
  });
  const asking = await everturn.createChat(
    script([
      {
        tool_calls: [
          { name: "pick", args: {} },
          { name: "list_templates", args: {} },
        ],
      },
      { text: "both answered" },
    ]),
    {
      dynamic_tools: [{ name: "pick", description: "Asks for a color.", parameters: { type: "object" } }],
      approval_policy: { list_templates: "ask" },
    },
  );
  const prompt = script({ parts: 20, hold_until: "waits-deploy", hold_after: 5 }, "waits-deploy");
  const parent = await everturn.createChat(
    script([
      { tool_calls: [{ name: "spawn_agent", args: { type: "general", prompt } }] },
      { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.0.chat_id" } }] },
      { text: "the report is there" },
    ]),
  );
  const asked = await soon("the client and a person are asked", async () => {
    const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${asking.id}`);
    const calls = required_action?.tool_calls ?? [];
    return calls.length === 2 && Object.fromEntries(calls.map((one) => [one.tool_name, one.tool_call_id]));
  });
  await soon("the agent is waited for", async () => {
    const { rows } = await everturn.pool.query(
      "select from tool_executions where chat_id = $1 and awaits_chat_id is not null and finished_at is null",
      [parent.id],
    );
    return rows.length === 1;
  });
  await everturn.startWorker({ EVERTURN_BUILD_ID: "waits-new", EVERTURN_BUILD_CURRENT: "always" }, other.cli);
  assert.equal(await old.stop(), 0);
  await everturn.call("POST", `/v1/chats/${asking.id}/approvals`, {
    decisions: [{ tool_call_id: asked["list_templates"], approved: true }],
  });
  await everturn.call("POST", `/v1/chats/${asking.id}/tool-results`, {
    results: [{ tool_call_id: asked["pick"], output: "red" }],
  });
  everturn.model.release("waits-deploy");
  for (const [chat, last] of [
    [asking, "both answered"],
    [parent, "the report is there"],
  ] as const) {
    const reader = everturn.reader(chat.id);
    await reader.until("the turn has ended", ({ status }) => status === "waiting");
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.equal(textOf(stored.at(-1) ?? { content: [] }), last);
  }
});
