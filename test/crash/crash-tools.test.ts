// Tests: workers that die around tool calls: each call has exactly one result, and what was committed is not done again.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { doomedWorker, untilDead, untilNoRun } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const folder = mkdtempSync(join(tmpdir(), "everturn-crash-tools-"));
const STEPS: ScriptStepWithAttempts[] = [
  {
    text: "Looking.",
    tool_calls: [
      { name: "view_file", args: { path: "a.txt" } },
      { name: "list_dir", args: { path: "." } },
    ],
  },
  { text: "Seen." },
];

let everturn: Everturn;
before(async () => {
  writeFileSync(join(folder, "a.txt"), "what the file holds\n");
  everturn = await startEverturn({ workers: 0, env: { EVERTURN_PROJECT_ROOTS: tmpdir() } });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

function assertToolTurn(stored: readonly Message[]): void {
  assert.deepEqual(
    stored.slice(0, 4).map(({ role }) => role),
    ["user", "assistant", "tool", "assistant"],
  );
  const results = stored[2]?.content.filter((part) => part.type === "tool-result") ?? [];
  assert.deepEqual(
    results.map(({ tool_name, is_error }) => [tool_name, is_error]),
    [
      ["view_file", false],
      ["list_dir", false],
    ],
  );
  assert.ok(JSON.stringify(results[0]?.result).includes("what the file holds"));
  assert.equal(textOf(stored[3] as Message), "Seen.");
}

for (const point of ["callModel:committed", "runTool:finished"]) {
  test(`L1 killed at ${point}, the step's tools have one result each and the turn goes on`, async () => {
    const worker = await doomedWorker(everturn, point);
    const chat = await everturn.createChat(script(STEPS, point), { project_path: folder });
    const reader = everturn.reader(chat.id);
    await untilDead(worker);
    await everturn.startWorker();
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.equal(stored.length, 4);
    assertToolTurn(stored);
    assert.equal(everturn.model.requests(point).length, STEPS.length);
    assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
  });
}

test("L1 Q6 killed at settle:committed while a signal arrives, nothing is settled or promoted twice", async () => {
  const key = "settle-signal";
  const worker = await doomedWorker(everturn, "settle:committed");
  const chat = await everturn.createChat(script(STEPS, key), { project_path: folder });
  const reader = everturn.reader(chat.id);
  await untilDead(worker);
  // The workflow task is still the dead worker's: the signal is in the history before anybody takes it over.
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
    content: script({ text: "two" }, `${key}-2`),
  });
  await everturn.startWorker();
  await reader.until(
    "both are answered",
    ({ messages, status }) => messages.length === 6 && status === "waiting",
  );
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assertToolTurn(stored);
  assert.equal(stored.length, 6);
  assert.equal(everturn.model.requests(key).length, STEPS.length);
  assert.equal(everturn.model.requests(`${key}-2`).length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("I1 interrupted while the worker that settled is dead, the step's results stay", async () => {
  const key = "settle-stop";
  const worker = await doomedWorker(everturn, "settle:committed");
  const chat = await everturn.createChat(script(STEPS, key), { project_path: folder });
  const reader = everturn.reader(chat.id);
  await untilDead(worker);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await everturn.startWorker();
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool"],
  );
  assert.equal(everturn.model.requests(key).length, 1);
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});

test("X9 a call under which three workers died gets an error result instead of a fourth", async () => {
  const key = "deadly-call";
  const point = "runTool:begun";
  const steps = [
    { text: "Looking.", tool_calls: [{ name: "view_file", args: { path: "a.txt" } }] },
    { text: "Left it." },
  ];
  const first = await doomedWorker(everturn, point);
  const chat = await everturn.createChat(script(steps, key), { project_path: folder });
  const reader = everturn.reader(chat.id);
  await untilDead(first);
  // The second death is written down instead of died.
  await everturn.pool.query("update tool_executions set lost_workers = 1 where chat_id = $1", [chat.id]);
  await untilDead(await everturn.startWorker({ EVERTURN_FAILPOINT: point }));
  // It would die, too, if it ran the call.
  await everturn.startWorker({ EVERTURN_FAILPOINT: point });
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(stored.length, 4);
  const [result] = stored[2]?.content.filter((part) => part.type === "tool-result") ?? [];
  assert.equal(result?.is_error, true);
  assert.match(JSON.stringify(result?.result), /begun 3 times, and each time the server running it was lost/);
  assert.equal(textOf(stored[3] as Message), "Left it.");
  assert.equal(await untilNoRun(everturn, chat.id), "COMPLETED");
});
