// A chat in the console from its first message: streamed, reloaded in mid-answer, in two tabs, and with the API killed under it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { chatList, say, shownChatId, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { tokens } from "../support/crash.ts";
import { script } from "../support/turn/settled.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

/** What the page shows of the answer, without white space at its ends. */
async function untilShown(page: Page, words: string): Promise<void> {
  await transcript(page).getByText(words, { exact: false }).first().waitFor();
}

/** Held after token 20 until `release`. */
const heldAnswer = (key: string) => script({ parts: 40, rate: 200, hold_until: key, hold_after: 20 }, key);

/** Each token of the answer is on the page once. */
async function assertWhole(page: Page): Promise<void> {
  await untilShown(page, "t40");
  const shown = (await transcript(page).innerText()).match(/\bt\d+\b/g) ?? [];
  assert.deepEqual(shown, tokens(40).trim().split(/\s+/));
}

test("U2 a new chat streams its answer, and stands in the list", async (t) => {
  const page = await world.open(t);
  await say(page, heldAnswer("first"));
  const id = await shownChatId(page);
  await untilShown(page, "t20");
  await chatList(page).getByRole("link", { name: /works/ }).waitFor();
  world.everturn.model.release("first");
  await assertWhole(page);
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  assert.equal((await world.everturn.call<{ status: string }>("GET", `/v1/chats/${id}`)).status, "waiting");
});

test("U2 a reload in mid-answer shows what was there, and the rest as it comes", async (t) => {
  const page = await world.open(t);
  await say(page, heldAnswer("reload"));
  await untilShown(page, "t20");
  await page.reload();
  await untilShown(page, "t20");
  world.everturn.model.release("reload");
  await assertWhole(page);
});

test("U2 two tabs show the same answer in step", async (t) => {
  const one = await world.open(t);
  await say(one, heldAnswer("tabs"));
  const id = await shownChatId(one);
  const two = await world.open(t, `/chats/${id}`);
  for (const page of [one, two]) await untilShown(page, "t20");
  world.everturn.model.release("tabs");
  for (const page of [one, two]) await assertWhole(page);
});

test("U2 the API is killed in mid-answer: a banner says so, the page comes back by itself, and no text is doubled", async (t) => {
  const page = await world.open(t, "/", { mayLoseServer: true });
  await say(page, heldAnswer("killed"));
  await untilShown(page, "t20");
  await world.everturn.api.kill();
  await page.getByText("The connection to the server is lost.").waitFor();
  await page.getByRole("button", { name: "Try now" }).click();
  await world.everturn.startApi();
  await page.getByText("The connection to the server is lost.").waitFor({ state: "detached" });
  world.everturn.model.release("killed");
  await assertWhole(page);
});

test("Q3 what is written while a chat is being begun belongs to it: sent, and still in the box", async (t) => {
  const page = await world.open(t);
  const answered = Promise.withResolvers<void>();
  await page.route("**/v1/chats", async (route) => {
    if (route.request().method() === "POST") await answered.promise;
    await route.continue();
  });
  await say(page, "The first of both");
  await say(page, "The second of both");
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  await box.fill("The third, not sent yet");
  answered.resolve();
  await shownChatId(page);
  const mine = page.getByRole("article", { name: "Your message" });
  await mine.filter({ hasText: "The second of both" }).waitFor();
  assert.deepEqual(await mine.allInnerTexts(), ["The first of both", "The second of both"]);
  assert.equal(await box.inputValue(), "The third, not sent yet");
});

test("A10 who reads a chat that is shared sees it live, and is offered nothing that would be refused", async (t) => {
  const { everturn } = world;
  const { id } = await everturn.createChat(heldAnswer("shared"));
  const user = await everturn.call<{ id: string }>("POST", "/v1/users", { name: "Reader" });
  const { key } = await everturn.call<{ key: string }>("POST", "/v1/api-keys", {
    name: "reader",
    user_id: user.id,
  });
  await everturn.call("POST", `/v1/chats/${id}/shares`, { user_id: user.id });
  const page = await world.open(t, `/chats/${id}`, { key });
  await untilShown(page, "t20");
  const box = page.getByPlaceholder("This chat is shared with you: you can read it.");
  assert.equal(await box.isDisabled(), true);
  everturn.model.release("shared");
  await assertWhole(page);
  await page.getByRole("button", { name: "Details" }).waitFor();
  for (const name of ["Stop", "Edit", "Fork", "Answer again", "More about this chat"])
    assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0, name);
});
