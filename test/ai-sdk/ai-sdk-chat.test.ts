// Tests: AI SDK clients of three majors send, follow and stop turns; what they show at the end is what is stored.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import {
  type Client,
  loadMessages,
  MAJORS,
  OLDER_5,
  openChat,
  shownParts,
  shownText,
  untilShown,
} from "../support/ai-sdk/ai-clients.ts";
import { assertShowsStored, metadataOf } from "../support/ai-sdk/ai-stored.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { script, textOf } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

function roles(stored: readonly Message[]): string[] {
  return stored.map(({ role }) => role);
}

async function stopChat(id: string): Promise<void> {
  await everturn.call("POST", `/ai-sdk/chat/${id}/stop`);
}

const promises: Readonly<Record<string, (client: Client, key: string) => Promise<void>>> = {
  "T4 messages are answered turn by turn, and say which stored messages they are": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    await chat.sendMessage({ text: script({ reasoning: "Let me think.", text: "Hello you there" }, key) });
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
    await assertShowsStored(everturn, chat);
    await chat.sendMessage({ text: script({ text: "and again" }, `${key}-2`) });
    const stored = await assertShowsStored(everturn, chat);
    assert.equal(shownText(chat.lastMessage), "and again");
    assert.deepEqual(roles(stored), ["user", "assistant", "user", "assistant"]);
    const { message_ids, usage, turn_id } = metadataOf(chat.lastMessage);
    assert.deepEqual([message_ids, turn_id], [[stored[3]?.id], stored[2]?.id]);
    assert.equal(usage?.total_tokens, stored[3]?.usage?.total_tokens);
  },

  "T4 L1 tools are shown with their arguments and results, failed ones in words, step by step": async (
    client,
    key,
  ) => {
    const chat = openChat(client, everturn, { id: key });
    const calls = [{ name: "list_templates" }, { name: "read_template", args: { template: "no-such" } }];
    await chat.sendMessage({
      text: script([{ text: "Looking.", tool_calls: calls }, { text: "Found." }], key),
    });
    const stored = await assertShowsStored(everturn, chat);
    assert.deepEqual(roles(stored), ["user", "assistant", "tool", "assistant"]);
    const states = shownParts(chat.lastMessage).flatMap(({ type, state }) =>
      type.startsWith("tool-") ? [state] : [],
    );
    assert.deepEqual(states, ["output-available", "output-error"]);
    const page = openChat(client, everturn, { id: key, messages: await loadMessages(everturn, key) });
    await assertShowsStored(everturn, page);
    assert.deepEqual(page.lastMessage?.metadata, chat.lastMessage?.metadata);
    assert.deepEqual(
      page.messages.map(({ id }) => id),
      chat.messages.map(({ id }) => id),
    );
  },

  "X4 X7 a turn that fails says so in our words, and what was written is kept": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    const failure = { parts: 5, stream_error: { type: "invalid_request_error", message: "no such thing" } };
    await chat.sendMessage({ text: script(failure, key) });
    assert.equal(chat.status, "error");
    const { chat_id } = metadataOf(chat.lastMessage);
    const { last_error } = await everturn.call<{ last_error: { message: string } }>(
      "GET",
      `/v1/chats/${chat_id}`,
    );
    assert.equal(chat.error?.message, last_error.message);
    assert.equal(shownText(chat.lastMessage).trim(), "t1 t2 t3 t4 t5");
    await assertShowsStored(everturn, chat);
  },

  "I1 stop interrupts the turn: its client shows what is kept": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    const sent = chat.sendMessage({ text: script({ parts: 20, stall_after: 20 }, key) });
    await untilShown("the answer so far", chat, () => shownText(chat.lastMessage).includes("t20"));
    await stopChat(key);
    await sent;
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
    const stored = await assertShowsStored(everturn, chat);
    assert.deepEqual(
      [stored[1]?.interrupted, shownText(chat.lastMessage)],
      [true, textOf(stored[1] as never)],
    );
  },

  "T4 a page reloaded in mid-answer, and a second tab, show the whole answer once": async (client, key) => {
    const first = openChat(client, everturn, { id: key });
    const sent = first.sendMessage({
      text: script({ reasoning: "Hm.", parts: 40, hold_until: key, hold_after: 20 }, key),
    });
    await untilShown("half the answer", first, () => shownText(first.lastMessage).includes("t19"));
    const messages = await loadMessages(everturn, key);
    assert.deepEqual(
      messages.map(({ id }) => id),
      [first.messages[0]?.id],
    );
    await first.stop();
    await sent;
    const tabs = [1, 2].map(() => openChat(client, everturn, { id: key, messages }));
    const resumed = tabs.map((tab) => tab.resumeStream());
    for (const tab of tabs) {
      await untilShown("half the answer", tab, () => shownText(tab.lastMessage).includes("t19"));
    }
    everturn.model.release(key);
    await Promise.all(resumed);
    for (const tab of tabs) {
      const stored = await assertShowsStored(everturn, tab);
      assert.deepEqual([roles(stored), stored[1]?.interrupted], [["user", "assistant"], false]);
    }
  },

  "T4 the page whose answer was cut off shows it whole after it resumes, in one message": async (
    client,
    key,
  ) => {
    const chat = openChat(client, everturn, { id: key });
    const sent = chat.sendMessage({ text: script({ parts: 40, hold_until: key, hold_after: 20 }, key) });
    await untilShown("half the answer", chat, () => shownText(chat.lastMessage).includes("t20"));
    await chat.stop();
    await sent;
    const resumed = chat.resumeStream();
    await untilShown("the answer is streamed again", chat, ({ status }) => status === "streaming");
    everturn.model.release(key);
    await resumed;
    await assertShowsStored(everturn, chat);
    assert.equal(chat.messages.length, 2);
  },

  "Q2 Q6 a message sent while a turn runs waits for its turn, and its stream with it": async (
    client,
    key,
  ) => {
    const busy = openChat(client, everturn, { id: key });
    const first = busy.sendMessage({ text: script({ parts: 4, hold_until: key, hold_after: 2 }, key) });
    await untilShown("the first answer", busy, () => shownText(busy.lastMessage).includes("t2"));
    const tab = openChat(client, everturn, { id: key });
    const second = tab.sendMessage({ text: script({ text: "second" }, `${key}-2`) });
    const { chat_id } = metadataOf(busy.lastMessage);
    const reader = everturn.reader(chat_id);
    await reader.until("it is queued", ({ queued_messages }) => queued_messages.length === 1);
    everturn.model.release(key);
    await Promise.all([first, second]);
    await assertShowsStored(everturn, busy);
    const stored = await assertShowsStored(everturn, tab);
    assert.deepEqual([shownText(tab.lastMessage), stored.length], ["second", 4]);
  },

  "Q10 the same message posted again begins no second turn: it streams the one it began": async (
    client,
    key,
  ) => {
    const chat = openChat(client, everturn, { id: key });
    await chat.sendMessage({ text: script({ text: "only once" }, key) });
    const again = openChat(client, everturn, { id: key, messages: chat.messages.slice(0, 1) });
    await again.sendMessage();
    const stored = await assertShowsStored(everturn, again);
    assert.deepEqual([stored.length, shownText(again.lastMessage)], [2, "only once"]);
    assert.equal(again.lastMessage?.id, chat.lastMessage?.id);
  },

  "E7 an answer is regenerated": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    const attempts = [{ text: "first" }, { text: "another" }];
    await chat.sendMessage({ text: script({ attempts }, key) });
    assert.equal(shownText(chat.lastMessage), "first");
    await chat.regenerate();
    const stored = await assertShowsStored(everturn, chat);
    assert.deepEqual([shownText(chat.lastMessage), stored.length, chat.messages.length], ["another", 2, 2]);
  },

  "E1 a message replaced under its id is an edit": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    await chat.sendMessage({ text: script({ text: "one" }, key) });
    const messageId = chat.messages[0]?.id as string;
    await chat.sendMessage({ text: script({ text: "two" }, `${key}-2`), messageId });
    const stored = await assertShowsStored(everturn, chat);
    assert.deepEqual([shownText(chat.lastMessage), stored.length, chat.messages.length], ["two", 2, 2]);
  },

  "X7 another attempt that says something else takes the place of the failed one": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    const broken = { type: "overloaded_error", message: "busy" };
    const attempts = [{ text: "wrong words", parts: 5, stream_error: broken }, { text: "right at last" }];
    await chat.sendMessage({ text: script({ attempts }, key) });
    await assertShowsStored(everturn, chat);
    assert.equal(shownText(chat.lastMessage), "right at last");
    const marks = chat.lastMessage?.parts.filter(({ type }) => type === "data-everturn-reset") ?? [];
    if (client === 7) assert.deepEqual(marks, []);
  },

  "X7 another attempt that says the same and more goes on where the failed one stopped": async (
    client,
    key,
  ) => {
    const chat = openChat(client, everturn, { id: key });
    const broken = { type: "overloaded_error", message: "busy" };
    const attempts = [{ parts: 5, stream_error: broken }, { parts: 12 }];
    await chat.sendMessage({ text: script({ attempts }, key) });
    await assertShowsStored(everturn, chat);
    assert.deepEqual(
      chat.lastMessage?.parts.map(({ type }) => type),
      ["step-start", "text"],
    );
  },

  "X1 a failed call that is waited out is told to onData, and is no part of the message": async (
    client,
    key,
  ) => {
    const heard: unknown[] = [];
    const chat = openChat(client, everturn, {
      id: key,
      onData: ({ type, data }) => void heard.push([type, data]),
    });
    const attempts = [{ http_error: { status: 503, message: "busy" } }, { text: "at last" }];
    await chat.sendMessage({ text: script({ attempts }, key) });
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
    await assertShowsStored(everturn, chat);
    const [[type, retry] = [], ...rest] = heard as [string, Record<string, unknown> | null][];
    assert.deepEqual([type, retry?.["attempt"], retry?.["kind"]], ["data-retry", 1, "overloaded"]);
    assert.match(String(retry?.["message"]), / at 127\.0\.0\.1:\d+ /);
    assert.deepEqual(rest, [["data-retry", null]]);
  },

  "E4 a turn that is cut while it streams ends its stream": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    const sent = chat.sendMessage({ text: script({ parts: 5, stall_after: 5 }, key) });
    await untilShown("the answer so far", chat, () => shownText(chat.lastMessage).includes("t5"));
    const { chat_id, turn_id } = metadataOf(chat.lastMessage);
    const body = { content: script({ text: "edited elsewhere" }, `${key}-2`) };
    await everturn.call("PATCH", `/v1/chats/${chat_id}/messages/${turn_id}`, body);
    await sent;
    assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
  },

  "T1 nothing runs: there is nothing to resume": async (client, key) => {
    const chat = openChat(client, everturn, { id: key });
    await chat.resumeStream();
    await chat.sendMessage({ text: script({ text: "done" }, key) });
    await chat.resumeStream();
    assert.deepEqual([chat.status, chat.messages.length, shownText(chat.lastMessage)], ["ready", 2, "done"]);
  },
};

/** What older releases are tried with: each kind of chunk, once. */
const OLDER_KEEP = [
  "T4 L1 tools are shown",
  "X4 X7 a turn that fails",
  "I1 stop interrupts",
  "X1 a failed call",
];

function tries(client: Client, keeps: (name: string) => boolean): void {
  describe(`ai ${client}`, () => {
    for (const [name, keep] of Object.entries(promises)) {
      if (!keeps(name)) continue;
      test(`${name} (ai ${client})`, () => keep(client, `${client} ${name}`.replace(/\W+/g, "-")));
    }
  });
}

for (const major of MAJORS) tries(major, () => true);
for (const release of OLDER_5)
  tries(release, (name) => OLDER_KEEP.some((beginning) => name.startsWith(beginning)));
