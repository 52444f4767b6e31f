// Tests: tools of modules below EVERTURN_TOOLS_DIR in whole turns: streamed, limited and claimed as built-in ones are.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { ToolResultPart } from "../../core/part/part.ts";
import { doomedWorker, untilDead } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

const folder = mkdtempSync(join(tmpdir(), "everturn-own-tools-"));
const effects = join(folder, "effects.txt");
let everturn: Everturn;
before(async () => {
  mkdirSync(join(folder, "tools"));
  appendFileSync(effects, "");
  const module = `import { appendFileSync } from "node:fs";
    const act = (text) => appendFileSync(${JSON.stringify(effects)}, text + "\\n");
    export default ({ defineTool, z }) => [
      defineTool({
        name: "book_room",
        description: "Books a room.",
        schema: z.strictObject({ room: z.string() }),
        run({ room }, { write }) { write("Asking for " + room); act("booked " + room); return { room, booked: true }; },
      }),
      defineTool({
        name: "look_up",
        description: "Looks a room up.",
        schema: z.strictObject({ room: z.string() }),
        flags: { read_only: true },
        run({ room }) { act("looked " + room); return { room, free: true }; },
      }),
      defineTool({
        name: "clear_room",
        description: "Cancels all bookings of a room.",
        schema: z.strictObject({ room: z.string() }),
        flags: { destructive: true },
        run({ room }) { act("cleared " + room); return { room, cleared: true }; },
      }),
      defineTool({
        name: "sign_off",
        description: "Ends the turn.",
        schema: z.strictObject({}),
        flags: { stops_turn: true },
        run: () => "bye",
      }),
    ];`;
  writeFileSync(join(folder, "tools/rooms.mjs"), module);
  writeFileSync(join(folder, "tools/broken.ts"), "throw new Error('DATABASE_PASSWORD=hunter2');");
  everturn = await startEverturn({ env: { EVERTURN_TOOLS_DIR: join(folder, "tools") } });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

async function settled(chatId: string) {
  const reader = everturn.reader(chatId);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chatId, [reader]);
  const results = stored.flatMap(({ content }) =>
    content.filter((part): part is ToolResultPart => part.type === "tool-result"),
  );
  return { stored, results };
}

test("C11 O1 a module that cannot be loaded is named by /readyz, without its error, and the list of tools has those that were", async () => {
  const own_tools = await soon("the worker has told its tools", async () => {
    const { body } = await everturn.answer("GET", "/readyz");
    return body.status === "degraded" && body.checks.own_tools;
  });
  assert.deepEqual(own_tools, { ok: false, detail: "broken.ts: it cannot be imported" });
  const { items } = await everturn.call<{ items: { name: string; source: string; read_only: boolean }[] }>(
    "GET",
    "/v1/tools",
  );
  assert.deepEqual(
    items.filter(({ source }) => source === "own").map(({ name, read_only }) => [name, read_only]),
    [
      ["book_room", false],
      ["look_up", true],
      ["clear_room", false],
      ["sign_off", false],
    ],
  );
  assert.ok(items.some(({ name, source }) => name === "execute" && source === "built_in"));
});

test("C11 an own tool is offered to the model, runs beside others, and its faults are results like those of built-in tools", async () => {
  const key = "own-tools";
  const calls = [
    { name: "book_room", args: { room: "blue" } },
    { name: "look_up", args: { house: 1 } },
    { name: "rooms", args: {} },
  ];
  const chat = await everturn.createChat(script([{ tool_calls: calls }, { text: "Booked." }], key));
  const { results } = await settled(chat.id);
  assert.deepEqual(
    results.map(({ is_error }) => is_error),
    [false, true, true],
  );
  assert.deepEqual(results[0]?.result, { room: "blue", booked: true });
  assert.match(JSON.stringify(results[1]?.result), /do not fit look_up.*house.*Arguments of look_up: room\./);
  assert.match(JSON.stringify(results[2]?.result), /There is no tool.*book_room/);
  assert.match(JSON.stringify(everturn.model.requests(key)[0]?.body), /Books a room\./);
});

test("C11 D1 a client's tool has no name of an own one, and a chat may name or leave out own tools", async () => {
  const pick = { name: "look_up", description: "", parameters: { type: "object" } };
  const clash = await everturn.answer("POST", "/v1/chats", { content: "Hi", dynamic_tools: [pick] });
  assert.deepEqual(
    [clash.status, clash.body.code, clash.body.errors[0].path],
    [400, "invalid_request", "dynamic_tools[0].name"],
  );
  const unknown = await everturn.answer("POST", "/v1/chats", { content: "Hi", tools: ["grep", "rooms"] });
  assert.deepEqual([unknown.status, unknown.body.errors[0].path], [400, "tools[1]"]);
  const key = "own-named";
  const chat = await everturn.createChat(script({ text: "Yes." }, key), { tools: ["grep", "look_up"] });
  await settled(chat.id);
  const offered = JSON.stringify(everturn.model.requests(key)[0]?.body["tools"]);
  assert.match(offered, /look_up/);
  assert.doesNotMatch(offered, /book_room|execute/);
  const sent = await everturn.answer("POST", `/v1/chats/${chat.id}/messages`, {
    content: "Hi",
    tools: [pick],
  });
  assert.deepEqual([sent.status, sent.body.errors[0].path], [400, "tools[0].name"]);
});

test("C11 D4 an own tool that may destroy something waits for a person", async () => {
  const chat = await everturn.createChat(
    script([{ tool_calls: [{ name: "clear_room", args: { room: "red" } }] }, { text: "Cleared." }]),
  );
  const reader = everturn.reader(chat.id);
  await reader.until("somebody is asked", ({ status }) => status === "requires_action");
  const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
  const tool_call_id = required_action?.tool_calls[0]?.tool_call_id;
  assert.doesNotMatch(readFileSync(effects, "utf8"), /cleared red/);
  await everturn.call("POST", `/v1/chats/${chat.id}/approvals`, {
    decisions: [{ tool_call_id, approved: true }],
  });
  const { results } = await settled(chat.id);
  assert.deepEqual(results[0]?.result, { room: "red", cleared: true });
});

test("C11 L5 an own tool may end the turn", async () => {
  const key = "own-stop";
  const chat = await everturn.createChat(script([{ tool_calls: [{ name: "sign_off", args: {} }] }], key));
  const { results } = await settled(chat.id);
  assert.deepEqual(results[0]?.result, { result: "bye" });
  assert.equal(everturn.model.requests(key).length, 1);
});

test("C11 a call whose worker dies behind its effect is not made again, unless the tool only reads", async () => {
  for (const [name, times] of [
    ["book_room", 1],
    ["look_up", 2],
  ] as const) {
    const room = `red-${name}`;
    const worker = await doomedWorker(everturn, "runTool:ran");
    const steps = [{ tool_calls: [{ name, args: { room } }] }, { text: "Done." }];
    const chat = await everturn.createChat(script(steps, room));
    await untilDead(worker);
    await everturn.startWorker();
    const { results } = await settled(chat.id);
    const lines = readFileSync(effects, "utf8").split("\n");
    assert.equal(lines.filter((line) => line.endsWith(room)).length, times, name);
    assert.equal(results.length, 1);
    if (times === 1) assert.match(JSON.stringify(results[0]?.result), /whether it took effect is unknown/);
    else assert.deepEqual(results[0]?.result, { room, free: true });
  }
});
