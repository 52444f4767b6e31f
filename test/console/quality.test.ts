// The console for everybody: judged by axe in both themes, on a narrow screen, zoomed, by keyboard alone, and small.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { CHAT_CHUNKS } from "../../dev/console/built-chunks.ts";
import { say, shownChatId, transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { firstLoadBytes } from "../support/console/first-load.ts";
import { seriousFindings } from "../support/console/judge-page.ts";
import { overflowOf } from "../support/console/measure-page.ts";

const KB = 1_000;
const PAGES = [
  "/",
  "/inbox",
  "/workspaces",
  "/models",
  "/mcp",
  "/profiles",
  "/projects",
  "/skills",
  "/usage",
  "/users",
  "/keys",
  "/audit",
  "/health",
  "/settings",
];

/** The page of the health shows it when a check takes long, and the browser logs it. */
const MAY_BE_BUSY = { refusals: [503] };

let world: ConsoleWorld;
let chatId: string;

before(async () => {
  world = await startConsoleWorld();
  const chat = await world.everturn.createChat("Count to 5");
  chatId = chat.id;
  await world.everturn.reader(chatId).untilIdle();
  await aQuestionWithLongWords();
});

/** What waits for somebody in a chat whose title has no end, and none of whose words can be broken. */
async function aQuestionWithLongWords(): Promise<void> {
  const { id } = await world.everturn.createChat("Wait");
  await world.everturn.reader(id).untilIdle();
  const approval_policy = { list_templates: "ask" };
  await world.everturn.call("PATCH", `/v1/chats/${id}`, { title: "Neverending".repeat(18), approval_policy });
  world.everturn.model.script("long", [
    { tool_calls: [{ name: "list_templates", args: {} }] },
    { text: "Done." },
  ]);
  await world.everturn.call("POST", `/v1/chats/${id}/messages`, { content: "#script key=long" });
}

after(() => world.stop());

/** Opens each page in the same tab, as a person does who follows links. */
async function onEachPage(page: Page, look: (path: string) => Promise<void>): Promise<void> {
  for (const path of [...PAGES, `/chats/${chatId}`, `/debug/${chatId}`]) {
    await page.goto(world.everturn.url + path);
    await page.locator("#page :is(h1, h2)").first().waitFor();
    await page.locator("#page").getByText("Loading", { exact: true }).waitFor({ state: "detached" });
    await page.locator("#page").getByLabel("Loading", { exact: true }).first().waitFor({ state: "detached" });
    await look(path);
  }
}

for (const theme of ["light", "dark"] as const) {
  test(`U3 axe finds nothing serious on any page, ${theme}`, async (t) => {
    const page = await world.open(t, "/", { ...MAY_BE_BUSY, theme });
    const findings: string[] = [];
    await onEachPage(page, async (path) => {
      findings.push(...(await seriousFindings(page)).map((finding) => `${path} ${finding}`));
    });
    assert.deepEqual(findings, []);
  });
}

test("U3 axe finds nothing serious on the sign-in page, in the palette and in a menu", async (t) => {
  const signIn = await world.open(t, "/", { key: null });
  await signIn.getByRole("button", { name: "Sign in" }).waitFor();
  assert.deepEqual(await seriousFindings(signIn), []);
  const page = await world.open(t, "/inbox");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.getByRole("combobox").waitFor();
  assert.deepEqual(await seriousFindings(page), []);
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).waitFor();
  assert.deepEqual(await seriousFindings(page), []);
});

test("U3 no page scrolls sideways at 320 px, nor at 200 % zoom", async (t) => {
  const narrow = await world.open(t, "/", { ...MAY_BE_BUSY, width: 320, height: 640 });
  const zoomed = await world.open(t, "/", { ...MAY_BE_BUSY, width: 640, height: 400 });
  const wide: string[] = [];
  for (const page of [narrow, zoomed]) {
    await onEachPage(page, async (path) => {
      if (path === "/inbox") await page.getByRole("button", { name: "Allow" }).first().waitFor();
      const pixels = await overflowOf(page);
      if (pixels > 0) wide.push(`${path} is ${pixels} px too wide`);
    });
  }
  assert.deepEqual(wide, []);
});

test("U3 from an empty page to an answer, the inbox, another theme and back, by keyboard alone", async (t) => {
  const page = await world.open(t);
  await page.getByRole("textbox", { name: "Message", exact: true }).waitFor();
  await page.keyboard.type("Count to 5");
  await page.keyboard.press("Enter");
  const id = await shownChatId(page);
  await transcript(page).getByText("1 2 3 4 5").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("inbox");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Inbox" }).waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("theme: dark");
  await page.keyboard.press("Enter");
  await page.locator(":root[data-theme=dark]").waitFor();
  await page.goBack();
  await page.waitForURL(`**/chats/${id}`);
  await say(page, "Count to 3");
  await transcript(page).getByText("1 2 3", { exact: true }).waitFor();
});

test("U3 with reduced motion nothing moves", async (t) => {
  const page = await world.open(t, `/chats/${chatId}`, { reducedMotion: true });
  await transcript(page).waitFor();
  const moving = await page.evaluate<number>(
    "document.getAnimations().filter((each) => each.effect.getComputedTiming().duration > 1).length",
  );
  assert.equal(moving, 0);
});

test("U1 a browser that is too old, or runs no scripts, is told so instead of being shown nothing", async (t) => {
  const page = await world.open(t, "/sign-in", { key: null });
  await page.addInitScript("delete AbortSignal.any");
  await page.reload();
  await page.getByText("This page needs a newer browser").waitFor();
  const answer = await fetch(world.everturn.url);
  assert.match(await answer.text(), /<noscript>[^<]*JavaScript/);
});

test("the first page and a chat that is opened by its link load at most 200 KB of scripts and styles", () => {
  const bytes = firstLoadBytes(...CHAT_CHUNKS);
  assert.ok(bytes <= 200 * KB, `they load ${bytes} bytes`);
});
