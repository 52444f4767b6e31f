// A chat in a browser: begun on the page, streamed, stopped, failed and tried again, reloaded in mid-answer, and in two tabs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { Chat } from "../../core/chat/message.ts";
import { say, shownChatId, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { soon } from "../support/soon.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

test("U1 a chat is begun on the page, its answer streams in, and its words are there once", async (t) => {
  const { model } = world.everturn;
  model.script("begin", [{ text: "Here **it** is. ", parts: 40, hold_until: "begin-on", hold_after: 20 }]);
  const page = await world.open(t);
  await say(page, "Begin\n\n#script key=begin");
  await shownChatId(page);
  await transcript(page).getByText("Begin").first().waitFor();
  await transcript(page).locator("strong", { hasText: "it" }).waitFor();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  model.release("begin-on");
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  const text = await transcript(page).innerText();
  assert.equal(text.match(/\bt40\b/g)?.length, 1);
  assert.equal(text.match(/Here it is/g)?.length, 1);
});

test("U2 a reload in mid-answer and a second tab show the same, without doubled text", async (t) => {
  const { model } = world.everturn;
  model.script("tabs", [{ parts: 60, hold_until: "tabs-on", hold_after: 30 }]);
  const chat = await world.everturn.createChat("#script key=tabs");
  const [one, two] = [await world.open(t, `/chats/${chat.id}`), await world.open(t, `/chats/${chat.id}`)];
  for (const page of [one, two]) await transcript(page).getByText("t30").waitFor();
  await one.reload();
  await transcript(one).getByText("t30").waitFor();
  model.release("tabs-on");
  for (const page of [one, two]) await page.getByRole("button", { name: "Answer again" }).waitFor();
  const [first, second] = await Promise.all(
    [one, two].map((page) => page.locator("[data-item=text]").innerText()),
  );
  assert.equal(first, second);
  assert.equal(first?.match(/\bt1\b/g)?.length, 1);
});

test("Esc stops the answer: what was written stays, and says so", async (t) => {
  world.everturn.model.script("stop", [{ parts: 500, hold_until: "never-stop", hold_after: 10 }]);
  const chat = await world.everturn.createChat("#script key=stop");
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("t10").waitFor();
  await page.getByRole("textbox", { name: "Message", exact: true }).press("Escape");
  await transcript(page).getByText("You stopped this answer.").waitFor();
  await transcript(page).getByText("t10").waitFor();
  const { status } = await world.everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.equal(status, "waiting");
});

/** Notes each text that begins to fade. */
const WATCH_FADED = `
  window.faded = [];
  new MutationObserver((changes) => {
    for (const node of changes.flatMap(({ addedNodes }) => [...addedNodes]))
      if (node.dataset?.withdrawn !== undefined) window.faded.push(node.innerText);
  }).observe(document.body, { childList: true, subtree: true });
`;

test("U2 text of a failed attempt fades away once, and the next attempt's text is there once", async (t) => {
  const { model } = world.everturn;
  model.script("fade", [
    {
      text: "Second try.",
      attempts: [
        { text: "First try. ", parts: 5, hold_until: "fade-break", hold_after: 5, cut_after: 5 },
        {},
      ],
    },
  ]);
  const chat = await world.everturn.createChat("#script key=fade");
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("First try.").waitFor();
  await page.evaluate(WATCH_FADED);
  model.release("fade-break");
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  const faded = await page.evaluate<readonly string[]>("window.faded");
  assert.equal(faded.length, 1, "it fades once");
  assert.match(faded[0] ?? "", /First try/);
  const text = await transcript(page).innerText();
  assert.doesNotMatch(text, /First try/);
  assert.equal(text.match(/Second try/g)?.length, 1);
});

test("U2 a reload while the next attempt has not written yet shows nothing of the failed one, not even for a moment", async (t) => {
  const { model } = world.everturn;
  const first = { text: "First try. ", parts: 5, hold_until: "gone-break", hold_after: 5, cut_after: 5 };
  const second = { hold_until: "gone-on", hold_after: 0 };
  model.script("gone", [{ text: "Second try.", attempts: [first, second] }]);
  const chat = await world.everturn.createChat("#script key=gone");
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("First try.").waitFor();
  model.release("gone-break");
  await transcript(page).getByText("First try.").waitFor({ state: "detached" });
  await page.addInitScript(`addEventListener("DOMContentLoaded", () => {
    const look = () => { if (document.body.innerText.includes("First try")) window.cameBack = true; };
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true, characterData: true });
  })`);
  await page.reload();
  await page.getByRole("button", { name: "Stop" }).waitFor();
  model.release("gone-on");
  await transcript(page).getByText("Second try.").waitFor();
  assert.equal(await page.evaluate("window.cameBack"), undefined);
});

test("X2 while a failed call waits for its next try, the page says why and counts down, and Esc ends the wait", async (t) => {
  const refusal = { http_error: { status: 503, message: "too busy", retry_after: 100 } };
  world.everturn.model.script("retry", [{ attempts: [refusal] }]);
  const chat = await world.everturn.createChat("#script key=retry");
  const page = await world.open(t, `/chats/${chat.id}`);
  const line = page.locator("[data-retry]");
  await line.getByText("(attempt 2 of").waitFor();
  const left = async () => /Trying again in (.+?) s/.exec(await line.innerText())?.[1] ?? "";
  const first = await left();
  assert.match(first, /^(1 min \d+|\d+)$/);
  await soon("it counts down", async () => (await left()) !== first);
  await page.getByRole("textbox", { name: "Message", exact: true }).press("Escape");
  await line.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Stop" }).waitFor({ state: "detached" });
});

test("an error says what failed, and Try again tries again", async (t) => {
  const refusal = { http_error: { status: 401, message: "bad key" } };
  world.everturn.model.script("fail", [{ text: "Now it works.", attempts: [refusal, {}] }]);
  const chat = await world.everturn.createChat("#script key=fail");
  const page = await world.open(t, `/chats/${chat.id}`);
  await page.getByRole("alert").getByText("did not accept the API key").waitFor();
  await page.getByRole("link", { name: "Check the key of the provider" }).waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await transcript(page).getByText("Now it works.").waitFor();
  assert.equal(await page.getByRole("button", { name: "Try again" }).count(), 0);
});

test("Enter that ends a word of an input method sends nothing", async (t) => {
  const chat = await world.everturn.call<Chat>("POST", "/v1/chats", { title: "IME" });
  const page = await world.open(t, `/chats/${chat.id}`);
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill("にほん");
  const wasTaken = await field.evaluate((box) => {
    const { KeyboardEvent } = box.ownerDocument.defaultView;
    const enter = { key: "Enter", bubbles: true, cancelable: true, isComposing: true };
    return box.dispatchEvent(new KeyboardEvent("keydown", enter));
  });
  assert.equal(wasTaken, true, "the key is left to the input method");
  await field.press("Shift+Enter");
  assert.equal(await field.inputValue(), "にほん\n");
  const { messages } = await world.everturn.call<{ messages: unknown[] }>(
    "GET",
    `/v1/chats/${chat.id}/messages`,
  );
  assert.deepEqual(messages, []);
});

test("a draft is kept for its chat over a reload, and arrow up brings back what was sent", async (t) => {
  const chat = await world.everturn.call<Chat>("POST", "/v1/chats", { title: "Drafts" });
  const page = await world.open(t, `/chats/${chat.id}`);
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill("half a thou");
  await page.reload();
  assert.equal(await field.inputValue(), "half a thou");
  await say(page, "Hello there");
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  assert.equal(await field.inputValue(), "");
  await field.press("ArrowUp");
  assert.equal(await field.inputValue(), "Hello there");
  await field.press("ArrowDown");
  assert.equal(await field.inputValue(), "");
});

test("U2 what is typed in one tab stands in the other one, and what is sent there is gone here", async (t) => {
  const chat = await world.everturn.call<Chat>("POST", "/v1/chats", { title: "Two tabs" });
  const one = await world.open(t, `/chats/${chat.id}`);
  const two = await one.context().newPage();
  await two.goto(one.url());
  const field = (page: Page) => page.getByRole("textbox", { name: "Message", exact: true });
  await field(two).waitFor();
  await field(one).fill("Half a thought");
  const holds = (words: string) => soon(`"${words}"`, async () => (await field(two).inputValue()) === words);
  await holds("Half a thought");
  await field(one).press("Enter");
  await holds("");
  await transcript(two).getByText("Half a thought").waitFor();
});
