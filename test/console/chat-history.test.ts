// The history of a chat in a browser: messages are edited, answered again and branched from, and commands do the same by name.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import type { Chat } from "../../core/chat/message.ts";
import { say, shownChatId, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

async function anAnswered(words: string): Promise<string> {
  const { id } = await world.everturn.createChat(words);
  await world.everturn.reader(id).untilIdle();
  return id;
}

function mine(page: Page, words: string) {
  return page.locator("[data-item=user]").filter({ hasText: words });
}

test("E1 a message is edited in its place: it says what goes, and the new answer stands alone", async (t) => {
  const page = await world.open(t, `/chats/${await anAnswered("First words")}`);
  await mine(page, "First words").hover();
  await mine(page, "First words").getByRole("button", { name: "Edit" }).click();
  await page.getByText("all that follows it are replaced").waitFor();
  const box = page.getByRole("textbox", { name: "Edit your message" });
  assert.equal(await box.inputValue(), "First words");
  await box.fill("Other words");
  await page.getByRole("button", { name: "Replace and send" }).click();
  await mine(page, "Other words").waitFor();
  await transcript(page).getByText("You wrote “Other words”").waitFor();
  assert.doesNotMatch(await transcript(page).innerText(), /First words/);
});

test("E1 Esc leaves an edit, and changes nothing", async (t) => {
  const page = await world.open(t, `/chats/${await anAnswered("Keep me")}`);
  await mine(page, "Keep me").getByRole("button", { name: "Edit" }).press("Enter");
  await page.getByRole("textbox", { name: "Edit your message" }).press("Escape");
  await mine(page, "Keep me").waitFor();
});

test("E6 a fork goes on elsewhere; each side says what it has to do with the other", async (t) => {
  const id = await anAnswered("The trunk");
  const page = await world.open(t, `/chats/${id}`);
  await page.getByRole("button", { name: "Fork" }).last().press("Enter");
  await page.waitForURL(
    (address) => address.pathname.startsWith("/chats/") && !address.pathname.endsWith(id),
  );
  await transcript(page).getByText("The trunk").first().waitFor();
  await page.getByText("branched from").waitFor();
  await say(page, "Only on the branch");
  await transcript(page).getByText("You wrote “Only on the branch”").waitFor();
  const branch = await shownChatId(page);
  await page.getByText("branched from").getByRole("link").press("Enter");
  await page.waitForURL(`**/chats/${id}`);
  await page.getByRole("button", { name: "1 branch" }).press("Enter");
  await page.getByRole("menuitem").first().press("Enter");
  await page.waitForURL(`**/chats/${branch}`);
});

test("E6 a branch that is made in another tab is listed here at once, and one that is deleted is not", async (t) => {
  const id = await anAnswered("The stem");
  // The first one may still ask for the chat that is deleted under it.
  const one = await world.open(t, `/chats/${id}`, { refusals: [404] });
  const two = await world.open(t, `/chats/${id}`);
  await transcript(two).getByText("The stem").first().waitFor();
  for (const count of ["1 branch", "2 branches"]) {
    await one.goto(`${world.everturn.url}/chats/${id}`);
    await one.getByRole("button", { name: "Fork" }).last().press("Enter");
    await two.getByRole("button", { name: count }).waitFor();
  }
  await one.waitForURL((address) => !address.pathname.endsWith(id));
  await world.everturn.call("DELETE", `/v1/chats/${await shownChatId(one)}`);
  await two.getByRole("button", { name: "1 branch" }).waitFor();
});

test("E7 the last answer is made again, and nothing of the old one stays", async (t) => {
  world.everturn.model.script("again", [
    { text: "An answer.", attempts: [{ text: "Old one." }, { text: "New one." }] },
  ]);
  const page = await world.open(t, `/chats/${await anAnswered("#script key=again")}`);
  await transcript(page).getByText("Old one.").waitFor();
  await page.getByRole("button", { name: "Answer again" }).press("Enter");
  await transcript(page).getByText("New one.").waitFor();
  assert.doesNotMatch(await transcript(page).innerText(), /Old one/);
  await page.getByRole("button", { name: "Details" }).press("Enter");
  await transcript(page).getByText("Tokens read").waitFor();
});

test("commands are chosen by keys: a title, plan mode, an effort", async (t) => {
  const id = await anAnswered("Commands");
  const page = await world.open(t, `/chats/${id}`);
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  await field.pressSequentially("/ti");
  await page.getByRole("option", { name: /title/ }).waitFor();
  await field.press("Tab");
  await field.pressSequentially("Named by hand");
  await field.press("Enter");
  await page.getByRole("heading", { name: "Named by hand", level: 1 }).waitFor();
  assert.equal(await field.inputValue(), "");
  await say(page, "/plan");
  await page.getByRole("button", { name: "Plan", pressed: true }).waitFor();
  await say(page, "/effort high");
  await page
    .getByRole("combobox", { name: "How much the model thinks" })
    .and(page.locator("select"))
    .waitFor();
  assert.equal(await page.getByRole("combobox", { name: "How much the model thinks" }).inputValue(), "high");
  const chat = await world.everturn.call<Chat>("GET", `/v1/chats/${id}`);
  assert.equal(chat.plan_mode, true);
  assert.equal(chat.title, "Named by hand");
});

test("a compaction is marked with what it did, and its summary can be read", async (t) => {
  const id = await anAnswered("A long story");
  const page = await world.open(t, `/chats/${id}`);
  await page.getByRole("button", { name: "Answer again" }).waitFor();
  await say(page, "/compact");
  const line = page.getByRole("button", { name: /was summarised for the model, because you asked for it/ });
  await line.press("Enter");
  await page.locator("[data-item=compaction] [class*=thought]").getByText(/\w+/).first().waitFor();
  await transcript(page).getByText("A long story").first().waitFor();
});

test("C12 an answer that is JSON of a schema is shown as what it says, and one that does not fit says so", async (t) => {
  const output_schema = {
    type: "object",
    properties: { city: { type: "string" }, inhabitants: { type: "integer" } },
    required: ["city", "inhabitants"],
    additionalProperties: false,
  };
  /** A chat whose model says the same however often it is asked. */
  const opened = async (key: string, text: string) => {
    world.everturn.model.script(
      key,
      Array.from({ length: 6 }, () => ({ text })),
    );
    const { id } = await world.everturn.createChat(`#script key=${key}`, { output_schema });
    return world.open(t, `/chats/${id}`);
  };
  const fits = await opened("fits", '{"city":"Bern","inhabitants":137000}');
  const shown = fits.getByRole("region", { name: "Structured answer" });
  await shown.getByText("city").waitFor();
  await shown.getByText("Bern").waitFor();
  assert.equal(await shown.getByText("137000").count(), 1);
  const misfit = await opened("misfit", '{"city":"Bern","inhabitants":"many"}');
  await misfit.getByText("The answer is JSON that does not fit the schema.").waitFor();
  await misfit.getByRole("listitem").filter({ hasText: "inhabitants: " }).waitFor();
  assert.equal(await misfit.getByRole("region", { name: "Structured answer" }).count(), 0);
});
