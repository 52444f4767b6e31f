// Notifications of the system, in a browser: only when they were turned on, once for each question, and not for what is looked at.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { chatList, transcript } from "../../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { SIGHT } from "../../support/console/sight.ts";
import { soon } from "../../support/soon.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

/** Notifications that are allowed and kept: a browser without windows shows none. */
const WATCH = `${SIGHT}; (() => {
  window.told = [];
  window.Notification = class extends EventTarget {
    static permission = "granted";
    static requestPermission = async () => "granted";
    constructor(title, options) {
      super();
      window.told.push({ title, body: options.body });
      window.newest = this;
    }
    close() {}
  };
})()`;

const told = (page: Page) => page.evaluate<readonly { title: string; body: string }[]>("window.told");

async function anAsking(title: string): Promise<string> {
  world.everturn.model.script(title, [
    { tool_calls: [{ name: "list_templates", args: {} }] },
    { text: "All is said." },
  ]);
  const more = { title, approval_policy: { list_templates: "ask" } };
  return (await world.everturn.createChat(`#script key=${title}`, more)).id;
}

const waits = (page: Page, title: string) =>
  chatList(page).getByRole("link", { name: new RegExp(`${title}.*waits`) });

test("U5 a question is told once as a notification while nobody looks, and a click leads to it", async (t) => {
  const page = await world.open(t, "/inbox");
  await page.addInitScript(WATCH);
  await page.reload();
  await page.getByRole("button", { name: /account menu/ }).click();
  await page.getByRole("menuitemcheckbox", { name: /Notif/ }).click();
  await page.keyboard.press("Escape");
  const seen = await anAsking("seen");
  await waits(page, "seen").waitFor();
  assert.deepEqual(await told(page), [], "it is on the page that somebody looks at");
  await page.evaluate("look(false)");
  const asking = await anAsking("asking");
  await soon("it is told", async () => (await told(page)).length > 0);
  await world.everturn.call("PATCH", `/v1/chats/${asking}`, { labels: { touched: "yes" } });
  const failing = { http_error: { status: 401, message: "bad key" } };
  world.everturn.model.script("failing", [{ attempts: [failing] }]);
  await world.everturn.createChat("#script key=failing", { title: "failing" });
  await soon("the error is told", async () => (await told(page)).length > 1);
  assert.deepEqual(
    (await told(page)).map(({ title, body }) => [title, body.split(":")[0]]),
    [
      ["asking", "Wants to use list_templates. It waits for your approval."],
      ["failing", "Stopped with an error"],
    ],
  );
  await soon("the title counts them", async () => (await page.title()).startsWith("(3) "));
  await world.everturn.call("POST", `/v1/chats/${seen}/interrupt`, {});
  await page.evaluate("look(true)");
  await page.evaluate("newest.dispatchEvent(new Event('click'))");
  await page.getByRole("alert").getByText("did not accept the API key").waitFor();
  await soon("the error was seen", async () => (await page.title()).startsWith("(1) "));
});

test("U5 nothing is told to whoever has not turned notifications on, and what waited before is not told later", async (t) => {
  const page = await world.open(t, "/inbox");
  await page.addInitScript(`${WATCH}; look(false)`);
  await page.reload();
  await anAsking("quiet");
  await waits(page, "quiet").waitFor();
  assert.deepEqual(await told(page), []);
  await page.evaluate("localStorage.setItem('everturn.notify', 'true')");
  await page.reload();
  await waits(page, "quiet").waitFor();
  assert.deepEqual(await told(page), [], "it stood there when the page was opened");
  await anAsking("loud");
  await soon("it is told", async () => (await told(page)).length === 1);
  await page.evaluate("look(true)");
  await page
    .getByRole("main")
    .getByRole("listitem")
    .filter({ hasText: "loud" })
    .getByRole("button", { name: "Allow" })
    .click();
  const chat = chatList(page).getByRole("link", { name: /loud/ });
  await chat.click();
  await transcript(page).getByText("All is said.").waitFor();
});
