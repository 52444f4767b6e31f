// What of the console loads late or opens on a click, with data in it, judged by axe in both themes: forms, dialogs, menus, cards.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { transcript } from "../../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../../support/console/console-world.ts";
import { seriousFindings } from "../../support/console/judge-page.ts";

let world: ConsoleWorld;
let chatId: string;

before(async () => {
  world = await startConsoleWorld({
    env: { EVERTURN_LOCAL_UNSAFE: "1", EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1" },
  });
  const { everturn } = world;
  await everturn.call("POST", "/v1/model-providers", {
    name: "mine",
    kind: "openai-compatible",
    base_url: `${everturn.model.url}/v1`,
    api_key: "secret",
  });
  await everturn.call("POST", "/v1/mcp-servers", {
    slug: "gone",
    name: "Gone",
    transport: { type: "http", url: "https://mcp.example.com/mcp" },
  });
  await everturn.call("POST", "/v1/profiles", { name: "Reviewer", approval_policy: { execute: "ask" } });
  await everturn.call("POST", "/v1/users", { name: "Ada" });
  chatId = await aFullChat();
});

after(() => world.stop());

const EDITS = [{ search: "let a = 1;", replace: "let a = 2;" }];

/** A chat with a bit of everything, which waits for a person. */
async function aFullChat(): Promise<string> {
  world.everturn.model.script("full", [
    { tool_calls: [{ name: "create_workspace", args: { template: "blank" } }] },
    { tool_calls: [{ name: "write_file", args: { path: "a.js", content: "let a = 1;\n" } }] },
    { tool_calls: [{ name: "edit_files", args: { files: [{ path: "a.js", edits: EDITS }] } }] },
    {
      tool_calls: [
        {
          name: "execute",
          args: { command: "printf '\\033[31mred\\033[0m \\033[35mviolet\\033[0m'; exit 1" },
        },
      ],
    },
    {
      tool_calls: [
        {
          name: "update_todos",
          args: {
            items: [
              { text: "look", status: "done" },
              { text: "write", status: "doing" },
            ],
          },
        },
      ],
    },
    {
      reasoning: "I think about it.",
      text: "# A title\n\nSome `code`, a [link](https://a.example), $a^2$.\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst a = 'b'; // c\n```\n",
      tool_calls: [{ name: "list_templates", args: {} }],
    },
  ]);
  const { everturn } = world;
  const { id } = await everturn.call<{ id: string }>("POST", "/v1/chats", {
    title: "A full chat",
    approval_policy: { list_templates: "ask" },
  });
  await everturn.call("PATCH", `/v1/chats/${id}`, { debug: true });
  await everturn.call("POST", `/v1/chats/${id}/messages`, { content: "#script key=full" });
  await everturn.reader(id).until("it asks", ({ status }) => status === "requires_action");
  return id;
}

const SETTLED = `new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
  .then(() => Promise.all(document.getAnimations().map((each) => each.finished.catch(() => undefined))))
  .then(() => undefined)`;

/** Judges what is shown, in both themes. */
async function judge(page: Page, what: string): Promise<string[]> {
  const findings: string[] = [];
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // Colours that change fade over.
    await page.evaluate(SETTLED);
    findings.push(...(await seriousFindings(page)).map((finding) => `${what}, ${colorScheme}: ${finding}`));
  }
  return findings;
}

const press = (name: string | RegExp) => (page: Page) =>
  page
    .getByRole("main")
    .getByRole("button", { name, exact: typeof name === "string" })
    .first()
    .click();

interface Look {
  readonly path: string;
  readonly open: readonly ((page: Page) => Promise<void>)[];
}

const LOOKS: readonly Look[] = [
  { path: "/models", open: [press("Add a provider"), press("Edit mine"), press("Add a model")] },
  { path: "/mcp", open: [press("Add a server"), press("Edit Gone"), press("Delete Gone")] },
  { path: "/profiles", open: [press("New profile"), press("Add a tool"), press("Delete Reviewer")] },
  { path: "/projects", open: [press("New project")] },
  { path: "/users", open: [press("Invite a user"), press("Limit of Ada"), press("Delete Ada")] },
  {
    path: "/keys",
    open: [
      press("New key"),
      (page) => page.getByLabel("Name", { exact: true }).fill("k"),
      press("Make the key"),
    ],
  },
  { path: "/workspaces", open: [press("New workspace")] },
  { path: "/usage", open: [(page) => page.getByText("The numbers as a table").click()] },
  { path: "/settings", open: [(page) => page.getByText("When chats are compacted").click()] },
];

/** What the page asked for is there. */
async function untilLoaded(page: Page): Promise<void> {
  await page.locator("#page :is(h1, h2)").first().waitFor();
  await page.locator("#page").getByLabel("Loading", { exact: true }).first().waitFor({ state: "detached" });
  await page.locator("#page").getByText("Loading", { exact: true }).waitFor({ state: "detached" });
}

for (const { path, open } of LOOKS) {
  test(`U3 axe finds nothing serious on ${path} with its data, forms and dialogs`, async (t) => {
    const page = await world.open(t, path);
    await untilLoaded(page);
    for (const act of open) await act(page);
    assert.deepEqual(await judge(page, path), []);
  });
}

test("U3 axe finds nothing serious in a chat with its cards, menus and questions open", async (t) => {
  const page = await world.open(t, `/chats/${chatId}`);
  await transcript(page)
    .getByRole("button", { name: /^Allow/ })
    .first()
    .waitFor();
  await transcript(page).locator("[class*=katex]").first().waitFor();
  const closed = transcript(page).locator("[aria-expanded=false]");
  while ((await closed.count()) > 0) await closed.first().click();
  const findings = await judge(page, "cards");
  await page.getByRole("button", { name: /^Deny/ }).click();
  findings.push(...(await judge(page, "a reason")));
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("/");
  await page.getByRole("listbox", { name: "Suggestions" }).waitFor();
  findings.push(...(await judge(page, "commands")));
  await page.getByRole("textbox", { name: "Message", exact: true }).fill("");
  await page.getByRole("button", { name: "More about this chat" }).click();
  await page.getByRole("menuitem", { name: "Debug" }).waitFor();
  findings.push(...(await judge(page, "menu of the chat")));
  assert.deepEqual(findings, []);
});

test("U3 axe finds nothing serious in the sidebar's menus and dialogs, and the shortcuts", async (t) => {
  const page = await world.open(t, "/inbox");
  const row = page.getByRole("navigation", { name: "Chats" }).getByRole("link", { name: /A full chat/ });
  const findings: string[] = [];
  const dialogs = [
    ["F2", "rename"],
    ["l", "labels"],
    ["Delete", "delete"],
  ] as const;
  for (const [key, what] of dialogs) {
    await row.focus();
    await page.keyboard.press(key);
    await page.getByRole("dialog").waitFor();
    findings.push(...(await judge(page, what)));
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
  }
  await page.getByRole("button", { name: /^Show: / }).click();
  await page.getByRole("menuitemcheckbox").first().waitFor();
  findings.push(...(await judge(page, "filter")));
  await page.keyboard.press("Escape");
  await page.locator("#page").focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Shortcuts" }).waitFor();
  findings.push(...(await judge(page, "shortcuts")));
  assert.deepEqual(findings, []);
});

test("U3 axe finds nothing serious in a workspace with a file and its log open, and in the model calls of a chat", async (t) => {
  const { workspace_id } = await world.everturn.call<{ workspace_id: string }>("GET", `/v1/chats/${chatId}`);
  const page = await world.open(t, `/workspaces/${workspace_id}`);
  await page.getByRole("button", { name: /^a\.js/ }).click();
  await page.getByRole("region", { name: "Text of the file" }).waitFor();
  await page.getByRole("button", { name: "Show the log" }).click();
  await page.getByText("The build succeeded").waitFor();
  const findings = await judge(page, "workspace");
  await page.goto(`${world.everturn.url}/debug/${chatId}`);
  await page
    .getByRole("button", { name: /^1\. stream .*, Completed/ })
    .first()
    .waitFor();
  await page
    .getByRole("button", { name: /^POST 200 .*, Completed/ })
    .first()
    .click();
  await page.getByRole("tab", { name: "Request headers" }).click();
  findings.push(...(await judge(page, "debug")));
  assert.deepEqual(findings, []);
});
