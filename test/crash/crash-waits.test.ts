// Tests: everything dies while a turn waits for its client and for a person.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { doomedWorker, killWorkers, onlyWorker, untilDead } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ workers: 0 });
});
after(() => everturn.stop());

const pick = { name: "pick", description: "Asks for a color.", parameters: { type: "object" } };

function aChat(): Promise<Chat> {
  const tool_calls = [
    { name: "list_templates", args: {} },
    { name: "pick", args: {} },
  ];
  return everturn.createChat(script([{ tool_calls }, { text: "done" }]), {
    dynamic_tools: [pick],
    approval_policy: { list_templates: "ask" },
  });
}

/** The ids of the calls that wait, by the name of their tool. */
function untilAsked({ id }: Chat, calls: number): Promise<Readonly<Record<string, string>>> {
  return soon(`${calls} calls wait`, async () => {
    const { status, required_action } = await everturn.call<Chat>("GET", `/v1/chats/${id}`);
    const asked = required_action?.tool_calls ?? [];
    if (status !== "requires_action" || asked.length !== calls) return false;
    return Object.fromEntries(asked.map((call) => [call.tool_name, call.tool_call_id]));
  });
}

const approve = ({ id }: Chat, tool_call_id: string | undefined) =>
  everturn.call("POST", `/v1/chats/${id}/approvals`, { decisions: [{ tool_call_id, approved: true }] });
const submit = ({ id }: Chat, tool_call_id: string | undefined) =>
  everturn.call("POST", `/v1/chats/${id}/tool-results`, { results: [{ tool_call_id, output: "red" }] });

async function assertAnswered(chat: Chat): Promise<void> {
  const reader = everturn.reader(chat.id);
  await reader.until("the turn has ended", ({ status }) => status === "waiting");
  const stored: readonly Message[] = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant"],
  );
  const results = stored[2]?.content.filter((part) => part.type === "tool-result") ?? [];
  assert.match(JSON.stringify(results[0]?.result), /templates/);
  assert.equal(results[1]?.result, "red");
  assert.equal(textOf(stored[3] as Message), "done");
}

test("D5 killed worker, API and run while a turn waits: the wait goes on, and each answer counts once", async () => {
  await onlyWorker(everturn);
  const chat = await aChat();
  const asked = await untilAsked(chat, 2);
  await killWorkers(everturn);
  await everturn.api.kill();
  // As a backup does that brings back the database alone: nothing of the wait is left in Temporal.
  await everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id)).terminate("gone");
  everturn.api = await everturn.startApi();
  await approve(chat, asked["list_templates"]);
  await untilAsked(chat, 1);
  await everturn.startWorker();
  await submit(chat, asked["pick"]);
  await assertAnswered(chat);
});

for (const point of ["callModel:committed", "runTool:finished", "wait:committed"]) {
  test(`D4 D5 killed at ${point}, a turn that waits asks once and goes on`, async () => {
    const worker = await doomedWorker(everturn, point);
    const chat = await aChat();
    const asked = await untilAsked(chat, 2);
    await approve(chat, asked["list_templates"]);
    await untilDead(worker);
    await everturn.startWorker();
    const left = await untilAsked(chat, 1);
    await submit(chat, left["pick"]);
    await assertAnswered(chat);
  });
}
