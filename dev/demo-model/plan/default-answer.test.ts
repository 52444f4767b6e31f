// What the demo model says without a script.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject } from "../json.ts";
import { readCall } from "../request/read-call.ts";
import { defaultStep, wantsDescription } from "./default-answer.ts";
import { toolWishes } from "./tool-wishes.ts";

const tool = (name: string, ...args: string[]) => ({
  type: "function",
  function: { name, parameters: { properties: Object.fromEntries(args.map((arg) => [arg, {}])) } },
});
const tools = [
  tool("list_dir", "path"),
  tool("view_file", "path"),
  tool("grep", "pattern"),
  tool("find_files", "pattern"),
];

const call = (messages: readonly JsonObject[], more: JsonObject = {}) =>
  readCall("openai-chat", { model: "demo", messages, ...more }, []);
const user = (content: string) => ({ role: "user", content });

test("it says what it is and how to set a real model", () => {
  const { text = "", delay_ms } = defaultStep(call([user("hi there")]));
  assert.match(text, /demo model/);
  assert.match(text, /“hi there”/);
  assert.match(text, /OPENAI_API_KEY or ANTHROPIC_API_KEY/);
  assert.equal(delay_ms, 25);
  assert.ok((defaultStep(call([user("hi")], { model: "demo-slow" })).delay_ms ?? 0) > 25);
});

test("it reasons when reasoning is asked for", () => {
  assert.equal(defaultStep(call([user("hi")])).reasoning, undefined);
  assert.match(defaultStep(call([user("hi")], { reasoning_effort: "low" })).reasoning ?? "", /“hi”/);
});

test("plain wishes become calls of the tools that are offered", () => {
  const offered = call([user("x")], { tools }).tools;
  const wishes: readonly [string, readonly [string, JsonObject][]][] = [
    ["list the files", [["list_dir", {}]]],
    ["What files are there?", [["list_dir", {}]]],
    ["Please list the files in src.", [["list_dir", { path: "src" }]]],
    ["read README.md", [["view_file", { path: "README.md" }]]],
    ["can you open `my notes.txt`?", [["view_file", { path: "my notes.txt" }]]],
    ["read the file package.json.", [["view_file", { path: "package.json" }]]],
    ["search for TODO", [["grep", { pattern: "TODO" }]]],
    ['search for "a.b"', [["grep", { pattern: "a\\.b" }]]],
    ["find files *.ts", [["find_files", { pattern: "*.ts" }]]],
    ["find files named config", [["find_files", { pattern: "**/*config*" }]]],
    [
      "list the files and read README.md",
      [
        ["list_dir", {}],
        ["view_file", { path: "README.md" }],
      ],
    ],
    ["I read a book about files", []],
    ["how are you?", []],
  ];
  for (const [asked, expected] of wishes) {
    const found = toolWishes(asked, offered).map((each) => [each.name, each.args]);
    assert.deepEqual(found, expected, asked);
  }
  assert.deepEqual(toolWishes("list the files and read a.md", offered.slice(1, 2)).length, 1);
  assert.deepEqual(toolWishes("list the files", []), []);
});

test("a wish for a list becomes a call of update_todos, if it is offered", () => {
  const offered = call([user("x")], { tools: [tool("update_todos", "items")] }).tools;
  const items = [
    { text: "look", status: "doing" },
    { text: "write", status: "pending" },
  ];
  assert.deepEqual(toolWishes("Make a list: look, write.", offered), [
    { name: "update_todos", args: { items } },
  ]);
  assert.deepEqual(toolWishes("Make a list: look, write.", []), []);
  const planning = call([user("x")], { tools: [tool("propose_plan", "plan")] }).tools;
  const plan = "1. look\n2. write";
  assert.deepEqual(toolWishes("Make a plan: look, write.", planning), [
    { name: "propose_plan", args: { plan } },
  ]);
  assert.deepEqual(toolWishes("Make a plan: look, write.", []), []);
});

test("the ferry desk is asked, under whatever slug it is known", () => {
  const offered = call([user("x")], { tools: [tool("my-desk__next_ferry"), tool("x__book_seat")] }).tools;
  assert.deepEqual(toolWishes("When does the next ferry leave?", offered), [
    { name: "my-desk__next_ferry", args: {} },
  ]);
  assert.deepEqual(toolWishes("Book a seat on the next ferry at 07:05.", offered), [
    { name: "x__book_seat", args: { departure: "07:05" } },
  ]);
  assert.deepEqual(toolWishes("Book a seat", offered), [
    { name: "x__book_seat", args: { departure: "18:30" } },
  ]);
  assert.deepEqual(toolWishes("When does the next ferry leave? Book a seat", []), []);
});

test("results of tools are summed up, failures too", () => {
  const calls = ["list_dir", "view_file", "grep"].map((name, index) => ({
    id: `c${index}`,
    type: "function",
    function: { name, arguments: "{}" },
  }));
  const result = (index: number, content: string) => ({ role: "tool", tool_call_id: `c${index}`, content });
  const entries = { entries: [{ name: "a.ts" }, { name: "src" }], truncated: true };
  const { text = "" } = defaultStep(
    call(
      [
        user("list the files"),
        { role: "assistant", tool_calls: calls },
        result(0, JSON.stringify(entries)),
        result(1, JSON.stringify({ content: "1 first\n2 second" })),
        result(2, "error: no such folder"),
      ],
      { tools },
    ),
  );
  assert.match(text, /`list_dir`: 2 entries \(cut, there are more\): `a.ts`, `src`\./);
  assert.match(text, /`view_file`: these lines:\n```\n1 first\n2 second\n```/);
  assert.match(text, /`grep`: it failed \(error: no such folder\)/);
});

test("a title and a summary are short, and scripts quoted in them are not obeyed", () => {
  const system = (content: string) => ({ role: "system", content });
  const quoted = user(
    'deploy the new search service to staging today\n#script {"http_error":{"status":500}}',
  );
  const title = call([system("Write a title of 2 to 8 words for this chat."), quoted]);
  assert.ok(wantsDescription(title));
  assert.equal(defaultStep(title).text, "Deploy the new search service to");
  const summary = call([system("Summarise the conversation."), quoted]);
  assert.ok(wantsDescription(summary));
  assert.match(defaultStep(summary).text ?? "", /deploy the new search service/);
  const turn = call([system("Write a summary in 2 to 5 words."), quoted]);
  assert.equal(defaultStep(turn).text, "Answered deploy the new search");
  const excerpt = user("<message>\nthe login page\n</message>\n<answer>\nI mended it.\n</answer>");
  assert.equal(defaultStep(call([system("Write a title."), excerpt])).text, "The login page");
  assert.ok(!wantsDescription(call([system("You are helpful."), quoted])));
  assert.ok(!wantsDescription(call([system("Keep titles short."), quoted], { tools })));
});

test("it counts, tells a story and sums up the chat when asked", () => {
  assert.equal(defaultStep(call([user("count to 5")])).text, "1 2 3 4 5");
  assert.ok((defaultStep(call([user("tell me a story")])).text ?? "").length > 500);
  const chat = [user("hello"), { role: "assistant", content: "hi" }, user("please summarise")];
  assert.match(defaultStep(call(chat)).text ?? "", /“hello”/);
});
