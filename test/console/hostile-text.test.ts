// What models, tools and file names write into the page runs nothing, loads nothing from elsewhere, and hides nothing (SPEC U4).
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

const MARKDOWN = readFileSync(new URL("./__fixtures__/hostile-markdown.txt", import.meta.url), "utf8");
const ESC = "\u001b";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

/** The page itself would log a broken policy, and each request to elsewhere: its trap fails the test. */
async function assertHarmless(page: Page): Promise<void> {
  assert.equal(await page.evaluate("window.hostile"), undefined);
  const own = page.locator("#root :is(script, iframe, object, embed, style, base, meta, link)");
  assert.equal(await own.count(), 0, "no element of the text is one of the page");
  const handlers = await page.evaluate<readonly string[]>(HANDLERS);
  assert.deepEqual(handlers, []);
}

/** Attributes that would run something. */
const HANDLERS = `[...document.querySelectorAll("#root *")].flatMap((element) =>
  element.getAttributeNames().filter((name) => name.startsWith("on")))`;

function addresses(page: Page): Promise<readonly string[]> {
  return page
    .locator("[data-item=text] a")
    .evaluateAll((links) => links.map((link): string => link.getAttribute("href") ?? ""));
}

async function assertMarkdownIsHarmless(page: Page): Promise<void> {
  await transcript(page).getByText("The end of it.").waitFor();
  await assertHarmless(page);
  for (const address of await addresses(page)) assert.match(address, /^(https?|mailto):/);
  const kinds = await page
    .locator("[data-item=text] a")
    .evaluateAll((links) => [...new Set(links.map((link) => link.getAttribute("rel")))]);
  assert.deepEqual(kinds, ["noopener noreferrer nofollow"]);
  assert.equal(await page.locator("[data-item=text] img").count(), 0, "no picture is loaded");
}

test("U4 hostile Markdown is text: nothing runs, links are web addresses, pictures are links", async (t) => {
  world.everturn.model.script("markdown", [{ text: MARKDOWN }]);
  const chat = await world.everturn.createChat("#script key=markdown");
  const page = await world.open(t, `/chats/${chat.id}`);
  await assertMarkdownIsHarmless(page);
  await transcript(page).getByText("(evil.example)", { exact: true }).waitFor();
  const bank = page.getByRole("link", { name: "https://bank.example/login" });
  assert.equal(await bank.getAttribute("title"), "https://evil.example/login");
  await transcript(page).getByText("fence named after a prototype").waitFor();
});

test("U4 hostile Markdown is as harmless while it is written, at each cut", async (t) => {
  world.everturn.model.script("cuts", [{ text: MARKDOWN, chunk: 7, rate: 300 }]);
  const chat = await world.everturn.createChat("#script key=cuts");
  const page = await world.open(t, `/chats/${chat.id}`);
  await assertMarkdownIsHarmless(page);
});

test("U4 of a tool's arguments and output colours are left, and what hides is visible", async (t) => {
  const output = [
    `${ESC}[31mred${ESC}[0m`,
    `${ESC}]8;;https://evil.example${ESC}\\clickable${ESC}]8;;${ESC}\\`,
    `${ESC}]0;a title\u0007${ESC}]52;c;ZXZpbA==\u0007`,
    `${ESC}[2J${ESC}[8mhidden${ESC}[0m`,
    "<script>window.hostile = 'output'</script>",
    "<img src=x onerror=\"window.hostile='output'\">",
  ].join("\n");
  const call = { name: "ask_user", args: { path: "gpj.\u202eexe", text: output, __proto__: { x: 1 } } };
  world.everturn.model.script("output", [{ tool_calls: [call] }, { text: "done" }]);
  const tool = { name: "ask_user", description: "Asks", parameters: { type: "object", properties: {} } };
  const chat = await world.everturn.createChat("#script key=output", { dynamic_tools: [tool] });
  const page = await world.open(t, `/chats/${chat.id}`);
  await page.getByRole("form", { name: "Answer the agent" }).getByText("gpj.⟨U+202E⟩exe").waitFor();
  await page.getByRole("button", { name: "As JSON" }).click();
  await page
    .getByRole("textbox", { name: "The answer as JSON" })
    .fill(JSON.stringify({ exit_code: 1, output }));
  await page.getByRole("button", { name: "Send the answer" }).click();
  await transcript(page).getByText("done", { exact: true }).waitFor();
  await page.getByRole("button", { name: /ask_user/ }).click();
  await transcript(page).getByText("clickable").first().waitFor();
  await assertHarmless(page);
});

test("U4 titles, to-dos and names of files run nothing, either", async (t) => {
  const evil = "<img src=x onerror=\"window.hostile='title'\">";
  const chat = await world.everturn.call<{ id: string }>("POST", "/v1/chats", { title: evil });
  await world.everturn.call("PATCH", `/v1/chats/${chat.id}`, {
    todos: [{ text: `${evil} \u202e`, status: "doing" }],
  });
  const page = await world.open(t, `/chats/${chat.id}`, { refusals: [400] });
  await page.getByRole("heading", { name: evil, level: 1 }).waitFor();
  await page.getByRole("region", { name: "To-do list of the agent" }).getByText("⟨U+202E⟩").waitFor();
  await page.locator("[data-attach]").setInputFiles({
    name: `${evil}\u202e.txt`,
    mimeType: "text/plain",
    buffer: Buffer.from("text"),
  });
  await page.getByRole("list", { name: "Attached files" }).getByText("⟨U+202E⟩").waitFor();
  await assertHarmless(page);
});
