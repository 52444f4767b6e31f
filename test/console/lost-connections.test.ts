// A chat in a browser while what it is connected to dies: its worker, the network, or its own stream alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { chatList, say, shownChatId, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { SIGHT } from "../support/console/sight.ts";
import { killWorkers } from "../support/crash.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

/** Opens a chat whose answer stands still after token 20 until `release`. */
async function anAnswerInTheMiddle(page: Page, key: string): Promise<string> {
  world.everturn.model.script(key, [{ parts: 40, rate: 200, hold_until: key, hold_after: 20 }]);
  await say(page, `#script key=${key}`);
  const id = await shownChatId(page);
  await transcript(page).getByText("t20").waitFor();
  await page.evaluate(WATCH_DOUBLED);
  return id;
}

/** Keeps the largest number of times that the first token was on the page; text that fades away is not counted. */
const WATCH_DOUBLED = `(() => {
  window.mostOften = 0;
  const count = () => {
    const texts = [...document.querySelectorAll("[data-item=text]")].filter(
      (item) => item.closest("[data-withdrawn]") === null,
    );
    const times = texts.flatMap((item) => item.innerText.match(/\\bt1\\b/g) ?? []).length;
    window.mostOften = Math.max(window.mostOften, times);
  };
  new MutationObserver(count).observe(document.body, { childList: true, subtree: true, characterData: true });
  count();
})()`;

/** Each token is there once, and none was there twice on the way. */
async function assertWhole(page: Page): Promise<void> {
  await transcript(page).getByText("t40").waitFor();
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  const shown = (await page.locator("[data-item=text]").innerText()).match(/\bt\d+\b/g) ?? [];
  assert.deepEqual(
    shown,
    Array.from({ length: 40 }, (_, at) => `t${at + 1}`),
  );
  assert.equal(await page.evaluate("window.mostOften"), 1);
}

/** Before anything of the page hears of a click. */
const NOTE_CLICKS = `
  document.addEventListener("click", () => { window.isClicked = true; }, { capture: true });
  window.isClicked = false`;

const banner = (page: Page, words: string) => page.getByRole("status").filter({ hasText: words });

test("U2 the worker is killed in mid-answer: the next one goes on, and nothing is doubled or lost", async (t) => {
  const page = await world.open(t);
  await anAnswerInTheMiddle(page, "worker");
  await killWorkers(world.everturn);
  await transcript(page).getByText("t20").waitFor();
  world.everturn.model.release("worker");
  await world.everturn.startWorker();
  await assertWhole(page);
});

test("U2 offline and back: the banner says so, a message that could not be sent comes back, and the answer goes on", async (t) => {
  const page = await world.open(t, "/", { mayLoseServer: true });
  const id = await anAnswerInTheMiddle(page, "offline");
  await page.context().setOffline(true);
  await banner(page, "You are offline.").waitFor();
  world.everturn.model.release("offline");
  await world.everturn.reader(id).untilIdle();
  await say(page, "Are you there?");
  await page.getByText("The message was not sent.").waitFor();
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  assert.equal(await field.inputValue(), "Are you there?");
  assert.equal(await transcript(page).getByText("t40").count(), 0);
  await page.context().setOffline(false);
  await banner(page, "You are offline.").waitFor({ state: "detached" });
  await assertWhole(page);
  await field.press("Enter");
  await page.getByRole("article", { name: "Your message" }).filter({ hasText: "Are you there?" }).waitFor();
});

test("U2 the chat's stream is lost alone: the banner says so while the list goes on, and the answer is whole when it is back", async (t) => {
  const page = await world.open(t, "/", { mayLoseServer: true });
  await anAnswerInTheMiddle(page, "alone");
  // It comes back when a person wants it: a try of its own before that would take the button away under the click.
  await page.evaluate(NOTE_CLICKS);
  await page.route("**/v1/chats/*/stream*", async (route) => {
    const isClicked = await page.evaluate("window.isClicked").catch(() => null);
    // Null: the page is closed, and its requests with it.
    if (isClicked === null) return;
    if (isClicked) await route.continue();
    else await route.abort("connectionrefused");
  });
  // As when the network changes: all streams are cut, and only the feed finds its way back.
  await page.evaluate("window.dispatchEvent(new Event('offline'))");
  await banner(page, "What you see here is not up to date").waitFor();
  world.everturn.model.release("alone");
  await world.everturn.call("POST", "/v1/chats", { title: "The list goes on" });
  await chatList(page).getByText("The list goes on").waitFor();
  await banner(page, "What you see here is not up to date").waitFor();
  await page.getByRole("button", { name: "Try now" }).click();
  await banner(page, "What you see here is not up to date").waitFor({ state: "detached" });
  await assertWhole(page);
});

test("U2 a stream that does not begin is told of, and is there when the server answers", async (t) => {
  const page = await world.open(t, "/inbox");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  const { promise: answers, resolve: answer } = Promise.withResolvers<void>();
  await page.route("**/v1/chats/*/stream*", async (route) => {
    await answers;
    await route.continue();
  });
  world.everturn.model.script("slow", [{ text: "Here I am." }]);
  const { id } = await world.everturn.createChat("#script key=slow");
  await chatList(page).locator(`a[href="/chats/${id}"]`).click();
  await banner(page, "Still waiting for the server.").waitFor();
  answer();
  await transcript(page).getByText("Here I am.").waitFor();
  await banner(page, "Still waiting for the server.").waitFor({ state: "detached" });
});

test("U2 of many tabs those that nobody looks at leave the connections to the one that is looked at, and are whole when they come back", async (t) => {
  const first = await world.open(t);
  const id = await anAnswerInTheMiddle(first, "tabs");
  const context = first.context();
  await context.addInitScript(SIGHT);
  await first.reload();
  const tabs = [first];
  // A browser has six connections to a server, and each tab takes two.
  for (let count = 0; count < 4; count += 1) {
    await tabs.at(-1)?.evaluate("look(false)");
    const tab = await context.newPage();
    await tab.goto(`${world.everturn.url}/chats/${id}`);
    await transcript(tab).getByText("t20").waitFor();
    tabs.push(tab);
  }
  world.everturn.model.release("tabs");
  await tabs.at(-1)?.getByRole("button", { name: "Answer again" }).waitFor();
  assert.equal(
    await transcript(tabs[1] as Page)
      .getByText("t40")
      .count(),
    0,
    "it rests",
  );
  await tabs[1]?.evaluate("look(true)");
  await transcript(tabs[1] as Page)
    .getByText("t40")
    .waitFor();
  await world.everturn.call("PATCH", `/v1/chats/${id}`, { title: "Seen in the first tab" });
  await chatList(first).getByText("Seen in the first tab").waitFor();
});
