// Tests: AI SDK clients of three majors run tools of their own and ask people for approvals, while the turn waits.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
  type ClientChat,
  loadMessages,
  MAJORS,
  openAnsweringChat,
  openChat,
  shownParts,
  shownText,
  type UiPart,
  untilShown,
} from "../support/ai-sdk/ai-clients.ts";
import { assertShowsStored, metadataOf } from "../support/ai-sdk/ai-stored.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
  await everturn.call("PUT", "/v1/me/settings", {
    prompt: null,
    compaction_thresholds: {},
    approval_policy: { read_template: "ask" },
  });
});
after(() => everturn.stop());

const pick = {
  name: "pick",
  description: "Asks for a color.",
  parameters: { type: "object", properties: { of: { type: "string" } } },
};
const server = () => ({ url: everturn.url, key: everturn.key, body: { dynamic_tools: [pick] } });

function toolsOf(chat: ClientChat): readonly UiPart[] {
  return shownParts(chat.lastMessage).filter(({ type }) => type.startsWith("tool-"));
}

function statesOf(chat: ClientChat): readonly (string | undefined)[] {
  return toolsOf(chat).map(({ state }) => state);
}

const idOf = (part: UiPart | undefined): string => part?.toolCallId ?? "";

for (const major of MAJORS) {
  test(`D1 D2 a page runs its own tool, and its message goes on behind it (ai ${major})`, async () => {
    const key = `waits-${major}`;
    const chat = openAnsweringChat(major, server(), { id: key });
    const tool_calls = [{ name: "list_templates" }, { name: "pick", args: { of: "walls" } }];
    await chat.sendMessage({ text: script([{ text: "Which?", tool_calls }, { text: "Red it is." }], key) });
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
    // What ran beside the wait is shown: else the page could not tell that only its own tool is left.
    assert.deepEqual(statesOf(chat), ["output-available", "input-available"]);
    const page = openChat(major, everturn, { id: key, messages: await loadMessages(everturn, key, major) });
    assert.equal(toolsOf(page)[1]?.state, "input-available");
    await chat.addToolOutput({ tool: "pick", toolCallId: idOf(toolsOf(chat)[1]), output: "red" });
    await untilShown("the answer behind the tool", chat, ({ status }) => {
      return status === "ready" && shownText(chat.lastMessage).includes("Red it is.");
    });
    assert.equal(chat.messages.length, 2);
    const stored = await assertShowsStored(everturn, chat);
    assert.deepEqual(
      stored.map(({ role }) => role),
      ["user", "assistant", "tool", "assistant"],
    );
    const shown = metadataOf(chat.lastMessage);
    assert.deepEqual(
      shown.message_ids,
      stored.slice(1).map(({ id }) => id),
    );
  });

  test(`D2 of two pages that answer a tool the first one counts, and the other is told (ai ${major})`, async () => {
    const key = `waits-twice-${major}`;
    const first = openAnsweringChat(major, server(), { id: key });
    await first.sendMessage({ text: script([{ tool_calls: [{ name: "pick" }] }, { text: "Thanks." }], key) });
    const messages = await loadMessages(everturn, key, major);
    const second = openAnsweringChat(major, server(), { id: key, messages });
    const toolCallId = idOf(toolsOf(first)[0]);
    const failed = { tool: "pick", toolCallId, state: "output-error", errorText: "no colors" } as const;
    await first.addToolOutput(failed);
    await untilShown("the answer", first, ({ status }) => {
      return status === "ready" && shownText(first.lastMessage).includes("Thanks.");
    });
    await second.addToolOutput({ tool: "pick", toolCallId, output: "late" });
    await untilShown("the refusal", second, ({ status }) => status === "error");
    assert.match(second.error?.message ?? "", /not_awaiting_results/);
    const stored = await assertShowsStored(everturn, first);
    const [result] = stored[2]?.content ?? [];
    assert.ok(result?.type === "tool-result" && result.is_error);
    assert.deepEqual(result.result, { error: "no colors" });
  });
}

for (const major of [6, 7] as const) {
  test(`D4 D6 a page is asked for approvals, gives one, and denies one with a reason (ai ${major})`, async () => {
    const key = `approvals-${major}`;
    const chat = openAnsweringChat(major, everturn, { id: key });
    const tool_calls = [1, 2].map(() => ({ name: "read_template", args: { template: "no-such" } }));
    await chat.sendMessage({ text: script([{ tool_calls }, { text: "Well." }], key) });
    assert.deepEqual([chat.status, statesOf(chat)], ["ready", ["approval-requested", "approval-requested"]]);
    const page = openChat(major, everturn, { id: key, messages: await loadMessages(everturn, key, major) });
    assert.deepEqual(toolsOf(page).map(stateAndApproval), toolsOf(chat).map(stateAndApproval));
    const [one, other] = toolsOf(chat).map(({ approval }) => approval?.id ?? "");
    await chat.addToolApprovalResponse({ id: one ?? "", approved: true });
    await chat.addToolApprovalResponse({ id: other ?? "", approved: false, reason: "not that one" });
    await untilShown("the answer", chat, ({ status }) => {
      return status === "ready" && shownText(chat.lastMessage).includes("Well.");
    });
    // The approved call has run, and found no such template.
    assert.deepEqual(statesOf(chat), ["output-error", "output-denied"]);
    const loaded = openChat(major, everturn, { id: key, messages: await loadMessages(everturn, key, major) });
    assert.deepEqual(statesOf(loaded), ["output-error", "output-denied"]);
    assert.equal(toolsOf(loaded)[1]?.approval?.reason, "not that one");
    assert.equal(chat.messages.length, 2);
  });
}

test("D4 A3 a reason that no column can hold is refused with its path", async () => {
  for (const reason of ["a\u0000b", "a\ud800"]) {
    const approval = { id: "approval", approved: false, reason };
    const part = { type: "tool-read_template", toolCallId: "call", state: "approval-responded", approval };
    const messages = [{ id: "answer", role: "assistant", parts: [{ type: "step-start" }, part] }];
    const { status, body } = await everturn.answer("POST", "/ai-sdk/chat?sdk=6", { id: "odd", messages });
    assert.deepEqual([status, body.code], [400, "invalid_request"]);
    assert.equal(body.errors[0].path, "messages[0].parts[1].approval.reason");
  }
});

test("D4 version 5 knows no approvals: given by another call, the page shows the rest when it is loaded", async () => {
  const chat = openChat(5, everturn, { id: "approvals-5" });
  const tool_calls = [{ name: "read_template", args: { template: "no-such" } }];
  await chat.sendMessage({ text: script([{ tool_calls }, { text: "Well." }], "approvals-5") });
  assert.deepEqual([chat.status, statesOf(chat)], ["ready", ["input-available"]]);
  const { chat_id } = metadataOf(chat.lastMessage);
  const decisions = [{ tool_call_id: idOf(toolsOf(chat)[0]), approved: false }];
  await everturn.call("POST", `/v1/chats/${chat_id}/approvals`, { decisions });
  await everturn.reader(chat_id).until("the turn has ended", ({ status }) => status === "waiting");
  const page = openChat(5, everturn, {
    id: "approvals-5",
    messages: await loadMessages(everturn, "approvals-5"),
  });
  assert.deepEqual([statesOf(page), shownText(page.lastMessage)], [["output-error"], "Well."]);
});

function stateAndApproval({ state, approval }: UiPart): object {
  return { state, id: approval?.id };
}
