// A chat and its workspace in a browser: files named behind an @, what an agent has changed as a diff, pictures, downloads.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import type { Chat } from "../../core/chat/message.ts";
import { say, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { soon } from "../support/soon.ts";

/** A picture of one pixel. */
const PNG =
  "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";
const REPOSITORY = [
  "git init -q . && git config user.email a@b.example && git config user.name A",
  "mkdir src && echo 'let a = 1;' > src/main.js && echo one > notes.txt",
  "git add . && git commit -qm first && echo 'let a = 2;' > src/main.js && echo new > fresh.txt",
  `echo ${PNG} | base64 -d > dot.png`,
].join(" && ");

let world: ConsoleWorld;
let chat: Chat;

before(async () => {
  world = await startConsoleWorld({ env: { EVERTURN_LOCAL_UNSAFE: "1" } });
  world.everturn.model.script("made", [
    { tool_calls: [{ name: "create_workspace", args: { template: "blank" } }] },
    { tool_calls: [{ name: "execute", args: { command: REPOSITORY } }] },
    { tool_calls: [{ name: "attach_file", args: { path: "dot.png" } }] },
    { tool_calls: [{ name: "write_file", args: { path: "AGENTS.md", content: "Be brief." } }] },
    { text: "It is made." },
  ]);
  const { id } = await world.everturn.createChat("#script key=made");
  await world.everturn.reader(id).untilIdle();
  chat = await world.everturn.call<Chat>("GET", `/v1/chats/${id}`);
});

after(() => world.stop());

/** What the browser saves when somebody clicks there. */
async function savedBy(
  page: Page,
  link: Locator,
): Promise<{ readonly name: string; readonly bytes: Buffer }> {
  const saved = page.waitForEvent("download");
  await link.click();
  const download = await saved;
  return { name: download.suggestedFilename(), bytes: readFileSync(await download.path()) };
}

test("a file of the workspace is named behind an @: folders open, what is typed narrows, and it is sent as text", async (t) => {
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("It is made.").waitFor();
  const field = page.getByRole("textbox", { name: "Message", exact: true });
  const offered = page.getByRole("listbox", { name: "Suggestions" }).getByRole("option");
  await field.pressSequentially("Look at @");
  await offered.filter({ hasText: "notes.txt" }).waitFor();
  await field.pressSequentially("sr");
  await offered.filter({ hasText: "notes.txt" }).waitFor({ state: "detached" });
  await field.press("Tab");
  await offered.filter({ hasText: "src/main.js" }).waitFor();
  assert.equal(await field.inputValue(), "Look at @src/");
  await field.press("Enter");
  assert.equal(await field.inputValue(), "Look at @src/main.js ");
  await field.pressSequentially("and @no");
  await offered.filter({ hasText: "notes.txt" }).waitFor();
  await field.press("Escape");
  await offered.first().waitFor({ state: "detached" });
  await field.press("Enter");
  const words = "Look at @src/main.js and @no";
  await page.getByRole("article", { name: "Your message" }).filter({ hasText: words }).waitFor();
});

test("what has changed since the last commit is shown file by file, as a diff", async (t) => {
  const page = await world.open(t, `/workspaces/${chat.workspace_id}`);
  await page.getByRole("button", { name: "Show the changes" }).click();
  const changed = page.getByRole("region", { name: "Changes of src/main.js" });
  await changed.locator("[data-type=removed]", { hasText: "let a = 1;" }).waitFor();
  await changed.locator("[data-type=added]", { hasText: "let a = 2;" }).waitFor();
  await page.getByRole("region", { name: "Changes of fresh.txt" }).waitFor();
  assert.equal(await page.getByRole("region", { name: "Changes of notes.txt" }).count(), 0);
  await page.getByRole("link", { name: chat.title }).last().waitFor();
});

test("C5 a picture is shown, from the workspace and from a tool, and each file is saved as it is", async (t) => {
  const page = await world.open(t, `/workspaces/${chat.workspace_id}`);
  await page.getByRole("button", { name: /^dot\.png/ }).click();
  const shown = page.getByRole("img", { name: "dot.png" });
  assert.equal(await shown.evaluate((image): Promise<boolean> => image.decode().then(() => true)), true);
  const fromWorkspace = await savedBy(page, page.getByRole("link", { name: "Download" }));
  assert.deepEqual(fromWorkspace, { name: "dot.png", bytes: Buffer.from(PNG, "base64") });

  const inChat = await world.open(t, `/chats/${chat.id}`);
  const picture = transcript(inChat).getByRole("img", { name: "dot.png" });
  assert.equal(await picture.evaluate((image): Promise<boolean> => image.decode().then(() => true)), true);
  await inChat.getByRole("button", { name: "Show dot.png large" }).click();
  const large = inChat.getByRole("dialog", { name: "dot.png" });
  const fromChat = await savedBy(inChat, large.getByRole("link", { name: "Download" }));
  assert.deepEqual(fromChat, fromWorkspace);
  await large.getByRole("button", { name: "Close" }).click();
  await large.waitFor({ state: "detached" });
});

test("C3 instructions that have changed are read again, from the menu and by a command", async (t) => {
  const isDirty = async () => (await world.everturn.call<Chat>("GET", `/v1/chats/${chat.id}`)).context_dirty;
  assert.equal(await isDirty(), true);
  const page = await world.open(t, `/chats/${chat.id}`);
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Read instructions again" }).click();
  await say(page, "Now then");
  await soon("they are read", async () => !(await isDirty()));
  const answered = page.waitForResponse(/refresh-context/);
  await say(page, "/refresh");
  assert.equal((await answered).status(), 200);
});
