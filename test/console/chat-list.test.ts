// The console's sidebar in a browser: the list of chats, its search, its menus and keys, the palette, and the themes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { chatList } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { isDark, overflowOf } from "../support/console/measure-page.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({ workers: 0 });
});

after(() => world.stop());

/** An empty chat: nothing runs in it. */
async function aChat(title: string, more: object = {}): Promise<string> {
  const { id } = await world.everturn.call<{ id: string }>("POST", "/v1/chats", { title, ...more });
  return id;
}

test("the list is live: chats come, are renamed and go in every tab", async (t) => {
  const [one, two] = [await world.open(t), await world.open(t)];
  const id = await aChat("A chat from elsewhere");
  for (const page of [one, two]) await chatList(page).getByText("A chat from elsewhere").waitFor();
  await world.everturn.call("PATCH", `/v1/chats/${id}`, { title: "Renamed elsewhere" });
  for (const page of [one, two]) await chatList(page).getByText("Renamed elsewhere").waitFor();
  await world.everturn.call("DELETE", `/v1/chats/${id}`);
  for (const page of [one, two])
    await chatList(page).getByText("Renamed elsewhere").waitFor({ state: "detached" });
});

test("U3 a chat is renamed, pinned, labelled, archived, brought back and deleted by keyboard alone", async (t) => {
  const id = await aChat("Keys alone");
  const page = await world.open(t);
  const row = chatList(page).getByRole("link", { name: /Keys/ });
  await row.focus();
  await page.keyboard.press("F2");
  await page.locator("input:focus").and(page.getByLabel("Title")).waitFor();
  await page.keyboard.type("Keys only");
  await page.keyboard.press("Enter");
  await chatList(page).getByText("Keys only").waitFor();
  await row.focus();
  await page.keyboard.press("p");
  await chatList(page)
    .getByRole("link", { name: /Keys only.*pinned/ })
    .waitFor();
  await page.keyboard.press("l");
  await page
    .locator("input:focus")
    .and(page.getByRole("textbox", { name: "Labels" }))
    .waitFor();
  await page.keyboard.type("team:web, urgent:yes");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  const chat = await world.everturn.call<{ labels: object; pin_order: number }>("GET", `/v1/chats/${id}`);
  assert.deepEqual(chat.labels, { team: "web", urgent: "yes" });
  assert.equal(typeof chat.pin_order, "number");
  await row.focus();
  await page.keyboard.press("e");
  await row.waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Undo" }).press("Enter");
  await row.waitFor();
  await row.focus();
  await page.keyboard.press("Delete");
  await page.getByRole("button", { name: "Delete chat" }).press("Enter");
  await row.waitFor({ state: "detached" });
  assert.equal((await world.everturn.answer("GET", `/v1/chats/${id}`)).status, 404);
});

test("the search finds titles at once; filters show archived chats and those with a label", async (t) => {
  const archived = await aChat("Harvest of last year");
  await world.everturn.call("PATCH", `/v1/chats/${archived}`, { archived: true });
  await aChat("Harvest of this year", { labels: { crop: "rye" } });
  await aChat("Something else");
  const page = await world.open(t);
  const titles = () => chatList(page).getByRole("link");
  await chatList(page).getByText("Something else").waitFor();
  await page.getByRole("searchbox", { name: "Search chats" }).fill("harvest of this");
  await chatList(page).getByText("Something else").waitFor({ state: "detached" });
  assert.match((await titles().allInnerTexts()).join("\n"), /Harvest of this year/);
  await page.getByRole("searchbox", { name: "Search chats" }).fill("");
  const show = page.getByRole("button", { name: /^Show: / });
  await show.click();
  await page.getByRole("menuitemcheckbox", { name: "crop:rye" }).click();
  await page.keyboard.press("Escape");
  await chatList(page).getByText("Something else").waitFor({ state: "detached" });
  assert.equal(await titles().count(), 1);
  await page.getByRole("button", { name: /show all chats/ }).click();
  await show.click();
  await page.getByRole("menuitemcheckbox", { name: "Archived" }).click();
  await page.keyboard.press("Escape");
  await chatList(page).getByText("Harvest of last year").waitFor();
  assert.equal(await titles().count(), 1);
});

test("U3 a note that offers to undo stays while it is pointed at or has the focus, and goes after that", async (t) => {
  const { id } = await world.everturn.call<{ id: string }>("POST", "/v1/chats", { title: "Undone later" });
  const page = await world.open(t);
  await page.clock.install();
  await page.reload();
  const row = chatList(page).locator(`a[href="/chats/${id}"]`);
  await row.focus();
  await page.keyboard.press("e");
  const undo = page.getByRole("button", { name: "Undo" });
  await undo.hover();
  await page.clock.fastForward("01:00");
  await undo.focus();
  await page.mouse.move(0, 0);
  await page.clock.fastForward("01:00");
  assert.equal(await undo.count(), 1);
  await row.waitFor({ state: "detached" });
  await undo.blur();
  await page.clock.fastForward("01:00");
  await undo.waitFor({ state: "detached" });
});

test("U3 the palette leads to chats, pages and commands by a few letters", async (t) => {
  const id = await aChat("Quarterly budget");
  const page = await world.open(t);
  await chatList(page).getByText("Quarterly budget").waitFor();
  const field = page.getByRole("combobox", { name: "Search chats, pages and commands" });
  await page.keyboard.press("Control+k");
  await field.fill("quart");
  await page.getByRole("option", { name: /Quarterly budget/ }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(`**/chats/${id}`);
  await page.keyboard.press("Control+k");
  await field.fill("inbox");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.keyboard.press("Control+k");
  await field.fill("theme: dark");
  await page.keyboard.press("Enter");
  await page.locator(":root[data-theme=dark]").waitFor();
  await page.locator("#page").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
});

test("a theme is kept over a reload, and without one the system's is taken", async (t) => {
  const page = await world.open(t, "/inbox", { theme: "dark" });
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(await isDark(page), true);
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitemcheckbox", { name: "Light theme" }).click();
  await page.locator(":root[data-theme=light]").waitFor();
  await page.reload();
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  assert.equal(await isDark(page), false);
});

test("U3 on a narrow screen the sidebar is a drawer that closes where it leads", async (t) => {
  const id = await aChat("In the drawer");
  const page = await world.open(t, "/inbox", { width: 320, height: 640 });
  await page.getByRole("button", { name: "Show the sidebar" }).click();
  await chatList(page).getByText("In the drawer").click();
  await page.waitForURL(`**/chats/${id}`);
  await page.getByRole("dialog", { name: "Sidebar" }).waitFor({ state: "detached" });
  assert.equal(await overflowOf(page), 0);
});

test("a chat that is archived elsewhere says why nothing can be sent, also where something is typed already", async (t) => {
  const id = await aChat("Soon archived");
  const page = await world.open(t, `/chats/${id}`);
  await page.getByRole("heading", { name: "Soon archived", level: 1 }).waitFor();
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("Half typed");
  await world.everturn.call("PATCH", `/v1/chats/${id}`, { archived: true });
  await page.getByText("This chat is archived. Take it back to write in it.").waitFor();
});
