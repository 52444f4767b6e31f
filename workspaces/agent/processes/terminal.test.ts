// Tests: commands in terminals, with the real programs of the system.
import assert from "node:assert/strict";
import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { journalLimits } from "../agent-limits.ts";
import type { Processes } from "../api.ts";
import { Journal } from "../journal.ts";
import { openProcesses } from "./open-processes.ts";
import { createProcesses } from "./processes.ts";
import { inTerminal, terminalEnvironment, terminalNumber } from "./terminal.ts";

const never = new AbortController().signal;
const size = { cols: 91, rows: 17 };

async function open(t: TestContext, env: Readonly<Record<string, string>> = {}): Promise<Processes> {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "terminal-")));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const log = () => undefined;
  const journal = Journal.open(folder, journalLimits, log);
  const base = { PATH: process.env["PATH"] ?? "", HOME: folder, PAGER: "cat", CI: "true", ...env };
  const table = await openProcesses({ root: folder, stateFolder: folder, env: base, journal, log });
  t.after(async () => {
    await table.close();
    journal.close();
  });
  return createProcesses(table);
}

/** Longer than any machine takes: a command that never says it must not hang the tests. */
const waitMaxMs = 60_000;

/** Follows the output until it holds `words`; then what there is of it. */
async function until(processes: Processes, key: string, words: RegExp): Promise<string> {
  let text = "";
  const late = AbortSignal.timeout(waitMaxMs);
  for await (const event of processes.follow({ key, offset: 0 }, late)) {
    if (event.type === "ended") break;
    text += Buffer.from(event.bytes).toString("latin1");
    if (words.test(text)) return text;
  }
  throw new Error(`the output ends without ${words.source}: ${text}`);
}

test("W5 a command gets a terminal of the size asked for, an environment for people, and passes on its exit code", async (t) => {
  const processes = await open(t, { PAGER: "less" });
  const command = `test -t 0 && test -t 1 && stty size && echo "$TERM <$PAGER> <$CI> it's"; exit 7`;
  await processes.start({ key: "t", command, terminal: size }, never);
  let text = "";
  for await (const event of processes.follow({ key: "t", offset: 0 }, never)) {
    if (event.type === "output") text += Buffer.from(event.bytes).toString();
    else assert.equal(event.process.exit_code, 7);
  }
  assert.equal(text, "17 91\r\nxterm-256color <less> <> it's\r\n");
});

test("W5 a shell is typed into, hears Ctrl-C, and is told of each new size", async (t) => {
  const processes = await open(t);
  // A trap runs when the line has been read at the latest, whether or not the shell was at its `read` when the size changed.
  const command =
    "trap 'echo told' WINCH; echo ready; for i in 1 2 3 4; do read -r line && break; done; echo \"<$line> $(stty size)\"; cat";
  await processes.start({ key: "t", command, terminal: size }, never);
  await until(processes, "t", /ready/);
  await processes.resize({ key: "t", cols: 40, rows: 12 }, never);
  await processes.writeInput({ key: "t", text: "hällo\r" }, never);
  const text = await until(processes, "t", /<h\u00c3\u00a4llo> 12 40/);
  assert.match(text, /told/);
  await processes.writeInput({ key: "t", text: "\u0003" }, never);
  const ended = await processes.output({ key: "t", offset: 1_000_000, wait_ms: 20_000 }, never);
  assert.notEqual(ended.process.state, "running");
});

test("W5 a terminal started again under its key is the same one, whatever size it is asked for; another process has none", async (t) => {
  const processes = await open(t);
  const first = await processes.start({ key: "t", command: "cat", terminal: size }, never);
  const again = await processes.start({ key: "t", command: "cat", terminal: { cols: 5, rows: 5 } }, never);
  assert.deepEqual([again.created, again.process.pid], [false, first.process.pid]);
  await processes.start({ key: "plain", command: "cat", stdin: true }, never);
  const resized = processes.resize({ key: "plain", ...size }, never);
  await assert.rejects(resized, { code: "bad_request", message: "The process has no terminal." });
});

test("W5 hung up, a terminal ends with what runs in it", async (t) => {
  const processes = await open(t);
  await processes.start({ key: "t", command: "sh -c 'sleep 600 & sleep 600'", terminal: size }, never);
  await processes.resize({ key: "t", ...size }, never);
  await processes.signal({ key: "t", signal: "SIGHUP" }, never);
  const { process } = await processes.output({ key: "t", offset: 1_000_000, wait_ms: 20_000 }, never);
  assert.equal(process.state, "exited");
  const [listed] = await processes.list(never);
  assert.equal(listed?.survivors, 0);
});

test("W5 without the programs that make terminals, the error says which are missing, and nothing is run", async (t) => {
  const processes = await open(t, { PATH: "/nowhere" });
  const started = processes.start({ key: "t", command: "exit 0", terminal: size }, never);
  await assert.rejects(started, (error: { code: string; message: string; hint: string }) => {
    assert.equal(error.code, "no_terminal");
    assert.match(error.message, /script \(of util-linux\) and stty/);
    assert.match(error.hint, /bsdutils/);
    return true;
  });
  await assert.rejects(processes.get("t", never), { code: "process_not_found" });
});

test("the terminal of a process is read from its line in /proc, whatever its name is", () => {
  assert.equal(terminalNumber("7 (a) (b) S 1 7 7 34819 7 0"), 3);
  // Beyond 255 the number's upper bits stand above those of the kind.
  assert.equal(terminalNumber(`7 (sh) S 1 7 7 ${0x8800 | 0x2c | (1 << 20)} 7 0`), 0x12c);
  for (const other of ["7 (sh) S 1 7 7 0 -1 0", "7 (sh) S 1 7 7 1025 7 0", ""]) {
    assert.equal(terminalNumber(other), null);
  }
});

test("a command keeps its quotes in a terminal, and a template's own variables stay", () => {
  assert.match(inTerminal("echo 'a'", size), /^exec script -qfec '.*echo '\\''a'\\''' \/dev\/null$/);
  const env = terminalEnvironment({ CI: "true", PAGER: "most", HOME: "/w" }, "/bin/bash");
  assert.deepEqual(
    [env["CI"], env["PAGER"], env["HOME"], env["SHELL"]],
    [undefined, "most", "/w", "/bin/bash"],
  );
});
