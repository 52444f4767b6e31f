// The file tools through a real agent: daemon, wire and client in between.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { type TestContext, test } from "node:test";
import { fileURLToPath } from "node:url";
import { rgPath } from "@vscode/ripgrep";
import type { JsonObject } from "../../core/part/part.ts";
import {
  aProject,
  assertNothingLeaked,
  type ProjectFixture,
  textOf,
  workspaceOf,
} from "../../tools/files/files-fixture.ts";
import type { ToolOutput } from "../../tools/tool.ts";
import { openAgent } from "../../workspaces/client/agent-client.ts";

const agentPath = fileURLToPath(new URL("../../workspaces/agent/main.ts", import.meta.url));
const token = "a-token-for-tests";

/** A workspace without a tool in between. */
async function anAgent(t: TestContext) {
  const { root } = aProject(t);
  return { agent: await openAgentAt(t, root), root };
}

async function openAgentAt(t: TestContext, root: string) {
  const base = path.dirname(root);
  const socketPath = path.join(base, "agent.sock");
  const places = ["--root", root, "--state", path.join(base, "state"), "--socket", socketPath];
  const daemon = spawn(process.execPath, [agentPath, ...places, "--rg", rgPath], {
    stdio: ["pipe", "ignore", "pipe"],
  });
  daemon.stdin.end(token);
  const ended = once(daemon, "exit");
  const agent = openAgent({ kind: "unix", path: socketPath, token });
  t.after(async () => {
    agent.close();
    daemon.kill("SIGTERM");
    await ended;
  });
  // Its first line says that it listens.
  await once(daemon.stderr, "data");
  return agent;
}

/** Calls tools in a workspace whose agent is a process of its own; the last argument is the tool call's id. */
async function anAgentAt(t: TestContext, project: ProjectFixture) {
  const agent = await openAgentAt(t, project.root);
  const workspace = { ...workspaceOf(agent.files), agent: () => Promise.resolve(agent) };
  return (tool: string, args: JsonObject, toolCallId = "call-1"): Promise<ToolOutput> =>
    project.callInWorkspace(tool, args, { workspace, toolCallId });
}

test("W1 file tools work through the agent as they do at home", async (t) => {
  const project = aProject(t);
  const call = await anAgentAt(t, project);
  const written = await call("write_file", { path: "src/a.ts", content: "one\ntwo\n" }, "write-1");
  assert.deepEqual(written.result, { path: "src/a.ts", bytes: 8, created: true });
  const edits = [{ search: "two", replace: "2" }];
  const edited = await call("edit_files", { files: [{ path: "src/a.ts", edits }] }, "edit-1");
  assert.deepEqual(edited.result, { files: [{ path: "src/a.ts", replacements: 1, bytes: 6 }] });
  const views: readonly [tool: string, args: JsonObject][] = [
    ["read_file", { path: "src/a.ts", offset: 2 }],
    ["view_file", { path: "src/a.ts" }],
    ["list_dir", { path: "src" }],
    ["grep", { pattern: "ONE", ignore_case: true, glob: "*.ts" }],
    ["find_files", { pattern: "*.ts" }],
    ["read_file", { path: "src/b.ts" }],
    ["edit_files", { files: [{ path: "src/a.ts", edits: [{ search: "tow", replace: "" }] }] }],
  ];
  for (const [tool, args] of views) {
    assert.deepEqual(await call(tool, args), await project.callInWorkspace(tool, args), tool);
  }
});

test("W5 bytes that are written again under their key are not written again, and other bytes are refused", async (t) => {
  const { agent, root } = await anAgent(t);
  const { signal } = new AbortController();
  const write = (...bytes: number[]) =>
    agent.files.writeBytes({ key: "k", path: "ä b/x.bin", bytes: Buffer.from(bytes) }, signal);
  const first = await write(0, 255, 10);
  assert.deepEqual(first, { path: "ä b/x.bin", bytes: 3, created: true });
  appendFileSync(path.join(root, "ä b/x.bin"), "added since");
  assert.deepEqual(await write(0, 255, 10), first);
  assert.equal(readFileSync(path.join(root, "ä b/x.bin"), "latin1"), "\0\xff\nadded since");
  await assert.rejects(write(0), { code: "key_conflict" });
});

test("W5 a change that is asked for again under its id is answered again, and not made again", async (t) => {
  const project = aProject(t, { "log.txt": "begin\n" });
  const call = await anAgentAt(t, project);
  const edits = [{ search: "begin\n", replace: "begin\nonce\n" }];
  const edit = () => call("edit_files", { files: [{ path: "log.txt", edits }] }, "edit-1");
  const write = () => call("write_file", { path: "new.txt", content: "first\n" }, "write-1");
  const first = [await edit(), await write()];
  appendFileSync(path.join(project.root, "new.txt"), "added since\n");
  assert.deepEqual([await edit(), await write()], first);
  assert.equal(readFileSync(path.join(project.root, "log.txt"), "utf8"), "begin\nonce\n");
  assert.equal(readFileSync(path.join(project.root, "new.txt"), "utf8"), "first\nadded since\n");
});

test("W7 nothing outside comes back over the wire, nor changes", async (t) => {
  const project = aProject(t, { "a.txt": "inside\n" });
  symlinkSync(project.outside, path.join(project.root, "out"));
  const call = await anAgentAt(t, project);
  for (const [at, asked] of ["../project-neighbour/secret.txt", "out/secret.txt", "/etc/passwd"].entries()) {
    const calls: readonly [tool: string, args: JsonObject][] = [
      ["read_file", { path: asked }],
      ["view_file", { path: asked }],
      ["list_dir", { path: asked }],
      ["grep", { path: asked, pattern: "." }],
      ["find_files", { path: asked, pattern: "**" }],
      ["write_file", { path: asked, content: "taken" }],
      ["edit_files", { files: [{ path: asked, edits: [{ search: "o", replace: "taken" }] }] }],
    ];
    for (const [tool, args] of calls) {
      const { result } = await call(tool, args, `${tool}-${at}`);
      assertNothingLeaked(result, project, tool);
      assert.match(textOf(result, "error"), /leads out of the workspace/);
    }
  }
});

test("W5 a model is shown a command's output as a terminal shows it, of any page as of the whole", async (t) => {
  const call = await anAgentAt(t, aProject(t));
  const progress = (what: string) =>
    `for i in 1 2 3; do printf '\\r\\033[K\\033[32m${what} %d\\033[0m' $i; done; echo`;
  const command = `${progress("fetch")}; printf 'error: caf\\351\\r\\n'; ${progress("build")}`;
  const { result } = await call("execute", { command }, "run-1");
  const shown = "fetch 3\nerror: caf\\xE9\nbuild 3\n";
  assert.deepEqual([result["output"], result["truncated"]], [shown, false]);
  assert.match(textOf(result, "note"), /not UTF-8 .* \\xHH/);
  const page = await call("process_output", { process_id: "run-1" });
  assert.equal(page.result["output"], shown);
  assert.equal(page.result["next_offset"], page.result["output_bytes"]);
});
