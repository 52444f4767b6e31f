// Tests: what a worker does for a terminal whose agent is slow, full, or lies.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { v7 as uuidv7 } from "uuid";
import type { Attendance } from "../../../activities/chat-workspace/terminal/attendance.ts";
import { followOutput } from "../../../activities/chat-workspace/terminal/follow-output.ts";
import { heedWishes } from "../../../activities/chat-workspace/terminal/heed-wishes.ts";
import { pauseMs } from "../../../activities/chat-workspace/terminal/terminal-limits.ts";
import { createPool, type Pool } from "../../../store/database.ts";
import { holdTerminal } from "../../../store/workspace/terminal/attend-terminal.ts";
import { addTerminalInput } from "../../../store/workspace/terminal/terminal-bytes.ts";
import { readTerminal, wantClosed } from "../../../store/workspace/terminal/terminals.ts";
import { AgentError, type Processes } from "../../../workspaces/agent/api.ts";
import { createTestDatabase, type TestDatabase } from "../../support/database.ts";
import { createMemoryNetwork } from "../../support/memory-bus.ts";
import { soon } from "../../support/soon.ts";

const owner = "00000000-0000-7000-8000-000000000001";
const bus = createMemoryNetwork().open();
let database: TestDatabase;
let pool: Pool;
let workspace: string;
let terminal: string;
let leave: AbortController;

before(async () => {
  database = await createTestDatabase();
  pool = createPool(database.url, 4);
  await pool.query("insert into users (id, name, role) values ($1, 'one', 'member') on conflict do nothing", [
    owner,
  ]);
});
after(async () => {
  await pool.end();
  await database.drop();
});
beforeEach(async () => {
  [workspace, terminal, leave] = [uuidv7(), uuidv7(), new AbortController()];
  await pool.query(
    `insert into workspaces (id, owner_id, name, template, plan, driver, status, wish)
     values ($1, $2, $3, 'blank', '{}', 'local', 'running', 'running')`,
    [workspace, owner, workspace],
  );
  await pool.query("insert into workspace_terminals (id, workspace_id, cols, rows) values ($1, $2, 80, 24)", [
    terminal,
    workspace,
  ]);
});

/** Attended through an agent that does these. */
async function attendance(processes: Partial<Processes>): Promise<Attendance> {
  const held = await holdTerminal(pool, terminal);
  assert.ok(held);
  const idle = { resize: async () => undefined, signal: async () => undefined };
  const deps = { store: { pool }, bus, terminalIdleMs: 600_000 };
  const agent = { processes: { ...idle, ...processes } };
  return { deps, held, agent, key: "t", signal: leave.signal, ending: null } as unknown as Attendance;
}

const ring = () => bus.publish({ type: "terminal", terminal_id: terminal, to: "worker" });
async function type(text: string): Promise<boolean> {
  const isAdded = await addTerminalInput(pool, terminal, Buffer.from(text));
  ring();
  return isAdded;
}

test("W5 what a shell has no room for is neither lost nor overtaken, and who types more is told to wait", async () => {
  let isFull = true;
  let tries = 0;
  const given: string[] = [];
  const writeInput: Processes["writeInput"] = async ({ text }) => {
    tries += 1;
    if (isFull) throw new AgentError("bad_request", "The process does not read its input: 1 MiB is waiting.");
    given.push(text);
    return undefined as never;
  };
  const heeding = heedWishes(await attendance({ writeInput })).catch(() => undefined);
  assert.equal(await type("one "), true);
  await soon("it is tried", () => tries > 0);
  const block = "x".repeat(64 * 1024);
  const added = [];
  for (let count = 0; count < 5; count++) added.push(await type(block));
  assert.deepEqual(added, [true, true, true, true, false]);
  isFull = false;
  ring();
  await soon("all is given", () => given.length > 0 && given.join("").length > block.length);
  assert.equal(given.join(""), `one ${block.repeat(4)}`);
  leave.abort();
  await heeding;
});

test("X8 W5 what was taken of the input is given although the database is away for what is asked beside it", async () => {
  const given: string[] = [];
  const writeInput: Processes["writeInput"] = async ({ text }) => {
    given.push(text);
    return undefined as never;
  };
  const attended = await attendance({ writeInput });
  const away = Object.assign(new Error("gone"), { code: "ECONNRESET" });
  const query = (text: string, values: unknown[]) =>
    text.includes("close_wanted") ? Promise.reject(away) : pool.query(text, values);
  const deps = { ...attended.deps, store: { pool: { query } } } as unknown as Attendance["deps"];
  await type("kept");
  await assert.rejects(heedWishes({ ...attended, deps }), away);
  assert.deepEqual(given, ["kept"]);
});

test("W5 a terminal is closed although its agent says that the shell goes on", async () => {
  const signals: string[] = [];
  const signal: Processes["signal"] = async (asked) => {
    signals.push(asked.signal);
    return undefined as never;
  };
  const heeding = heedWishes(await attendance({ signal }));
  await wantClosed(pool, terminal);
  ring();
  await heeding;
  assert.deepEqual(signals, ["SIGHUP", "SIGKILL"]);
  const row = await readTerminal(pool, workspace, terminal);
  assert.deepEqual([row?.status, row?.end_reason], ["closed", "closed"]);
});

test("W5 an agent that answers at once, with little or nothing, is not asked without pause", async () => {
  const looks = 12;
  let asked = 0;
  const output = async ({ offset }: { offset: number }) => {
    asked += 1;
    const isOver = asked === looks;
    const bytes = Buffer.alloc(asked % 2 === 0 || isOver ? 0 : 1);
    const process = { state: isOver ? "exited" : "running", output_bytes: offset };
    return { offset, bytes, process } as never;
  };
  const began = performance.now();
  await followOutput(await attendance({ output }));
  assert.equal(asked, looks);
  // The first two follow each other at once.
  assert.ok(performance.now() - began >= (looks - 3) * (pauseMs - 1), String(performance.now() - began));
});
