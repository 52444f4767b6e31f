// Tool calls in a browser: one line at rest, which opens; output as it comes, with its colours; changes as a diff; agents; folding.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";
import { soon } from "../support/soon.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld({ env: { EVERTURN_LOCAL_UNSAFE: "1" } });
});

after(() => world.stop());

const WORKSPACE = { name: "create_workspace", args: { template: "blank" } };

test("a command's card says what ran, follows its output with colours, and ends with its exit code", async (t) => {
  const command =
    "printf '\\033[32mgreen\\033[0m\\n'; while [ ! -e go ]; do sleep 0.05; done; echo last; exit 3";
  world.everturn.model.script("run", [
    { tool_calls: [WORKSPACE] },
    { tool_calls: [{ name: "execute", args: { command, timeout_ms: 60_000 } }] },
    { text: "It ran." },
  ]);
  const chat = await world.everturn.createChat("#script key=run");
  const page = await world.open(t, `/chats/${chat.id}`);
  const card = page.locator("[data-tool=execute]");
  await card.getByText("Running").waitFor({ timeout: 60_000 });
  await card.getByRole("button", { name: /Running/ }).click();
  await card.locator("[class*=green]", { hasText: "green" }).waitFor();
  const { workspace_id } = await world.everturn.call<{ workspace_id: string }>("GET", `/v1/chats/${chat.id}`);
  await fetch(`${world.everturn.url}/v1/workspaces/${workspace_id}/files?path=go`, {
    method: "PUT",
    headers: { authorization: `Bearer ${world.everturn.key}`, "content-type": "text/plain" },
    body: "go",
  });
  await card.getByText("exit code 3").waitFor();
  await card.getByText("last").first().waitFor();
  await transcript(page).getByText("It ran.").waitFor();
});

test("an edit's card shows its changes, side by side where there is room", async (t) => {
  const edits = [{ search: "let a = 1;\nlet b = 2;", replace: "let a = 3;\nlet b = 2;" }];
  world.everturn.model.script("edit", [
    { tool_calls: [WORKSPACE] },
    { tool_calls: [{ name: "write_file", args: { path: "a.js", content: "let a = 1;\nlet b = 2;\n" } }] },
    { tool_calls: [{ name: "edit_files", args: { files: [{ path: "a.js", edits }] } }] },
    { text: "Edited." },
  ]);
  const chat = await world.everturn.createChat("#script key=edit");
  const page = await world.open(t, `/chats/${chat.id}`, { width: 1_500 });
  await transcript(page).getByText("Edited.", { exact: true }).waitFor({ timeout: 60_000 });
  const card = page.locator("[data-tool=edit_files]");
  await card.getByRole("button", { name: /Edited a\.js/ }).press("Enter");
  const changes = card.getByRole("region", { name: "Changes of a.js" });
  await changes.locator("[data-type=removed]", { hasText: "let a = 1;" }).waitFor();
  await changes.locator("[data-type=added]", { hasText: "let a = 3;" }).waitFor();
  const sides = () =>
    changes
      .locator("[data-type=removed], [data-type=added]")
      .evaluateAll((lines) => lines.map((line) => Math.round(line.getBoundingClientRect().top)));
  const [left, right] = await sides();
  assert.equal(left, right, "they stand side by side");
  await page.setViewportSize({ width: 900, height: 800 });
  await changes.locator("[data-type=added]").waitFor();
  const [above, below] = await sides();
  assert.ok((above ?? 0) < (below ?? 0), "they stand below each other");
});

test("many calls in a row are one line after a reload, and stay as they are while they are watched", async (t) => {
  const calls = Array.from({ length: 8 }, () => ({ name: "list_templates", args: {} }));
  world.everturn.model.script("many", [
    { tool_calls: calls, hold_until: "many", hold_after: 1 },
    { text: "Listed." },
  ]);
  const chat = await world.everturn.createChat("#script key=many");
  const page = await world.open(t, `/chats/${chat.id}`);
  await page.getByRole("button", { name: "Stop" }).waitFor();
  world.everturn.model.release("many");
  await transcript(page).getByText("Listed.", { exact: true }).waitFor();
  assert.equal(await page.locator("[data-tool]").count(), 8);
  await page.reload();
  const group = page.getByRole("button", { name: /8 calls/ });
  await group.waitFor();
  assert.equal(await page.locator("[data-tool]").count(), 0);
  await group.press("Enter");
  assert.equal(await page.locator("[data-tool]").count(), 8);
});

test("G1 a subagent's card has its state and a link to its chat, which names its parent", async (t) => {
  const spawn = { name: "spawn_agent", args: { type: "explore", prompt: "Say hello", title: "The helper" } };
  world.everturn.model.script("agent", [{ tool_calls: [spawn] }, { text: "Started it." }]);
  const chat = await world.everturn.createChat("#script key=agent");
  const page = await world.open(t, `/chats/${chat.id}`);
  await transcript(page).getByText("Started it.").waitFor();
  const card = page.locator("[data-tool=spawn_agent]");
  await card.getByText("Started agent The helper").waitFor();
  await card.getByText("Finished").waitFor();
  await card.getByRole("link", { name: "Open" }).press("Enter");
  await page.waitForURL((address) => !address.pathname.endsWith(chat.id));
  await page.getByText("subagent of").waitFor();
});

test("G1 the cards of many subagents follow them by the feed alone: nothing asks for them again and again", async (t) => {
  const { model } = world.everturn;
  const prompt = (key: string) => `Work\n\n#script key=${key}`;
  const keys = ["child-1", "child-2", "child-3"];
  for (const key of keys) model.script(key, [{ text: "Done.", hold_until: "children", hold_after: 0 }]);
  const calls = keys.map((key) => ({
    name: "spawn_agent",
    args: { type: "explore", prompt: prompt(key), title: key },
  }));
  model.script("parent", [{ tool_calls: calls }, { text: "Started them." }]);
  const chat = await world.everturn.createChat("#script key=parent");
  const page = await world.open(t, "/inbox");
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.getByRole("navigation", { name: "Chats" }).locator(`a[href="/chats/${chat.id}"]`).click();
  await transcript(page).getByText("Started them.").waitFor();
  const cards = page.locator("[data-tool=spawn_agent]");
  const states = (state: string) => cards.getByText(state, { exact: true });
  await soon("all work", async () => (await states("Working").count()) === keys.length);
  model.release("children");
  await soon("all have finished", async () => (await states("Finished").count()) === keys.length);
  const again = asked.filter(
    (path, at) => /^\/v1\/chats\/[\w-]{36}$/.test(path) && asked.indexOf(path) !== at,
  );
  assert.deepEqual(again, []);
});
