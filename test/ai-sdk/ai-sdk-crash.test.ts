// Tests: workers and servers that die while an AI SDK client streams; what it shows at the end is what is stored.
import assert from "node:assert/strict";
import { after, before } from "node:test";
import { MAJORS, type Major, openChat, shownText, untilShown } from "../support/ai-sdk/ai-clients.ts";
import { assertShowsStored } from "../support/ai-sdk/ai-stored.ts";
import { killWorkers, tokens } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { type Once, TestGroup } from "../support/roles/test-group.ts";
import { script } from "../support/turn/settled.ts";

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

async function killedInMidAnswer(major: Major, once: Once): Promise<void> {
  const key = `killed-${major}`;
  const attempts = [
    { text: "Never to be seen again:", parts: 20, hold_until: key, hold_after: 15 },
    { parts: 30 },
  ];
  const chat = openChat(major, everturn, { id: key });
  const sent = chat.sendMessage({ text: script({ attempts }, key) });
  await untilShown("half the answer", chat, () => shownText(chat.lastMessage).includes("t5"));
  await once(() => killWorkers(everturn));
  await once(() => everturn.startWorker());
  await sent;
  assert.deepEqual([chat.status, chat.error], ["ready", undefined]);
  await assertShowsStored(everturn, chat);
  assert.equal(shownText(chat.lastMessage).trim(), tokens(30));
}

async function repeatsItself(major: Major, once: Once): Promise<void> {
  const key = `repeats-${major}`;
  const attempts = [{ hold_until: key, hold_after: 15 }, {}];
  const chat = openChat(major, everturn, { id: key });
  const sent = chat.sendMessage({ text: script({ parts: 30, attempts }, key) });
  await untilShown("half the answer", chat, () => shownText(chat.lastMessage).includes("t15"));
  await once(() => killWorkers(everturn));
  await once(() => everturn.startWorker());
  await sent;
  await assertShowsStored(everturn, chat);
  assert.deepEqual(
    chat.lastMessage?.parts.map(({ type }) => type),
    ["step-start", "text"],
  );
}

/** A server that is told to stop says so; its clients resume with its successor. */
async function deployed(major: Major, once: Once): Promise<void> {
  const key = `deploy-${major}`;
  const chat = openChat(major, everturn, { id: key });
  const sent = chat.sendMessage({ text: script({ parts: 30, hold_until: key, hold_after: 15 }, key) });
  await untilShown("half the answer", chat, () => shownText(chat.lastMessage).includes("t15"));
  await once(() => everturn.api.stop());
  await sent;
  assert.equal(chat.status, "error");
  assert.match(chat.error?.message ?? "", /goes on/);
  await once(() => everturn.startApi());
  const resumed = chat.resumeStream();
  await untilShown("the answer is streamed again", chat, ({ status }) => status === "streaming");
  everturn.model.release(key);
  await resumed;
  await assertShowsStored(everturn, chat);
  assert.deepEqual([shownText(chat.lastMessage).trim(), chat.messages.length], [tokens(30), 2]);
}

/** A server that is killed says nothing: the page is reloaded, or resumes where its client can. */
async function serverKilled(major: Major, once: Once): Promise<void> {
  const key = `server-${major}`;
  const chat = openChat(major, everturn, { id: key });
  const sent = chat.sendMessage({ text: script({ parts: 30, hold_until: key, hold_after: 15 }, key) });
  await untilShown("half the answer", chat, () => shownText(chat.lastMessage).includes("t15"));
  const messages = chat.messages.slice(0, 1);
  await once(() => everturn.api.kill());
  await sent;
  assert.equal(chat.status, "error");
  await once(() => everturn.startApi());
  const after = major === 5 ? openChat(major, everturn, { id: key, messages }) : chat;
  const resumed = after.resumeStream();
  await untilShown("the answer is streamed again", after, ({ status }) => status === "streaming");
  everturn.model.release(key);
  await resumed;
  await assertShowsStored(everturn, after);
  assert.deepEqual([shownText(after.lastMessage).trim(), after.messages.length], [tokens(30), 2]);
}

const whileWorkerDies = new TestGroup();
for (const major of MAJORS) {
  whileWorkerDies.test(
    `T4 X7 the answer of a worker killed in mid-answer gives way to the next one's (ai ${major})`,
    (once) => killedInMidAnswer(major, once),
  );
}
whileWorkerDies.test("T4 a worker's successor that says the same goes on where it was killed", (once) =>
  repeatsItself(5, once),
);

const whileServerStops = new TestGroup();
for (const major of MAJORS) {
  whileServerStops.test(
    `T6 a server told to stop says so, and its successor shows the answer whole (ai ${major})`,
    (once) => deployed(major, once),
  );
}

const whileServerDies = new TestGroup();
for (const major of MAJORS) {
  whileServerDies.test(
    `T4 after a server was killed its successor shows the answer whole (ai ${major})`,
    (once) => serverKilled(major, once),
  );
}
