// A chat in a browser while its agent works: messages are queued, changed, steered in, or stop what runs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { say, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

function queue(page: Page): Locator {
  return page.getByRole("region", { name: "Queue" });
}

/** A chat whose answer stands still until the gate is opened. */
async function aBusyChat(key: string): Promise<string> {
  world.everturn.model.script(key, [{ text: "Busy. ", parts: 3, hold_until: key, hold_after: 2 }]);
  return (await world.everturn.createChat(`#script key=${key}`)).id;
}

test("messages are queued by Enter, rewritten, moved by keys and deleted, and drain in their order", async (t) => {
  const page = await world.open(t, `/chats/${await aBusyChat("queue")}`);
  await transcript(page).getByText("Busy.").waitFor();
  for (const words of ["one", "two", "three"]) {
    await say(page, words);
    await queue(page).getByText(words, { exact: true }).waitFor();
  }
  const entry = (words: string) => queue(page).getByRole("listitem").filter({ hasText: words });
  await entry("three").getByRole("button", { name: "Move up" }).press("Enter");
  await queue(page).locator("li:nth-child(2)", { hasText: "three" }).waitFor();
  await entry("one").getByRole("button", { name: "Delete" }).press("Enter");
  await entry("one").waitFor({ state: "detached" });
  await entry("two").getByRole("button", { name: "Edit" }).press("Enter");
  const box = page.getByRole("textbox", { name: "Edit the queued message" });
  await box.fill("two, rewritten");
  await box.press("Enter");
  await entry("two, rewritten").waitFor();
  world.everturn.model.release("queue");
  await queue(page).waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  const said = await page.getByRole("article", { name: "Your message" }).allInnerTexts();
  assert.deepEqual(said.slice(1), ["three", "two, rewritten"]);
});

test("U2 the queue is the same in two tabs, whichever of them changes it", async (t) => {
  const id = await aBusyChat("both");
  const [one, two] = [await world.open(t, `/chats/${id}`), await world.open(t, `/chats/${id}`)];
  for (const words of ["one", "two", "three"]) {
    await say(one, words);
    await queue(two).getByText(words, { exact: true }).waitFor();
  }
  const entry = (page: Page, words: string) => queue(page).getByRole("listitem").filter({ hasText: words });
  await entry(two, "three").getByRole("button", { name: "Move up" }).press("Enter");
  await queue(one).locator("li:nth-child(2)", { hasText: "three" }).waitFor();
  await entry(one, "one").getByRole("button", { name: "Delete" }).press("Enter");
  await entry(two, "one").waitFor({ state: "detached" });
  const order = async (page: Page) => queue(page).getByRole("listitem").allInnerTexts();
  assert.deepEqual(await order(one), await order(two));
  world.everturn.model.release("both");
});

test("a queued message is moved by dragging it", async (t) => {
  const page = await world.open(t, `/chats/${await aBusyChat("drag")}`);
  await transcript(page).getByText("Busy.").waitFor();
  for (const words of ["first", "second"]) {
    await say(page, words);
    await queue(page).getByText(words, { exact: true }).waitFor();
  }
  await queue(page).locator("li:nth-child(2)").dragTo(queue(page).locator("li:nth-child(1)"));
  await queue(page).locator("li:nth-child(1)", { hasText: "second" }).waitFor();
  world.everturn.model.release("drag");
});

test("Ctrl+Shift+Enter stops what runs, and its message is next", async (t) => {
  const page = await world.open(t, `/chats/${await aBusyChat("interrupt")}`);
  await transcript(page).getByText("Busy.").waitFor();
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.fill("Stop that");
  await field.press("Control+Shift+Enter");
  await transcript(page).getByText("You stopped this answer.").waitFor();
  await page.getByRole("article", { name: "Your message" }).filter({ hasText: "Stop that" }).waitFor();
  await page.getByRole("button", { name: "Answer again" }).waitFor();
});

test("a message that steers is told after the next tools, within the same turn", async (t) => {
  world.everturn.model.script("steer", [
    {
      text: "Looking. ",
      tool_calls: [{ name: "list_templates", args: {} }],
      hold_until: "steer",
      hold_after: 1,
    },
    { text: "Steered to the end." },
  ]);
  const chat = await world.everturn.createChat("#script key=steer");
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("Looking.").waitFor();
  await page.getByRole("combobox", { name: "While the agent works" }).selectOption("Steer");
  await say(page, "Use the blank one");
  await queue(page).getByText("Steers").waitFor();
  world.everturn.model.release("steer");
  await transcript(page).getByText("Listed templates").waitFor();
  await page
    .getByRole("article", { name: "Your message" })
    .filter({ hasText: "Use the blank one" })
    .waitFor();
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  const { items } = await world.everturn.call<{ items: unknown[] }>("GET", `/v1/chats/${chat.id}/turns`);
  assert.equal(items.length, 1);
});

test("Send now stops what runs for a queued message", async (t) => {
  const page = await world.open(t, `/chats/${await aBusyChat("now")}`);
  await transcript(page).getByText("Busy.").waitFor();
  await say(page, "This first");
  await queue(page)
    .getByRole("button", { name: /Send now/ })
    .press("Enter");
  await transcript(page).getByText("You stopped this answer.").waitFor();
  await page.getByRole("article", { name: "Your message" }).filter({ hasText: "This first" }).waitFor();
});

test("Q3 a message that is slow on its way is not overtaken by the next one, and both come back when it fails", async (t) => {
  const id = await aBusyChat("order");
  const page = await world.open(t, `/chats/${id}`, { refusals: [400] });
  await transcript(page).getByText("Busy.").waitFor();
  const [arrived, refused] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const asked: string[] = [];
  await page.route(`**/v1/chats/${id}/messages`, async (route) => {
    asked.push(route.request().postData() ?? "");
    if (asked.length === 1) await arrived.promise;
    if (asked.length < 3) return route.continue();
    await refused.promise;
    await route.fulfill({ status: 400, json: { title: "Not today", code: "invalid_request" } });
  });
  await say(page, "one");
  await say(page, "two");
  arrived.resolve();
  await queue(page).getByText("two", { exact: true }).waitFor();
  assert.deepEqual(
    asked.map((body) => /one|two/.exec(body)?.[0]),
    ["one", "two"],
  );
  await say(page, "three");
  await say(page, "four");
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  await box.fill("five");
  // Whoever has left the chat meanwhile finds them there, too.
  await page.getByRole("link", { name: "New chat" }).press("Enter");
  await page.getByRole("heading", { name: "What shall we do?" }).waitFor();
  refused.resolve();
  await page.getByText("The message was not sent").waitFor();
  await page.goBack();
  await transcript(page).getByText("Busy.").waitFor();
  assert.equal(await box.inputValue(), "three\nfour\nfive");
  assert.equal(asked.length, 3);
});

test("Q9 words typed into a queued message go on in the box when it is sent meanwhile", async (t) => {
  const page = await world.open(t, `/chats/${await aBusyChat("late")}`);
  await transcript(page).getByText("Busy.").waitFor();
  await say(page, "Half a thought");
  await queue(page).getByRole("button", { name: "Edit" }).press("Enter");
  await page.getByRole("textbox", { name: "Edit the queued message" }).fill("Half a thought, and its end");
  world.everturn.model.release("late");
  await page.getByText("The message left the queue as it was.").waitFor();
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  assert.equal(await box.inputValue(), "Half a thought, and its end");
});

test("Q5 a model that was deleted after it was chosen is let go, and the message goes to the default at the next try", async (t) => {
  const { everturn } = world;
  const id = await aBusyChat("gone");
  const page = await world.open(t, `/chats/${id}`, { refusals: [400] });
  const providers = await everturn.call<{ items: { id: string }[] }>("GET", "/v1/model-providers");
  const made = { name: "Soon gone", provider_id: providers.items[0]?.id, model: "demo" };
  const model = await everturn.call<{ id: string }>("POST", "/v1/model-configs", made);
  await page.reload();
  const picker = page.getByLabel("Model", { exact: true });
  await picker.selectOption(model.id);
  // Both are refused, so that nothing can be read about the models.
  for (const path of ["messages", "model-configs"])
    await page.route(`**/${path}`, (route) => route.fulfill({ status: 400, json: { title: "Not now" } }));
  const looked = page.waitForResponse("**/model-configs");
  await say(page, "To whom?");
  await page.getByText("The message was not sent. Not now.").waitFor();
  await looked;
  await page.unrouteAll();
  assert.equal(await picker.inputValue(), model.id, "what cannot be read is not gone");
  await everturn.call("DELETE", `/v1/model-configs/${model.id}`);
  await say(page, "To whom?");
  await page.getByText("The message was not sent. No such model config, or it is disabled.").waitFor();
  await picker.getByText("Soon gone").waitFor({ state: "detached" });
  const box = page.getByRole("textbox", { name: "Message", exact: true });
  assert.equal(await box.inputValue(), "To whom?");
  await box.press("Enter");
  await queue(page).getByText("To whom?").waitFor();
});
