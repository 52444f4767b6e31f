// Tests: chats in plan mode, through the API, with a worker and a scripted model.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import { killWorkers, onlyWorker } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

const call = (name: string, args: Record<string, unknown>) => ({ tool_calls: [{ name, args }] });
const propose = (plan: string) => call("propose_plan", { plan });

function untilAsked({ id }: Chat, tool: string): Promise<Chat> {
  return soon(`${tool} waits`, async () => {
    const chat = await everturn.call<Chat>("GET", `/v1/chats/${id}`);
    return chat.required_action?.tool_calls[0]?.tool_name === tool && chat;
  });
}

async function decide(chat: Chat, decision: object): Promise<Chat> {
  const asked = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  const tool_call_id = asked.required_action?.tool_calls[0]?.tool_call_id;
  return everturn.call("POST", `/v1/chats/${chat.id}/approvals`, {
    decisions: [{ tool_call_id, ...decision }],
  });
}

async function settled(chat: Chat) {
  const reader = everturn.reader(chat.id);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const results = stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
  return { stored, results, chat: reader.view.chat };
}

test("C6 a plan that is denied comes back with the reason and plan mode stays; an approved one ends it, and the turn goes on", async () => {
  const steps = [propose("1. all at once"), propose("1. look 2. write"), { text: "I begin." }];
  const chat = await everturn.createChat(script(steps), {
    plan_mode: true,
    approval_policy: { "*": "auto" },
  });
  assert.equal(chat["plan_mode"], true);
  const asked = await untilAsked(chat, "propose_plan");
  assert.deepEqual(asked.required_action?.tool_calls[0]?.args, { plan: "1. all at once" });
  const denied = await decide(chat, { approved: false, reason: "look first" });
  assert.equal(denied.plan_mode, true);
  await soon("the second plan waits", async () => {
    const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
    return required_action?.tool_calls[0]?.args["plan"] === "1. look 2. write";
  });
  const approved = await decide(chat, { approved: true });
  assert.equal(approved.plan_mode, false);
  const done = await settled(chat);
  assert.equal(done.chat?.plan_mode, false, "the stream tells it");
  const [first, second] = done.results;
  assert.match(JSON.stringify(first?.result), /denied it: look first/);
  assert.deepEqual([first?.is_error, second?.is_error], [true, false]);
  assert.match(JSON.stringify(second?.result), /Carry the plan out/);
});

test("C6 in plan mode writing goes to the plan alone, a command waits for a person, and reading goes on", async () => {
  const steps = [
    call("write_file", { path: "src/a.ts", content: "x" }),
    call("write_file", { path: ".everturn/plans/a.md", content: "x" }),
    call("propose_plan", { path: "src/a.ts" }),
    call("list_templates", {}),
    call("execute", { command: "touch a" }),
    { text: "I see." },
  ];
  const chat = await everturn.createChat(script(steps), {
    plan_mode: true,
    approval_policy: { "*": "auto" },
  });
  await untilAsked(chat, "execute");
  await decide(chat, { approved: false });
  const { results } = await settled(chat);
  const [code, plan, proposal, templates, command] = results.map(({ result }) => JSON.stringify(result));
  assert.match(code ?? "", /in plan mode only the plan may be written/);
  // This chat has no workspace yet: the tool itself says so.
  assert.match(plan ?? "", /create_workspace/);
  assert.match(proposal ?? "", /The plan was not proposed/);
  assert.match(templates ?? "", /templates/);
  assert.match(command ?? "", /denied/);
});

test("C6 L6 beside a proposal nothing runs, and nobody is asked", async () => {
  const mixed = {
    tool_calls: [
      { name: "list_templates", args: {} },
      { name: "propose_plan", args: { plan: "1." } },
    ],
  };
  const { results, chat } = await settled(
    await everturn.createChat(script([mixed, { text: "I see." }]), { plan_mode: true }),
  );
  for (const { is_error, result } of results) {
    assert.equal(is_error, true);
    assert.match(JSON.stringify(result), /propose_plan must be called alone/);
  }
  assert.equal(chat?.plan_mode, true);
});

test("C6 plan mode is changed while the chat rests; without it there is no propose_plan", async () => {
  const chat = await everturn.createChat(script({ text: "slowly", hold_until: "plan", hold_after: 1 }));
  const path = `/v1/chats/${chat.id}`;
  const busy = await everturn.answer("PATCH", path, { plan_mode: true });
  assert.deepEqual([busy.status, busy.body.code], [409, "chat_busy"]);
  everturn.model.release("plan");
  await settled(chat);
  assert.equal((await everturn.call<Chat>("PATCH", path, { plan_mode: true })).plan_mode, true);
  assert.equal((await everturn.call<Chat>("PATCH", path, { plan_mode: false })).plan_mode, false);
  await everturn.call("POST", `${path}/messages`, { content: script([propose("x"), { text: "I see." }]) });
  const { results } = await settled(chat);
  assert.match(JSON.stringify(results.at(-1)?.result), /There is no tool/);
  const wrong = await everturn.answer("PATCH", path, { plan_mode: "yes" });
  assert.deepEqual([wrong.status, wrong.body.errors[0].path], [400, "plan_mode"]);
});

test("C6 X9 a plan that is approved while no worker lives ends plan mode, and the turn goes on when one is back", async () => {
  const chat = await everturn.createChat(script([propose("1. look"), { text: "I begin." }]), {
    plan_mode: true,
  });
  await untilAsked(chat, "propose_plan");
  await killWorkers(everturn);
  const approved = await decide(chat, { approved: true });
  assert.equal(approved.plan_mode, false);
  await onlyWorker(everturn);
  const { stored, results } = await settled(chat);
  assert.deepEqual(
    results.map(({ is_error }) => is_error),
    [false],
  );
  assert.equal(textOf(stored.at(-1) as Message), "I begin.");
});
