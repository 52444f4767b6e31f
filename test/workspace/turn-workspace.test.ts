// Tests: turns that work in a workspace.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Message } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, storedMessages, textOf } from "../support/turn/settled.ts";
import {
  assertCounted,
  counting,
  killAgent,
  onlyResult,
  resultsOf,
  run,
  textIn,
  untilGone,
  untilShown,
  workspaceChat,
  workspaceOf,
} from "../support/workspace/workspace-chats.ts";

const SLOW = `title: Slow
description: Takes its time.
image: debian:bookworm
build: ["echo building slowly; sleep 600 # building-slowly"]
`;

const templates = mkdtempSync(join(tmpdir(), "everturn-templates-"));
let everturn: Everturn;
before(async () => {
  cpSync(new URL("../../templates/blank", import.meta.url), join(templates, "blank"), { recursive: true });
  mkdirSync(join(templates, "slow"));
  writeFileSync(join(templates, "slow", "template.yaml"), SLOW);
  everturn = await startEverturn({ env: { EVERTURN_TEMPLATES_DIR: templates } });
});
after(async () => {
  await everturn.stop();
  rmSync(templates, { recursive: true });
});

async function played(steps: readonly ScriptStepWithAttempts[], key: string): Promise<Message[]> {
  const { chat, reader } = await workspaceChat(everturn, steps, key);
  await reader.untilIdle();
  return assertSettled(everturn, chat.id, [reader]);
}

function call(name: string, args: Record<string, unknown> = {}) {
  return { name, args } as const;
}

test("W1 W6 files are written, edited, read, listed and searched in the workspace", async () => {
  const edits = [{ search: "two", replace: "zwei" }];
  const stored = await played(
    [
      { tool_calls: [call("write_file", { path: "src/a.txt", content: "one\ntwo\nthree\n" })] },
      { tool_calls: [call("edit_files", { files: [{ path: "src/a.txt", edits }] })] },
      {
        tool_calls: [
          call("read_file", { path: "src/a.txt" }),
          call("view_file", { path: "src/a.txt", start_line: 2, end_line: 2 }),
          call("list_dir", { path: "src" }),
          call("grep", { pattern: "zwei" }),
          call("find_files", { pattern: "*.txt" }),
        ],
      },
    ],
    "files",
  );
  const faults = stored.flatMap(({ content }) =>
    content.filter((part) => part.type === "tool-result" && part.is_error),
  );
  assert.deepEqual(faults, []);
  assert.equal(onlyResult(stored, "read_file")["content"], "1\tone\n2\tzwei\n3\tthree");
  assert.equal(onlyResult(stored, "view_file")["content"], "2\tzwei");
  assert.deepEqual(onlyResult(stored, "list_dir")["entries"], [{ name: "a.txt", type: "file", size: 15 }]);
  assert.deepEqual(onlyResult(stored, "grep")["matches"], [{ path: "src/a.txt", line: 2, text: "zwei" }]);
  assert.deepEqual(onlyResult(stored, "find_files")["paths"], ["src/a.txt"]);
});

test("W5 the result of a command has its exit code and its output", async () => {
  const stored = await played([run("echo out; echo err >&2; exit 3")], "exit-code");
  const result = onlyResult(stored, "execute");
  const { exit_code, running, is_error } = result;
  assert.deepEqual(
    { exit_code, running, is_error, lines: textIn(result, "output").trim().split("\n").toSorted() },
    { exit_code: 3, running: false, is_error: false, lines: ["err", "out"] },
  );
});

test("L8 W5 output of megabytes comes as head and tail, saying where the rest is, which process_output has", async () => {
  const { chat, reader } = await workspaceChat(everturn, [run("seq 1 400000")], "huge");
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const result = onlyResult(stored, "execute");
  const output = textIn(result, "output");
  assert.equal(result["truncated"], true);
  assert.ok(output.startsWith("1\n2\n3\n") && output.endsWith("399999\n400000\n"), output.slice(0, 50));
  const offset = Number(/bytes cut; process_output .*"offset": (\d+)/.exec(output)?.[1]);
  const id = textIn(result, "process_id");
  const next = script({ tool_calls: [call("process_output", { process_id: id, offset })] }, "huge-2");
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: next });
  await reader.until(
    "it is read on",
    ({ messages, status }) => status === "waiting" && resultsOf(messages, "process_output").length > 0,
  );
  const page = onlyResult(await storedMessages(everturn, chat.id), "process_output");
  const before = output.slice(0, output.indexOf("\n[…"));
  const whole = Array.from({ length: 400_000 }, (_, index) => `${index + 1}\n`).join("");
  assert.ok(whole.startsWith(before + textIn(page, "output")), "the page goes on where the head ended");
});

test("W5 a command that takes longer goes on in the background, and is followed, listed and ended by its process_id", async () => {
  const marker = "counting-background";
  const { chat, reader } = await workspaceChat(everturn, [counting(marker, { timeout_ms: 300 })], marker);
  await reader.untilIdle();
  const first = onlyResult(await assertSettled(everturn, chat.id, [reader]), "execute");
  assert.equal(first["running"], true);
  assert.equal(first["exit_code"], null);
  const process_id = textIn(first, "process_id");
  const steps = [
    { tool_calls: [call("process_output", { process_id, wait_ms: 10_000 }), call("process_list")] },
    { tool_calls: [call("process_signal", { process_id, signal: "SIGTERM" })] },
    { tool_calls: [call("process_output", { process_id, offset: 0, wait_ms: 10_000 })] },
  ];
  await everturn.call("POST", `/v1/chats/${chat.id}/messages`, { content: script(steps, `${marker}-2`) });
  await reader.until(
    "it is ended",
    ({ messages, status }) => status === "waiting" && resultsOf(messages, "process_output").length === 2,
  );
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const [following] = resultsOf(stored, "process_output");
  assert.ok(assertCounted(textIn(following?.result as JsonObject, "output")) > 0);
  const { processes } = onlyResult(stored, "process_list") as unknown as {
    processes: { process_id: string; state: string }[];
  };
  assert.deepEqual(
    processes.map(({ process_id: id, state }) => [id, state]),
    [[process_id, "running"]],
  );
  assert.equal(onlyResult(stored, "process_signal").is_error, false);
  await untilGone(marker);
});

test("I2 an interrupt ends the running command's whole process group, and its result says so and keeps the output", async () => {
  const marker = "counting-interrupt";
  const { chat, reader } = await workspaceChat(everturn, [counting(marker)], marker);
  await untilShown(reader, "line 3");
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  const result = onlyResult(await assertSettled(everturn, chat.id, [reader]), "execute");
  assert.equal(result.is_error, true);
  assert.match(textIn(result, "error"), /interrupted/);
  assert.ok(assertCounted(textIn(result, "output")) >= 3);
  await untilGone(marker);
});

test("I2 a command that ignores SIGTERM is killed", async () => {
  const marker = "counting-stubborn";
  const stubborn = run(`trap '' TERM; : ${marker}; while :; do echo "line 1"; sleep 0.1; done`);
  const { chat, reader } = await workspaceChat(everturn, [stubborn], marker);
  await untilShown(reader, "line 1");
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  const result = onlyResult(await assertSettled(everturn, chat.id, [reader]), "execute");
  assert.equal(result["signal"], "SIGKILL");
  await untilGone(marker);
});

test("a chat deleted while its command runs takes the command along, and what that has started", async () => {
  const marker = "counting-chat-deleted";
  const hidden = `env -i setsid sh -c ': ${marker}; sleep 600' & while :; do echo "line 1"; sleep 0.1; done`;
  const { chat, reader } = await workspaceChat(everturn, [run(hidden)], marker);
  await untilShown(reader, "line 1");
  await everturn.call("DELETE", `/v1/chats/${chat.id}`);
  await untilGone(marker);
});

test("E1 an edit while a command runs ends it and goes another way", async () => {
  const marker = "counting-edit";
  const { chat, reader } = await workspaceChat(everturn, [counting(marker)], marker);
  await untilShown(reader, "line 3");
  const [first] = await storedMessages(everturn, chat.id);
  await everturn.call("PATCH", `/v1/chats/${chat.id}/messages/${first?.id}`, {
    content: script({ text: "other" }),
  });
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(textOf(stored.at(-1) as Message), "other");
  await untilGone(marker);
});

test("W2 two turns and three parallel calls that ask for a workspace get one", async () => {
  const create = call("create_workspace", { template: "blank", name: "shared" });
  const stored = await played([{ tool_calls: [create, create, create] }], "one-workspace");
  const results = resultsOf(stored, "create_workspace").map(
    ({ result }) => result as Record<string, unknown>,
  );
  assert.equal(results.length, 4);
  assert.equal(new Set(results.map((result) => result["workspace_id"])).size, 1);
  assert.equal(results.filter((result) => result["created"] === true).length, 1);
  assert.ok(results.every((result) => result["agent_status"] === "ready"));
});

test("W9 a stopped workspace names start_workspace; started again it has its files", async () => {
  const stored = await played(
    [
      { tool_calls: [call("write_file", { path: "kept.txt", content: "still here" })] },
      { tool_calls: [call("stop_workspace")] },
      run("cat kept.txt", { cwd: "." }),
      { tool_calls: [call("start_workspace")] },
      { tool_calls: [call("read_file", { path: "kept.txt" })] },
    ],
    "stop-start",
  );
  const refused = onlyResult(stored, "execute");
  assert.equal(refused.is_error, true);
  assert.match(JSON.stringify(refused), /start_workspace/);
  assert.equal(onlyResult(stored, "read_file")["content"], "1\tstill here");
});

test("W5 killed while a command runs, the agent is revived: the call says that the end is unknown, and the next one works", async () => {
  const marker = "counting-agent-killed";
  const { chat, reader } = await workspaceChat(everturn, [counting(marker), run("echo alive")], marker);
  await untilShown(reader, "line 3");
  killAgent(marker);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const [lost, alive] = resultsOf(stored, "execute");
  assert.equal(lost?.is_error, true);
  assert.match(JSON.stringify(lost?.result), /not known|unknown/);
  assert.equal(textIn(alive?.result as JsonObject, "output"), "alive\n");
});

test("W9 a workspace deleted under a running command: the call says so, and the turn goes on", async () => {
  const marker = "counting-deleted";
  const { chat, reader } = await workspaceChat(everturn, [counting(marker), { text: "I see." }], marker);
  await untilShown(reader, "line 3");
  await everturn.call("DELETE", `/v1/workspaces/${await workspaceOf(everturn, chat.id)}`);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(onlyResult(stored, "execute").is_error, true);
  assert.match(JSON.stringify(onlyResult(stored, "execute")), /workspace/);
  assert.equal(textOf(stored.at(-1) as Message), "I see.");
  await untilGone(marker);
});

test("W3 I2 an interrupt while its workspace is built cancels the build and leaves no half workspace", async () => {
  const slow = { tool_calls: [call("create_workspace", { template: "slow" })] };
  const chat = await everturn.createChat(script(slow, "cancel-build"));
  const reader = everturn.reader(chat.id);
  await untilShown(reader, "building slowly");
  const id = await workspaceOf(everturn, chat.id);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  assert.equal(onlyResult(stored, "create_workspace").is_error, true);
  await soon("the build is cancelled and nothing is left", async () => {
    const { body } = await everturn.answer("GET", `/v1/workspaces/${id}`);
    return body.build?.status === "cancelled" && body.status === "failed";
  });
  await untilGone("building-slowly");
});
