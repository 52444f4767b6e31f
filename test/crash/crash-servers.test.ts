// Tests: Temporal itself goes away and comes back, under turns and commands that run and messages that are sent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { onlyAnswer, tokens, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type OwnTemporal, startOwnTemporal } from "../support/server/own-servers.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";
import {
  assertCounted,
  assertRanOnce,
  counting,
  endCounting,
  logOf,
  untilShown,
  workspaceChat,
} from "../support/workspace/workspace-chats.ts";

let temporal: OwnTemporal;
let everturn: Everturn;
before(async () => {
  temporal = await startOwnTemporal();
  everturn = await startEverturn({ temporalAddress: temporal.address });
});
after(async () => {
  await everturn.stop();
  await temporal.close();
});

test("Q11 while Temporal is down messages are accepted and answers kept; when it is back, each is answered once", async () => {
  const running = await everturn.createChat(
    script({ parts: 60, rate: 300, hold_until: "down", hold_after: 30 }, "down"),
  );
  const early = everturn.reader(running.id);
  await early.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
  await temporal.stop();

  const sent = await everturn.answer("POST", "/v1/chats", { content: script({ text: "later" }, "created") });
  assert.equal(sent.status, 201);
  const queued = { content: script({ text: "two" }, "queued") };
  await everturn.call("POST", `/v1/chats/${running.id}/messages`, queued);
  const late = everturn.reader(sent.body.id);
  await late.until("the chat is shown running", ({ status }) => status === "running");
  // What was being written needs no Temporal to be finished, kept and shown.
  everturn.model.release("down");
  await early.until("the answer is committed", ({ messages }) => messages.length === 3);

  await temporal.start();
  await early.until("both answered", (view) => view.messages.length === 4 && view.status === "waiting");
  await late.untilIdle();
  const stored = await assertSettled(everturn, running.id, [early]);
  assert.deepEqual(
    stored
      .map(({ role, content }) => [role, textOf({ content }).trim()])
      .filter(([role]) => role === "assistant"),
    [
      ["assistant", tokens(60)],
      ["assistant", "two"],
    ],
  );
  assert.equal(textOf(onlyAnswer(await assertSettled(everturn, sent.body.id, [late]))), "later");
  for (const key of ["down", "created", "queued"]) assert.equal(everturn.model.requests(key).length, 1, key);
  for (const id of [running.id, sent.body.id]) assert.equal(await untilNoRun(everturn, id), "COMPLETED");
});

test("W5 Temporal restarted while a command runs: it ran once", async () => {
  const key = "counting-restart-temporal";
  const workspace = await workspaceChat(everturn, [counting(key)], key);
  await untilShown(workspace.reader, "line 3");
  await temporal.stop();
  const lines = assertCounted(await logOf(workspace));
  await soon("the command goes on meanwhile", async () => assertCounted(await logOf(workspace)) > lines);
  await temporal.start();
  await untilShown(workspace.reader, `line ${lines + 3}`);
  await endCounting(workspace);
  await assertRanOnce(everturn, workspace);
});
