// What an agent asks people, in a browser: approvals, a plan, and tools that the person answers.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { transcript } from "../support/console/chat-on-page.ts";
import { type ConsoleWorld, startConsoleWorld } from "../support/console/console-world.ts";

let world: ConsoleWorld;

before(async () => {
  world = await startConsoleWorld();
});

after(() => world.stop());

interface AskInput {
  readonly key: string;
  readonly calls: readonly { readonly name: string; readonly args: JsonObject }[];
  readonly more: JsonObject;
}

/** A chat whose agent calls tools, and then says that it is done. */
async function anAsking({ key, calls, more }: AskInput): Promise<string> {
  world.everturn.model.script(key, [{ text: "I ask.", tool_calls: [...calls] }, { text: "All is said." }]);
  return (await world.everturn.createChat(`#script key=${key}`, more)).id;
}

async function results(chat: string): Promise<readonly Message["content"][number][]> {
  const { messages } = await world.everturn.call<{ messages: Message[] }>(
    "GET",
    `/v1/chats/${chat}/messages`,
  );
  return messages.filter(({ role }) => role === "tool").flatMap(({ content }) => content);
}

const ASK = { approval_policy: { list_templates: "ask", read_template: "ask" } };

test("D4 a call is allowed by keys, and Always in this chat asks no more", async (t) => {
  const calls = [{ name: "list_templates", args: {} }];
  const id = await anAsking({ key: "allow", calls, more: ASK });
  const page = await world.open(t, `/chats/${id}`);
  await transcript(page).getByText("waits for you").waitFor();
  await page.getByRole("checkbox", { name: "Always in this chat" }).check();
  await page.keyboard.press("Alt+y");
  await transcript(page).getByText("All is said.").waitFor();
  await transcript(page).getByText("Listed templates").waitFor();
  const { approval_policy } = await world.everturn.call<Chat>("GET", `/v1/chats/${id}`);
  assert.equal(approval_policy["list_templates"], "auto");
});

test("D4 a call is denied with a reason, which the model reads", async (t) => {
  const id = await anAsking({ key: "deny", calls: [{ name: "list_templates", args: {} }], more: ASK });
  const page = await world.open(t, `/chats/${id}`);
  await page.getByRole("button", { name: /^Deny/ }).click();
  await page.getByRole("textbox", { name: /Why not/ }).fill("Not today");
  await page.getByRole("button", { name: "Deny", exact: true }).click();
  await transcript(page).getByText("All is said.").waitFor();
  await transcript(page).getByText("denied").waitFor();
  assert.match(JSON.stringify(await results(id)), /Not today/);
});

test("D4 arguments are changed before the call is allowed; what the server has against them stands at its place", async (t) => {
  const calls = [{ name: "read_template", args: { template: "no-such" } }];
  const id = await anAsking({ key: "edit", calls, more: ASK });
  const page = await world.open(t, `/chats/${id}`, { refusals: [400] });
  await page.getByRole("button", { name: /^Change first/ }).click();
  await page.getByRole("button", { name: "As JSON" }).click();
  const box = page.getByRole("textbox", { name: /Arguments as JSON/ });
  await box.fill("{ not json");
  await page.getByRole("button", { name: "Allow with these" }).click();
  await page.getByRole("alert").getByText("This is not JSON").waitFor();
  await box.fill('{"template": 5}');
  await page.getByRole("button", { name: "Allow with these" }).click();
  await page.getByRole("alert").filter({ hasText: "template" }).first().waitFor();
  await box.fill('{"template": "blank"}');
  await page.getByRole("button", { name: "Allow with these" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  assert.match(JSON.stringify(await results(id)), /blank/);
});

test("D4 several calls are allowed together, after one more question", async (t) => {
  const calls = [
    { name: "list_templates", args: {} },
    { name: "list_templates", args: { query: "blank" } },
  ];
  const id = await anAsking({ key: "all", calls, more: ASK });
  const page = await world.open(t, `/chats/${id}`);
  await page.getByText("2 questions for you").waitFor();
  await page.getByRole("button", { name: "Allow all" }).click();
  await page.getByRole("button", { name: "Yes, allow all 2" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  assert.equal((await results(id)).length, 2);
});

test("C6 a plan is sent back with words, and the next one is approved", async (t) => {
  world.everturn.model.script("plan", [
    { tool_calls: [{ name: "propose_plan", args: { plan: "1. **guess**" } }] },
    { tool_calls: [{ name: "propose_plan", args: { plan: "1. **look**" } }] },
    { text: "Carried out." },
  ]);
  const chat = await world.everturn.createChat("#script key=plan", { plan_mode: true });
  const page = await world.open(t, `/chats/${chat.id}`);
  const plan = page.getByRole("article", { name: "The agent proposes a plan" });
  await plan.locator("strong", { hasText: "guess" }).waitFor();
  await plan.getByRole("button", { name: /^Change/ }).click();
  await plan.getByRole("textbox", { name: "What should be different?" }).fill("Look first");
  await plan.getByRole("button", { name: "Ask for another plan" }).click();
  await plan.locator("strong", { hasText: "look" }).waitFor();
  await plan.getByRole("button", { name: "Approve and begin" }).click();
  await transcript(page).getByText("Carried out.").waitFor();
  assert.match(JSON.stringify(await results(chat.id)), /Look first/);
  const { plan_mode } = await world.everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  assert.equal(plan_mode, false);
});

const TOOL = { name: "ask_user", description: "Asks", parameters: { type: "object", properties: {} } };
const SCHEMA: JsonObject = {
  type: "object",
  required: ["region", "name"],
  properties: {
    region: { enum: ["eu", "us"] },
    name: { type: "string" },
    count: { type: "integer", minimum: 1, default: 2 },
    tags: { type: "array", items: { type: "string" } },
    sure: { type: "boolean" },
    owner: { type: "object", properties: { mail: { type: "string" } } },
  },
};

test("D1 a tool of the client is a form made from its schema, and its answer is JSON that fits", async (t) => {
  const calls = [{ name: "ask_user", args: { question: "Where to?", schema: SCHEMA } }];
  const id = await anAsking({ key: "form", calls, more: { dynamic_tools: [TOOL] } });
  const page = await world.open(t, `/chats/${id}`);
  const form = page.getByRole("form", { name: "Answer the agent" });
  await form.getByText("Where to?").waitFor();
  await form.getByText(/Time left/).waitFor();
  await form.getByRole("button", { name: "Send the answer" }).click();
  assert.equal(await form.getByRole("alert").count(), 2, "what must be filled in is said at its place");
  await form.getByLabel("Region").selectOption("eu");
  await form.getByLabel("Name").fill("shop");
  await form.getByRole("button", { name: "Add" }).click();
  await form.getByRole("textbox", { name: "Tags 1" }).fill("blue");
  await form.getByLabel("Sure").check();
  await form.getByRole("textbox", { name: /Mail/ }).fill("a@b.example");
  await form.getByRole("button", { name: "Send the answer" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  const [answer] = await results(id);
  const expected = {
    region: "eu",
    name: "shop",
    count: 2,
    tags: ["blue"],
    sure: true,
    owner: { mail: "a@b.example" },
  };
  assert.deepEqual(answer?.type === "tool-result" && answer.result, expected);
});

test("D1 a tool of the client can be answered with words, or said to have failed", async (t) => {
  const calls = [{ name: "ask_user", args: {} }];
  const id = await anAsking({ key: "failed", calls, more: { dynamic_tools: [TOOL] } });
  const page = await world.open(t, `/chats/${id}`);
  await page.getByRole("button", { name: "It failed" }).click();
  await page.getByRole("textbox", { name: /What went wrong/ }).fill("Nobody is there");
  await page.getByRole("button", { name: "Send the answer" }).click();
  await transcript(page).getByText("All is said.").waitFor();
  const [answer] = await results(id);
  assert.equal(answer?.type === "tool-result" && answer.is_error, true);
  assert.match(JSON.stringify(answer), /Nobody is there/);
});

test("U5 D4 what waits in two chats is answered in the inbox, and goes from it", async (t) => {
  const calls = [{ name: "list_templates", args: {} }];
  const ids = [
    await anAsking({ key: "inbox-one", calls, more: { ...ASK, title: "The first one" } }),
    await anAsking({ key: "inbox-two", calls, more: { ...ASK, title: "The second one" } }),
  ];
  const page = await world.open(t, "/inbox");
  for (const title of ["The first one", "The second one"]) {
    const item = page.getByRole("main").getByRole("listitem").filter({ hasText: title });
    await item.getByRole("button", { name: "Allow" }).click();
    await item.waitFor({ state: "detached" });
  }
  for (const id of ids) {
    await world.open(t, `/chats/${id}`).then((chat) => transcript(chat).getByText("All is said.").waitFor());
  }
});
