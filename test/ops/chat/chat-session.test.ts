// Tests: the chat in the terminal, against a whole Everturn. The terminal is one that obeys the cursor and can be read, so
// nothing depends on the machine's own.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { InputHistory } from "../../../cli/chat/input/history.ts";
import { Session } from "../../../cli/chat/talk/session.ts";
import { Everturn } from "../../../client/index.ts";
import { CTRL_C, createTestTerminal, type TestTerminal } from "../../support/client/test-terminal.ts";
import { startEverturn, type Everturn as World } from "../../support/everturn.ts";
import { script } from "../../support/turn/settled.ts";

let world: World;
let client: Everturn;
before(async () => {
  world = await startEverturn();
  client = new Everturn({ baseUrl: world.url, apiKey: world.key });
});
const sessions: Session[] = [];
after(async () => {
  for (const session of sessions) session.leave();
  await world.stop();
});

interface Sitting {
  readonly terminal: TestTerminal;
  readonly left: Promise<void>;
}

function sit(
  more: { chatId?: string; editOutside?: (text: string) => string; columns?: number } = {},
): Sitting {
  const terminal = createTestTerminal(more.columns);
  const session = new Session({
    client,
    url: world.url,
    terminal,
    history: new InputHistory(null),
    chatId: more.chatId ?? null,
    choices: {},
    message: "",
    editOutside: more.editOutside ?? null,
  });
  sessions.push(session);
  return { terminal, left: session.run() };
}

/** A tool that the client runs, and one that asks first. */
async function chatWith(content: string, more: object = {}): Promise<string> {
  const { id } = await world.call<{ id: string }>("POST", "/v1/chats", { content, ...more });
  return id;
}

/** The line of a turn at work is gone. */
const atRest = (terminal: TestTerminal) =>
  terminal.until((lines) => !lines.some((line) => /^(?:Working|Stopping …)/u.test(line)));

/** A line of its own: in the message that asked for it, it is only a part. */
const seesLine = (terminal: TestTerminal, text: string) => terminal.until((lines) => lines.includes(text));

const countOf = (terminal: TestTerminal, text: string) =>
  terminal.lines().filter((line) => line.includes(text)).length;

test("U2 an answer is streamed as Markdown, seen once, and the chat can be resumed", async () => {
  const { terminal, left } = sit();
  const key = "streamed";
  terminal.enter(
    script(
      { text: "# Title\n\nSome **bold** text.\n\n- one\n- two\n", hold_until: key, hold_after: 1 },
      key,
    ).replaceAll("\n", " "),
  );
  await world.model.waitFor({ key, event: "held" });
  world.model.release(key);
  await terminal.sees("• two");
  assert.equal(countOf(terminal, "Title"), 2, "in the message and in the answer");
  assert.equal(countOf(terminal, "Some bold text."), 1);
  await atRest(terminal);
  terminal.press(CTRL_C);
  await left;
  const last = terminal.lines().findLast((line) => line !== "") ?? "";
  const id = /--resume (?<id>[0-9a-f-]{36})/u.exec(last)?.groups?.["id"];
  const again = sit({ chatId: id ?? "" });
  await again.terminal.sees("• two");
  again.terminal.enter("/quit");
  await again.left;
});

test("I1 Ctrl-C stops the turn and keeps what was said; a second one leaves", async () => {
  const key = "stopped";
  const id = await chatWith(script({ parts: 40, rate: 200, hold_until: key, hold_after: 10 }, key));
  const { terminal, left } = sit({ chatId: id });
  await terminal.sees("t10");
  terminal.press(CTRL_C);
  await terminal.sees("— stopped —");
  world.model.release(key);
  await atRest(terminal);
  terminal.press(CTRL_C);
  await left;
  assert.equal(countOf(terminal, "t10"), 1);
});

test("Q2 what is sent meanwhile is queued, can be dropped, and is answered in its turn", async () => {
  const key = "queued";
  const id = await chatWith(script({ parts: 20, rate: 200, hold_until: key, hold_after: 5 }, key));
  const { terminal, left } = sit({ chatId: id });
  await terminal.sees("t5");
  terminal.enter("forget this");
  await terminal.sees("queued 1: forget this");
  terminal.enter(script({ text: "the second answer" }));
  await terminal.sees("queued 2:");
  terminal.enter("/queue drop 1");
  await terminal.sees("queued 1: #script");
  world.model.release(key);
  await seesLine(terminal, "the second answer");
  terminal.enter("/quit");
  await left;
});

test("D5 an approval is given, denied with a reason, or given with other arguments", async () => {
  const call = (name: string) => [
    { tool_calls: [{ name: "list_templates", args: { query: name } }] },
    { text: `after ${name}` },
  ];
  const ask = { approval_policy: { list_templates: "ask" } };
  const id = await chatWith(script(call("first")), ask);
  const { terminal, left } = sit({ chatId: id, editOutside: (text) => text.replace("third", "changed") });
  await terminal.sees("May list_templates run?");
  terminal.enter("maybe");
  await terminal.sees("Answer with y, n, e or a.");
  terminal.enter("y");
  await seesLine(terminal, "after first");
  terminal.enter(script(call("second")));
  await terminal.sees("query: second");
  terminal.enter("n not now");
  await seesLine(terminal, "after second");
  terminal.enter(script(call("third")));
  await terminal.sees("query: third");
  terminal.enter("e");
  await seesLine(terminal, "after third");
  const { messages } = await client.chats.messages(id, { limit: 50 });
  const decisions = messages.toReversed().flatMap((message) => message.decisions ?? []);
  assert.deepEqual(
    decisions.map(({ approved, reason, args }) => [approved, reason, args?.["query"]]),
    [
      [true, undefined, undefined],
      [false, "not now", undefined],
      [true, undefined, "changed"],
    ],
  );
  terminal.enter("/quit");
  await left;
});

test("D3 the result of a tool that the client runs is typed as JSON", async () => {
  const id = await chatWith(
    script([{ tool_calls: [{ name: "ask_user", args: { question: "which?" } }] }, { text: "thanks" }]),
    {
      dynamic_tools: [{ name: "ask_user", description: "Ask", parameters: { type: "object" } }],
    },
  );
  const { terminal, left } = sit({ chatId: id });
  await terminal.sees("ask_user waits for its result from you.");
  terminal.enter("blue");
  await terminal.sees("This is not JSON");
  terminal.enter('{"colour": "blue"}');
  await seesLine(terminal, "thanks");
  terminal.enter("/quit");
  await left;
});

test("U2 T4 the API is killed and comes back: people are told, and nothing is shown twice", async () => {
  const key = "away";
  const id = await chatWith(script({ parts: 40, rate: 200, hold_until: key, hold_after: 20 }, key));
  const { terminal, left } = sit({ chatId: id, columns: 60 });
  await terminal.sees("t20");
  await world.api.kill();
  await terminal.sees("The server is away. Next try in");
  await world.startApi();
  world.model.release(key);
  await terminal.sees("t40");
  assert.equal(countOf(terminal, "t20"), 1);
  terminal.enter("/quit");
  await left;
});

test("U4 what a model writes cannot command the terminal", async () => {
  const { terminal, left } = sit();
  // The test terminal throws at a sequence that it does not expect.
  terminal.enter(script({ text: "a\u001b]0;owned\u0007b\u001b[2Jc \u202eevil" }));
  await terminal.sees("abc <U+202E>evil");
  terminal.enter("/quit");
  await left;
});

test("commands: help, models, plan, edit, fork, chats, cost, and those that there are not", async () => {
  const { terminal, left } = sit();
  terminal.enter("/nothing");
  await terminal.sees("There is no command /nothing.");
  terminal.enter("/cost");
  await terminal.sees("There is no chat yet: send a message first.");
  terminal.enter("/help");
  await terminal.sees("/attach path");
  terminal.type("/mo");
  terminal.press({ name: "tab", text: "\t" }, { name: "return", text: "\r" });
  await terminal.sees("› ");
  terminal.enter(script({ text: "one answer" }));
  await seesLine(terminal, "one answer");
  terminal.enter("/plan on");
  await terminal.sees("The agent plans first.");
  terminal.enter("/edit");
  await terminal.sees("edit> #script");
  terminal.press({ name: "u", ctrl: true });
  terminal.enter(script({ text: "another answer" }));
  await seesLine(terminal, "another answer");
  await atRest(terminal);
  const answers = (lines: readonly string[]) => lines.filter((line) => line === "another answer").length;
  terminal.enter("/fork");
  await terminal.until((lines) => answers(lines) === 2);
  terminal.enter("/chats");
  await terminal.sees("(this one)");
  terminal.enter("/open 99");
  await terminal.sees("No chat has the number 99");
  terminal.enter("/open 2");
  await terminal.until((lines) => answers(lines) === 3);
  terminal.enter("/cost");
  await terminal.sees("model calls");
  terminal.enter("/quit");
  await left;
});

test("Tab completes models, efforts and paths behind their commands, as far as they agree", async (t) => {
  const folder = mkdtempSync(join(tmpdir(), "everturn-paths-"));
  t.after(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, "pictures"));
  for (const name of ["notes one.md", "notes-two.md", ".hidden.md", "pictures/cat.txt"])
    writeFileSync(join(folder, name), "some words");
  const { terminal, left } = sit();
  const tab = { name: "tab", text: "\t" };
  const typed = (words: string) => terminal.sees(`> ${words}`);
  const wipe = { name: "u", ctrl: true };
  terminal.type("/model demo m");
  terminal.press(tab);
  await typed("/model Demo model");
  terminal.press(wipe);
  terminal.type("/effort hi");
  terminal.press(tab);
  await typed("/effort high");
  terminal.press(wipe);
  terminal.type(`/attach ${folder}/no`);
  terminal.press(tab);
  await seesLine(terminal, "notes one.md  notes-two.md");
  terminal.type(" ");
  terminal.press(tab, { name: "return", text: "\r" });
  await terminal.sees("attached: notes one.md");
  terminal.type(`/attach ${folder}/p`);
  terminal.press(tab);
  terminal.type("c");
  terminal.press(tab, { name: "return", text: "\r" });
  await terminal.sees("attached: notes one.md, cat.txt");
  terminal.enter("/quit");
  await left;
});

test("a terminal that becomes narrower and wider again shows the line that is typed and what happens once", async () => {
  const { terminal, left } = sit({ columns: 100 });
  const key = "resized";
  terminal.enter(
    script({ text: "Said so far, on a line. ", parts: 30, hold_until: key, hold_after: 12 }, key),
  );
  await world.model.waitFor({ key, event: "held" });
  const half = "a message that is being typed, longer than a narrow window is wide, and not sent yet";
  terminal.type(half);
  await terminal.sees("Ctrl-C stops it, Enter queues a message");
  await terminal.sees("a message that is being typed");
  for (const columns of [60, 33, 90, 45, 120]) {
    terminal.resize(columns);
    await terminal.printed();
    assert.equal(countOf(terminal, "> a message that"), 1, terminal.lines().join("\n"));
    assert.equal(countOf(terminal, "Working"), 1, terminal.lines().join("\n"));
  }
  world.model.release(key);
  await terminal.sees("t30");
  await atRest(terminal);
  assert.equal(countOf(terminal, "Said so far"), 2, "in the message and in the answer");
  assert.equal(countOf(terminal, half), 1);
  terminal.press({ name: "u", ctrl: true });
  terminal.enter("/quit");
  await left;
});

test("Q3 two messages that are sent at once begin one chat, and stand in it in their order", async () => {
  const { terminal } = sit();
  terminal.enter("The first of both");
  terminal.enter("The second of both");
  await terminal.sees("You wrote “The second of both”");
  const lines = terminal.lines();
  const at = (text: string) => lines.findIndex((line) => line.startsWith(`> ${text}`));
  assert.ok(at("The first of both") !== -1 && at("The first of both") < at("The second of both"));
});

test("a paste that is longer than the screen is drawn once, and sent whole", async () => {
  const { terminal } = sit();
  const pasted = Array.from({ length: 100 }, (_, i) => `pasted ${i + 1}`);
  terminal.press({ name: "paste-start" });
  for (const line of pasted) {
    terminal.type(line);
    terminal.press({ name: "return", text: "\r" });
    await terminal.printed();
  }
  terminal.press({ name: "paste-end" });
  await terminal.sees("more lines above");
  assert.equal(countOf(terminal, "more lines above"), 1);
  assert.ok(terminal.lines().length < terminal.rows, terminal.lines().join("\n"));
  terminal.enter("its end");
  await terminal.sees("> its end");
  for (const line of ["pasted 1", "pasted 50", "pasted 100"])
    assert.equal(terminal.lines().filter((shown) => shown === `> ${line}`).length, 1);
});
