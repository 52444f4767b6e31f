// Tests: instructions and skills of workspaces: made in mid-turn, changed by tools, and out of reach.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { findProcesses } from "../../workspaces/drivers/local/find-processes.ts";
import { placesOf } from "../../workspaces/drivers/local/place/workspace-place.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, storedMessages } from "../support/turn/settled.ts";
import { workspaceOf } from "../support/workspace/workspace-chats.ts";

const templates = mkdtempSync(join(tmpdir(), "everturn-templates-"));
let everturn: Everturn;
before(async () => {
  cpSync(new URL("../../templates/blank", import.meta.url), join(templates, "guided"), { recursive: true });
  const files = join(templates, "guided", "files");
  mkdirSync(join(files, ".agents", "skills", "lint"), { recursive: true });
  mkdirSync(join(files, ".everturn"));
  writeFileSync(join(files, "AGENTS.md"), "rules of the workspace");
  writeFileSync(join(files, ".everturn", "AGENTS.md"), "rules of the home");
  const skill = "---\nname: lint\ndescription: Lints.\n---\nLint it all.";
  writeFileSync(join(files, ".agents", "skills", "lint", "SKILL.md"), skill);
  everturn = await startEverturn({ env: { EVERTURN_TEMPLATES_DIR: templates } });
});
after(async () => {
  await everturn.stop();
  rmSync(templates, { recursive: true });
});

const BUILD: ScriptStepWithAttempts = {
  tool_calls: [{ name: "create_workspace", args: { template: "guided" } }],
};
const call = (name: string, args: Record<string, unknown>): ScriptStepWithAttempts => ({
  tool_calls: [{ name, args }],
});

async function settled(chatId: string): Promise<void> {
  const reader = everturn.reader(chatId);
  await reader.untilIdle();
  await assertSettled(everturn, chatId, [reader]);
}

async function send(chatId: string, steps: readonly ScriptStepWithAttempts[]): Promise<string[]> {
  const key = randomUUID();
  await everturn.call("POST", `/v1/chats/${chatId}/messages`, { content: script(steps, key) });
  await settled(chatId);
  return prompts(key);
}

const read = (chatId: string) => everturn.call<Chat>("GET", `/v1/chats/${chatId}`);
const refresh = (chatId: string) => everturn.call<Chat>("POST", `/v1/chats/${chatId}/refresh-context`);

function prompts(key: string): string[] {
  return everturn.model.requests(key).map(({ body }) => JSON.stringify(body));
}

test("C1 C2 C3 a workspace made in mid-turn gives its instructions before the next call, and what a tool changes marks the chat", async () => {
  const key = randomUUID();
  const chat = await everturn.createChat(
    script([BUILD, call("read_skill", { name: "lint" }), { text: "done" }], key),
  );
  await settled(chat.id);
  const [first = "", second = "", third = ""] = prompts(key);
  assert.ok(!first.includes("everturn-context"));
  assert.match(second, /rules of the workspace.*rules of the home.*- lint: Lints\./);
  assert.ok(third.includes("Lint it all."));
  assert.equal((await read(chat.id)).context_dirty, false);
  await send(chat.id, [call("write_file", { path: "notes.txt", content: "any" }), { text: "done" }]);
  assert.equal((await read(chat.id)).context_dirty, false);
  const edits = [{ search: "rules of", replace: "new rules of" }];
  await send(chat.id, [call("edit_files", { files: [{ path: "./AGENTS.md", edits }] }), { text: "done" }]);
  await soon("the written file marks the chat", async () => (await read(chat.id)).context_dirty);
  await refresh(chat.id);
  const [after = ""] = await send(chat.id, [{ text: "seen" }]);
  assert.match(after, /"[^]*rules of the workspace[^]*new rules of the workspace/);
  assert.equal((await read(chat.id)).context_dirty, false);
  const shown = JSON.stringify(await storedMessages(everturn, chat.id));
  assert.ok(!shown.includes("rules of the home"), "people see none of it");
});

test("C1 L3 an agent that hangs, or a workspace that is stopped, costs the turn only the reading: the last known text stays, and the next turn tries again", async () => {
  const chat = await everturn.createChat(script([BUILD, { text: "done" }]));
  await settled(chat.id);
  const id = await workspaceOf(everturn, chat.id);
  const place = placesOf(everturn.workspacesDir).of(id);
  const agents = (await findProcesses(place)).filter(({ kind }) => kind === "agent");
  assert.ok(agents.length > 0);
  for (const { pid } of agents) process.kill(pid, "SIGSTOP");
  await refresh(chat.id);
  const [frozen = ""] = await send(chat.id, [{ text: "still here" }]);
  for (const { pid } of agents) process.kill(pid, "SIGCONT");
  assert.equal(frozen.split("rules of the workspace").length, 2, "nothing is lost, and nothing told twice");
  writeFileSync(join(everturn.workspacesDir, id, "files", "AGENTS.md"), "later rules");
  const [thawed = ""] = await send(chat.id, [{ text: "again" }]);
  assert.match(thawed, /rules of the workspace[^]*later rules/);
  await everturn.call("POST", `/v1/workspaces/${id}/stop`);
  await soon("the workspace is stopped", async () => {
    const { status } = await everturn.call<{ status: string }>("GET", `/v1/workspaces/${id}`);
    return status === "stopped";
  });
  await refresh(chat.id);
  const [stopped = ""] = await send(chat.id, [{ text: "stopped" }]);
  assert.equal(stopped.split("<everturn-context>").length, 3, "what was told stays as it is");
  const { status } = await everturn.call<{ status: string }>("GET", `/v1/workspaces/${id}`);
  assert.equal(status, "stopped", "it is not started for its instructions");
});

test("C1 a chat that leaves its workspace is told that the instructions no longer hold", async () => {
  const chat = await everturn.createChat(script([BUILD, { text: "done" }]));
  await settled(chat.id);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { workspace_id: null });
  const [prompt = ""] = await send(chat.id, [{ text: "gone" }]);
  assert.match(prompt, /rules of the workspace[^]*no instruction files and no skills/);
});
