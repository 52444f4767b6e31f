import assert from "node:assert/strict";
import { existsSync, mkdirSync, readFileSync, symlinkSync } from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { rgPath } from "@vscode/ripgrep";
import { AgentError, type FileChanges, type FileViews } from "../../workspaces/agent/api.ts";
import { createFiles } from "../../workspaces/agent/files/create-files.ts";
import { contentBytesMax } from "../tool-limits.ts";
import { aProject, textOf, workspaceAt, workspaceOf } from "./files-fixture.ts";

test("W1 write_file makes a file and replaces it, and tells which", async (t) => {
  const project = aProject(t);
  const write = (content: string) => project.callInWorkspace("write_file", { path: "src/a.ts", content });
  assert.deepEqual(await write("héé"), {
    result: { path: "src/a.ts", bytes: 5, created: true },
    is_error: false,
  });
  assert.deepEqual((await write("x")).result, { path: "src/a.ts", bytes: 1, created: false });
  assert.equal(readFileSync(path.join(project.root, "src/a.ts"), "utf8"), "x");
});

test("W1 write_file takes at most 1 MiB, counted in bytes", async (t) => {
  const project = aProject(t);
  const write = (content: string) => project.callInWorkspace("write_file", { path: "a", content });
  assert.equal((await write("x".repeat(contentBytesMax))).is_error, false);
  const tooLong = await write("é".repeat(contentBytesMax / 2 + 1));
  assert.match(textOf(tooLong.result, "error"), /content: must have at most 1048576 bytes/);
});

test("W8 a chat bound to a project folder cannot change it, whatever tool is called", async (t) => {
  const project = aProject(t, { "a.txt": "x" });
  const { projectFiles } = await import("./project-files.ts");
  const bound = { workspace: workspaceAt(project.root), projectFiles: projectFiles(project.root) };
  const written = await project.callInWorkspace("write_file", { path: "b.txt", content: "x" }, bound);
  assert.deepEqual(written.result, { error: "The project folder is read-only." });
  assert.equal(existsSync(path.join(project.root, "b.txt")), false);
  assert.match(textOf((await project.call("write_file", {})).result, "error"), /no tool "write_file"/);
});

/** The files of a workspace whose agent behaves otherwise in one thing. */
function filesBut(root: string, changes: Partial<FileViews & FileChanges>): FileViews & FileChanges {
  return { ...createFiles({ root, rgPath }), ...changes };
}

test("W5 a change is asked for under the tool call's id, so that the agent makes it once", async (t) => {
  const project = aProject(t, { "a.txt": "one" });
  const keys: string[] = [];
  const real = createFiles({ root: project.root, rgPath });
  const files = filesBut(project.root, {
    writeFile: (args, signal) => (keys.push(args.key), real.writeFile(args, signal)),
    editFiles: (args, signal) => (keys.push(args.key), real.editFiles(args, signal)),
  });
  const context = { workspace: workspaceOf(files), toolCallId: "call-7" };
  await project.callInWorkspace("write_file", { path: "b.txt", content: "x" }, context);
  const edits = [{ search: "one", replace: "two" }];
  await project.callInWorkspace("edit_files", { files: [{ path: "a.txt", edits }] }, context);
  assert.deepEqual(keys, ["call-7", "call-7"]);
});

test("I2 a change that was interrupted says that its outcome is not known", async (t) => {
  const project = aProject(t);
  const interrupt = new AbortController();
  const files = filesBut(project.root, {
    writeFile: (_, signal) => {
      interrupt.abort();
      return Promise.reject(signal.reason as Error);
    },
  });
  const context = { workspace: workspaceOf(files), signal: interrupt.signal };
  const { result, is_error } = await project.callInWorkspace(
    "write_file",
    { path: "a", content: "" },
    context,
  );
  assert.equal(is_error, true);
  assert.match(textOf(result, "error"), /interrupted: whether the change was made is not known/);
});

test("W9 what the agent refuses reaches the model in the agent's words", async (t) => {
  const project = aProject(t);
  const refuse = () =>
    Promise.reject(
      new AgentError("outcome_unknown", "The agent died while it wrote.", "Read the file first."),
    );
  const context = { workspace: workspaceOf(filesBut(project.root, { writeFile: refuse })) };
  const { result } = await project.callInWorkspace("write_file", { path: "a", content: "" }, context);
  assert.deepEqual(result, { error: "The agent died while it wrote.", hint: "Read the file first." });
});

test("C6 in plan mode neither tool that writes follows a link", async (t) => {
  const project = aProject(t, { "src/a.md": "old" });
  mkdirSync(path.join(project.root, ".everturn"));
  symlinkSync("../src", path.join(project.root, ".everturn/plans"));
  const edits = [{ search: "old", replace: "new" }];
  const calls = [
    ["write_file", { path: ".everturn/plans/a.md", content: "new" }],
    ["edit_files", { files: [{ path: ".everturn/plans/a.md", edits }] }],
  ] as const;
  const own = () => ({ workspace: workspaceOf(createFiles({ root: project.root, rgPath })) });
  for (const [name, args] of calls) {
    const { result } = await project.callInWorkspace(name, args, { ...own(), isPlanning: true });
    assert.match(textOf(result, "error"), /leads through the link "\.everturn\/plans"/);
  }
  assert.equal(readFileSync(path.join(project.root, "src/a.md"), "utf8"), "old");
  for (const [name, args] of calls.toReversed()) {
    assert.equal((await project.callInWorkspace(name, args, own())).is_error, false, "else it is followed");
  }
});
