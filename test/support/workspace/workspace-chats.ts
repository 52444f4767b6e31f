// Tests: chats that work in a workspace, and what stands in its files, seen from outside.
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Chat, Message } from "../../../core/chat/message.ts";
import type { JsonObject, ToolResultPart } from "../../../core/part/part.ts";
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import { untilNoRun } from "../crash.ts";
import type { Everturn } from "../everturn.ts";
import type { ChatReader } from "../reader/chat-reader.ts";
import { soon } from "../soon.ts";
import { assertSettled, script } from "../turn/settled.ts";

export const BUILD: ScriptStepWithAttempts = {
  tool_calls: [{ name: "create_workspace", args: { template: "blank" } }],
};

/** A step that runs one command and waits for its end. */
export function run(command: string, more: JsonObject = {}): ScriptStepWithAttempts {
  return { tool_calls: [{ name: "execute", args: { command, timeout_ms: 600_000, ...more } }] };
}

/**
 * A step that says `line 1`, `line 2` …, to its output and into the file `log`, until the file `stop` is there. Its processes
 * are known by the marker.
 */
export function counting(marker: string, more: JsonObject = {}): ScriptStepWithAttempts {
  return run(
    `: ${marker}; i=0; while [ ! -e stop ]; do i=$((i+1)); echo "line $i" | tee -a log; sleep 0.1; done; echo "the end"`,
    more,
  );
}

export interface WorkspaceChat {
  readonly chat: Chat;
  readonly reader: ChatReader;
  /** Path of a file of the workspace on this machine. Only once the workspace is built. */
  path(name: string): Promise<string>;
}

/** A chat whose first message is the script: a workspace is built, then the steps are played. */
export async function workspaceChat(
  everturn: Everturn,
  steps: readonly ScriptStepWithAttempts[],
  key: string,
): Promise<WorkspaceChat> {
  const chat = await everturn.createChat(script([BUILD, ...steps], key));
  const reader = everturn.reader(chat.id);
  return {
    chat,
    reader,
    path: async (name) => join(everturn.workspacesDir, await workspaceOf(everturn, chat.id), "files", name),
  };
}

export async function workspaceOf(everturn: Everturn, chatId: string): Promise<string> {
  const { workspace_id } = await everturn.call<Chat>("GET", `/v1/chats/${chatId}`);
  assert.ok(workspace_id !== null, "the chat has a workspace");
  return workspace_id;
}

/** Output of running tools as the reader is shown it now. */
function shownOutput(reader: ChatReader): string {
  const slots = [...reader.view.previews].filter(([slot]) => slot !== "");
  const parts = slots.flatMap(([, preview]) => [...preview.content.values()]);
  return parts.map((part) => (part.type === "tool-output" ? part.text : "")).join("");
}

export async function untilShown(reader: ChatReader, text: string): Promise<void> {
  await reader.until(`“${text}” is shown`, () => shownOutput(reader).includes(text));
}

/** Lets a counting command end. */
export async function endCounting(workspace: WorkspaceChat): Promise<void> {
  writeFileSync(await workspace.path("stop"), "");
}

/** `line 1` to `line n`, once each and in order: the command ran once. */
export function assertCounted(text: string): number {
  const lines = text.split("\n").filter((line) => line.startsWith("line "));
  assert.deepEqual(
    lines,
    lines.map((_, index) => `line ${index + 1}`),
  );
  return lines.length;
}

export async function logOf(workspace: WorkspaceChat): Promise<string> {
  const file = await workspace.path("log");
  return existsSync(file) ? readFileSync(file, "utf8") : "";
}

/** Whether a process whose command line holds the marker lives on this machine, in whatever sandbox. */
function isRunning(marker: string): boolean {
  return readdirSync("/proc").some((pid) => /^\d+$/.test(pid) && commandLine(pid).includes(marker));
}

function commandLine(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8");
  } catch {
    // It ended while we looked.
    return "";
  }
}

/** SIGKILL to the agent that runs the process of the marker: the ancestor that is the agent's program. */
export function killAgent(marker: string): void {
  process.kill(agentAbove(marker), "SIGKILL");
}

/** The pid of the agent that has started what is called so. */
export function agentAbove(marker: string): number {
  let pid = readdirSync("/proc").find((one) => /^\d+$/.test(one) && commandLine(one).includes(marker));
  while (pid !== undefined && !commandLine(pid).includes("/opt/everturn/agent.mjs")) pid = parentOf(pid);
  assert.ok(pid !== undefined && Number(pid) > 1, "the agent is found");
  return Number(pid);
}

function parentOf(pid: string): string | undefined {
  return /^PPid:\s+(\d+)$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
}

export function untilGone(marker: string): Promise<boolean> {
  return soon(`no process of ${marker} is left`, () => !isRunning(marker));
}

/** Results of a tool in the stored messages, in order. */
export function resultsOf(stored: readonly Message[], tool: string): ToolResultPart[] {
  return stored.flatMap(({ content }) =>
    content.filter((part): part is ToolResultPart => part.type === "tool-result" && part.tool_name === tool),
  );
}

/** A field of a result that is to be text. */
export function textIn(result: JsonObject, name: string): string {
  const value = result[name];
  assert.equal(typeof value, "string", `${name} in ${JSON.stringify(result)}`);
  return value as string;
}

/** The only result of a tool, as an object. */
export function onlyResult(
  stored: readonly Message[],
  tool: string,
): JsonObject & { readonly is_error: boolean } {
  const results = resultsOf(stored, tool);
  assert.equal(results.length, 1, `one result of ${tool}`);
  const [{ result, is_error }] = results as [ToolResultPart];
  return { ...(result as JsonObject), is_error };
}

/** The counting command ran once, and everyone agrees about it: the file, the result and the reader. */
export async function assertRanOnce(on: Everturn, workspace: WorkspaceChat): Promise<void> {
  const { chat, reader } = workspace;
  await reader.untilIdle();
  const stored = await assertSettled(on, chat.id, [reader]);
  const result = onlyResult(stored, "execute");
  assert.equal(result["exit_code"], 0, JSON.stringify(result));
  assert.equal(result.is_error, false);
  const output = textIn(result, "output");
  const counted = assertCounted(output);
  assert.ok(counted >= 3 && output.endsWith("the end\n"), output);
  assert.equal(assertCounted(await logOf(workspace)), counted, "the file says what the result says");
  assert.equal(await untilNoRun(on, chat.id), "COMPLETED");
}
