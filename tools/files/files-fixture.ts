// For tests: a folder beside another one that must stay hidden, and tool calls in it, as a project folder or as a workspace.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { rgPath } from "@vscode/ripgrep";
import type { JsonObject } from "../../core/part/part.ts";
import type { AgentApi } from "../../workspaces/agent/api.ts";
import { createFiles } from "../../workspaces/agent/files/create-files.ts";
import { activeTools } from "../registry.ts";
import { runToolCall } from "../run-tool-call.ts";
import type { ToolContext, ToolOutput } from "../tool.ts";
import type { ChatWorkspace } from "../workspace/chat-workspace.ts";
import { projectFiles } from "./project-files.ts";

/** Stands in every file outside the project; a result that holds it has leaked. */
export const secretText = "outside-secret-4711";

export interface ProjectFixture {
  readonly root: string;
  /** A folder beside the project, with `secret.txt`, `folder/inner.txt` and `folder/outside-name.txt`. */
  readonly outside: string;
  readonly write: (name: string, content: string | Uint8Array) => void;
  /** Calls a tool of a chat bound to the folder as its project, read-only. */
  readonly call: (toolName: string, args: JsonObject, context?: Partial<ToolContext>) => Promise<ToolOutput>;
  /** Calls a tool of a chat whose workspace the folder is. */
  readonly callInWorkspace: (
    toolName: string,
    args: JsonObject,
    context?: Partial<ToolContext>,
  ) => Promise<ToolOutput>;
}

/** A field of a result that is to be text. */
export function textOf(result: JsonObject, name: string): string {
  const value = result[name];
  if (typeof value !== "string") throw new TypeError(`${name} is no text in ${JSON.stringify(result)}`);
  return value;
}

export function toolContext(changes: Partial<ToolContext> = {}): ToolContext {
  return {
    projectRoot: null,
    projectFiles: null,
    workspace: null,
    signal: new AbortController().signal,
    chatId: "chat-1",
    toolCallId: "call-1",
    emit: () => {},
    keepFile: ({ name }) => Promise.reject(new Error(`nothing keeps ${name} here`)),
    loadFile: (name) => Promise.reject(new Error(`no ${name} is here`)),
    ...changes,
  };
}

/** A workspace that is there, whose agent looks after the folder's files and has nothing else. */
export function workspaceAt(root: string): ChatWorkspace {
  return workspaceOf(createFiles({ root, rgPath }));
}

export function workspaceOf(files: AgentApi["files"]): ChatWorkspace {
  const none = (): never => assert.fail("file tools need nothing but files");
  const processes = new Proxy({} as AgentApi["processes"], { get: none });
  const others = { templates: none, template: none, create: none, start: none, stop: none, abandon: none };
  return { ...others, agent: () => Promise.resolve({ files, health: none, processes }) };
}

/** A project in a temporary folder that is removed after the test. */
export function aProject(context: TestContext, files: Readonly<Record<string, string>> = {}): ProjectFixture {
  const base = realpathSync(mkdtempSync(path.join(tmpdir(), "everturn-tools-")));
  context.after(() => rmSync(base, { recursive: true, force: true }));
  const root = path.join(base, "project");
  const outside = path.join(base, "project-neighbour");
  const writeBelow = (folder: string, name: string, content: string | Uint8Array): void => {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  };
  mkdirSync(root);
  writeBelow(outside, "secret.txt", `${secretText}\n`);
  writeBelow(outside, "folder/inner.txt", `${secretText}\n`);
  writeBelow(outside, "outside-name.txt", `${secretText}\n`);
  writeBelow(outside, "folder/outside-name.txt", `${secretText}\n`);
  for (const [name, content] of Object.entries(files)) writeBelow(root, name, content);
  const workspace = workspaceAt(root);
  const runIn =
    (place: Partial<ToolContext>, projectPath: string | null) =>
    (toolName: string, args: JsonObject, changes: Partial<ToolContext> = {}) => {
      const call = { tool_call_id: "call-1", tool_name: toolName, args };
      return runToolCall(call, activeTools({ projectPath }), toolContext({ ...place, ...changes }));
    };
  return {
    root,
    outside,
    write: (name, content) => writeBelow(root, name, content),
    call: runIn({ projectRoot: root, projectFiles: projectFiles(root) }, root),
    callInWorkspace: runIn({ workspace }, null),
  };
}

/** Fails when a result holds content or names of outside, or a path of the host. */
export function assertNothingLeaked(output: JsonObject, project: ProjectFixture, what: string): void {
  const found = JSON.stringify({ ...output, error: "" });
  for (const forbidden of [secretText, "outside-name", "inner.txt", "root:x:", path.dirname(project.root)]) {
    assert.ok(!found.includes(forbidden), `${what} leaked: ${found}`);
  }
  // The error repeats what was asked for; only what it adds is a leak.
  assert.ok(!JSON.stringify(output["error"] ?? "").includes(secretText), `${what} leaked by its error`);
}
