// What MCP servers ask people in the middle of a call, in a browser: a form, a page to open, a no, and all of it in the inbox.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Message } from "../../../core/chat/message.ts";
import { askingProgram } from "../../model/mcp/servers/programs.ts";
import { transcript } from "../../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";

let world: ConsoleWorld;
let made = 0;

before(async () => {
  world = await startConsoleWorld({ env: { EVERTURN_MCP_STDIO: "1" } });
});

after(() => world.stop());

/** A chat whose agent calls a tool of a server that asks. */
async function aChat(tool: string, env: Record<string, string> = {}): Promise<string> {
  made += 1;
  const slug = `inn${made}`;
  const transport = { type: "stdio", ...askingProgram(env) };
  const body = { slug, name: "The inn", owner: "deployment", transport };
  const { id } = await world.everturn.call<{ id: string }>("POST", "/v1/mcp-servers", body);
  world.everturn.model.script(slug, [
    { tool_calls: [{ name: `${slug}__${tool}`, args: {} }] },
    { text: "All is said." },
  ]);
  const chat = await world.everturn.createChat(`#script key=${slug}`, {
    mcp_server_ids: [id],
    title: `Trip ${made}`,
  });
  return chat.id;
}

async function resultOf(chat: string): Promise<string> {
  const path = `/v1/chats/${chat}/messages`;
  const { messages } = await world.everturn.call<{ messages: Message[] }>("GET", path);
  return JSON.stringify(messages.filter(({ role }) => role === "tool").map(({ content }) => content));
}

const card = (at: Page | Locator) => at.getByRole("article", { name: "The inn asks" });

test("C4 a server's question is a form: what is missing is said at its field, and the answer reaches the server", async (t) => {
  const id = await aChat("book");
  const page = await world.open(t, `/chats/${id}`);
  await card(page).getByText("Which city?").waitFor();
  await transcript(page).getByText("Calling inn1: book").waitFor();
  await card(page).getByRole("button", { name: "Send the answer" }).click();
  await card(page).getByRole("alert").waitFor();
  await card(page).getByLabel("City").fill("Kyoto");
  await card(page).getByLabel("Nights").fill("0");
  await card(page).getByRole("button", { name: "Send the answer" }).click();
  await card(page).getByRole("alert").waitFor();
  await card(page).getByLabel("Nights").fill("2");
  await card(page).getByLabel("Room").selectOption("double");
  await card(page).getByRole("button", { name: "Send the answer" }).press("Enter");
  await transcript(page).getByText("All is said.").waitFor();
  await card(page).waitFor({ state: "detached" });
  assert.match(await resultOf(id), /booked .*Kyoto.*double/);
});

test("C4 a question is declined, and the server is told so", async (t) => {
  const id = await aChat("book");
  const page = await world.open(t, `/chats/${id}`);
  await card(page).getByRole("button", { name: "No, thanks" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  assert.match(await resultOf(id), /decline/);
});

test("C4 U5 a server asks again and wants a page opened: the inbox has its words, shows the whole address, and answers one by one", async (t) => {
  const id = await aChat("twice");
  const page = await world.open(t, "/inbox");
  const item = page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ hasText: `Trip ${made}` });
  await card(item).getByText("Which city?").waitFor();
  assert.match(await page.title(), /^\(1\)/);
  await card(item).getByLabel("City").fill("Kyoto");
  await card(item).getByRole("button", { name: "Send the answer" }).click();
  const link = item.getByRole("link", { name: "https://pay.example.com/7" });
  await link.waitFor();
  assert.equal(await link.getAttribute("rel"), "noopener noreferrer nofollow");
  const sure = card(item).filter({ hasText: "Sure?" });
  await sure.getByRole("checkbox").check();
  await card(item).filter({ hasText: "Please pay." }).getByRole("button", { name: "I have done it" }).click();
  await link.waitFor({ state: "detached" });
  assert.equal(await sure.getByRole("checkbox").isChecked(), true, "what was typed stays");
  await sure.getByRole("button", { name: "Send the answer" }).click();
  await item.waitFor({ state: "detached" });
  const chat = await world.open(t, `/chats/${id}`);
  await transcript(chat).getByText("All is said.").waitFor();
  assert.match(await resultOf(id), /sure.*true/);
});

test("C4 an older server waits a while only: the time that is left is shown", async (t) => {
  const id = await aChat("book_old", { ASKING_OLD: "1" });
  const page = await world.open(t, `/chats/${id}`);
  await card(page)
    .getByText(/Time left/)
    .waitFor();
  await card(page).getByLabel("City").fill("Nara");
  await card(page).getByRole("button", { name: "Send the answer" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  assert.match(await resultOf(id), /Nara/);
});
