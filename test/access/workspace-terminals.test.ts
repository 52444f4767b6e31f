// Tests: a person's terminal in a workspace, through API, worker and agent.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { runningWorkspace, size, TerminalReader, untilReady } from "../support/workspace/terminal-world.ts";
import { agentAbove, killAgent, untilGone } from "../support/workspace/workspace-chats.ts";

let everturn: Everturn;
let workspace: string;

before(async () => {
  everturn = await startEverturn({ env: { EVERTURN_TERMINALS_PER_WORKSPACE_MAX: "4" } });
  workspace = await runningWorkspace(everturn);
});
after(() => everturn.stop());

const ofWorkspace = ({ id }: TerminalReader) => ({ workspace_id: workspace, id });
const path = (id: string, what = "") => `/v1/workspaces/${workspace}/terminals/${id}${what}`;

test("W5 what is typed reaches a shell in the workspace's folder, and all readers see what it prints", async () => {
  const one = await TerminalReader.open(everturn, workspace);
  await one.type("echo $((6 * 7)) > answer; cat answer; pwd\r");
  await one.until(/\r42\r\n\S+\r\n/);
  const two = new TerminalReader(everturn, ofWorkspace(one));
  await two.until(/\r42\r\n/);
  await two.type("echo from $((1 + 1))\r");
  for (const reader of [one, two]) await reader.until(/from 2\r\n/);
  const files = await everturn.call<{ entries: { name: string }[] }>(
    "GET",
    `/v1/workspaces/${workspace}/files?path=.`,
  );
  assert.ok(files.entries.some(({ name }) => name === "answer"));
  assert.ok(!files.entries.some(({ name }) => name === ".bash_history"));
  await two.type("exit 3\r");
  for (const reader of [one, two]) {
    assert.deepEqual(await reader.end(), {
      reason: "exited",
      message: "The shell ended with exit code 3.",
      exit_code: 3,
    });
  }
});

test("W5 a reader that comes back goes on where it was, and nothing is doubled", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await reader.type("echo first $((1 + 1))\r");
  await reader.until(/first 2\r\n/);
  const { to } = reader.ranges.at(-1) ?? { to: 0 };
  const seen = reader.text;
  reader.leave();
  const again = new TerminalReader(everturn, ofWorkspace(reader), String(to));
  await again.type("echo second $((1 + 1)); exit\r");
  await again.end();
  assert.doesNotMatch(again.text, /first/);
  const whole = new TerminalReader(everturn, ofWorkspace(reader));
  await whole.end();
  assert.equal(whole.text, seen + again.text);
  assert.equal(whole.ranges[0]?.from, 0);
});

test("W5 a size that one window sets is told to the programs in it, and to the other windows", async () => {
  const one = await TerminalReader.open(everturn, workspace);
  const two = new TerminalReader(everturn, ofWorkspace(one));
  await everturn.call("POST", path(one.id, "/resize"), { cols: 57, rows: 19 });
  await one.type("until [ \"$(stty size)\" = '19 57' ]; do sleep 0.1; done; echo sized $((1 + 1))\r");
  await one.until(/sized 2\r\n/);
  for (const { terminal } of [one, two]) assert.deepEqual([terminal?.cols, terminal?.rows], [57, 19]);
  await everturn.call("DELETE", path(one.id));
  assert.equal((await two.end()).reason, "closed");
  for (const [method, what, body] of [
    ["POST", "/resize", size],
    ["POST", "/input", { text: "x" }],
  ] as const) {
    const { status, body: answer } = await everturn.answer(method, path(one.id, what), body);
    assert.deepEqual([status, answer.code], [409, "terminal_closed"]);
  }
});

test("W5 no more terminals are opened than a workspace may have, those that were closed are listed, and bad sizes are refused", async () => {
  const list = `/v1/workspaces/${workspace}/terminals`;
  const readers = [];
  for (let count = 0; count < 4; count++) readers.push(await TerminalReader.open(everturn, workspace));
  const refused = await everturn.answer("POST", list, size);
  assert.deepEqual([refused.status, refused.body.code], [409, "too_many"]);
  for (const { id } of readers) await everturn.call("DELETE", path(id));
  for (const reader of readers) assert.equal((await reader.end()).reason, "closed");
  const { items } = await everturn.call<{ items: { id: string; status: string }[] }>("GET", list);
  for (const { id } of readers) assert.equal(items.find((one) => one.id === id)?.status, "closed");
  for (const bad of [{ cols: 0, rows: 24 }, { cols: 80, rows: 1e6 }, { cols: 80 }]) {
    assert.equal((await everturn.answer("POST", list, bad)).status, 400);
  }
});

test("W5 a program that prints without end is stopped by Ctrl-C, and what nobody could read is left out with a mark", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await reader.type("yes flood\r");
  await soon("something is left out", () => reader.ranges.some(({ skipped }) => skipped > 0));
  await reader.type("\u0003");
  await reader.type("echo calm $((1 + 1)); exit\r");
  await reader.end();
  assert.match(reader.text, /calm 2\r\n/);
  const { rows } = await everturn.pool.query<{ bytes: number }>(
    "select sum(octet_length(bytes)) as bytes from terminal_output where terminal_id = $1",
    [reader.id],
  );
  assert.ok((rows[0]?.bytes ?? 0) <= 300 * 1024, String(rows[0]?.bytes));
});

test("W5 Ctrl-Space, wide characters and a long paste arrive as they were typed", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await reader.type("stty raw -echo; echo raw; head -c 6 | od -An -tx1; stty sane; echo done $((1 + 1))\r");
  await reader.until(/\rraw\n/);
  await reader.type("\u0000é€");
  await reader.until(/00 c3 a9 e2 82 ac/);
  await reader.until(/done 2/);
  await reader.type("stty -echo; echo go; cat > pasted; stty echo; wc -c < pasted\r");
  // From here on its line is as programs find it. Echoes would mix with what they print.
  await reader.until(/\rgo\r\n/);
  const line = `${"x".repeat(79)}\r`;
  await reader.type(line.repeat(500));
  await reader.type("\u0004");
  await reader.until(/\r40000\r\n|\n40000\r\n/);
  const tooLong = await everturn.answer("POST", path(reader.id, "/input"), { text: "x".repeat(65 * 1024) });
  assert.equal(tooLong.status, 400);
  await everturn.call("DELETE", path(reader.id));
  await reader.end();
});

test("W5 a terminal whose agent is silent can be closed all the same, and its shell ends when the agent is back", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await reader.type("sh -c 'echo marked; read -r marker_of_a_silent_agent'\r");
  await reader.until(/\rmarked\r\n/);
  const agent = agentAbove("marker_of_a_silent_agent");
  process.kill(agent, "SIGSTOP");
  try {
    await everturn.call("DELETE", path(reader.id));
    assert.equal((await reader.end()).reason, "closed");
  } finally {
    process.kill(agent, "SIGCONT");
  }
  await untilGone("marker_of_a_silent_agent");
});

test("W5 an agent that dies takes its shells along: the terminal says so, and another one can be opened", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await reader.type("sh -c 'echo marked; read -r marker_of_a_dead_agent'\r");
  await reader.until(/\rmarked\r\n/);
  killAgent("marker_of_a_dead_agent");
  assert.equal((await reader.end()).reason, "agent_lost");
  const other = await TerminalReader.open(everturn, workspace);
  await other.type("exit\r");
  assert.equal((await other.end()).exit_code, 0);
});

test("W5 a workspace that is stopped ends its terminals in words, opens none, and opens others when it runs again", async () => {
  const reader = await TerminalReader.open(everturn, workspace);
  await everturn.call("POST", `/v1/workspaces/${workspace}/stop`, {});
  assert.deepEqual(await reader.end(), {
    reason: "workspace_stopped",
    message: "The workspace was stopped.",
    exit_code: null,
  });
  const refused = await everturn.answer("POST", `/v1/workspaces/${workspace}/terminals`, size);
  assert.deepEqual([refused.status, refused.body.code], [409, "workspace_not_running"]);
  await everturn.call("POST", `/v1/workspaces/${workspace}/start`, {});
  await untilReady(everturn, workspace);
  const other = await TerminalReader.open(everturn, workspace);
  await everturn.call("DELETE", `/v1/workspaces/${workspace}`);
  await soon("the workspace and its terminals are gone", async () => {
    const { rows } = await everturn.pool.query("select from workspace_terminals");
    return rows.length === 0;
  });
  other.leave();
});
