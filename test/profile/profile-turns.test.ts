// Profiles in whole turns: what the model is told and offered, what is run, and who is asked.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { ScriptStepWithAttempts } from "../../dev/demo-model/plan/script-step.ts";
import { oddProgram } from "../model/mcp/servers/programs.ts";
import { onlyWorker } from "../support/crash.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
let folder: string;
before(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "everturn-profiles-")));
  mkdirSync(join(folder, "project"));
  writeFileSync(join(folder, "project/a.txt"), "alpha\n");
  for (const name of ["release", "lint"]) {
    mkdirSync(join(folder, "skills", name), { recursive: true });
    const head = `---\nname: ${name}\ndescription: About ${name}.\n---\nThe body of ${name}.`;
    writeFileSync(join(folder, "skills", name, "SKILL.md"), head);
  }
  everturn = await startEverturn({
    env: {
      EVERTURN_PROJECT_ROOTS: folder,
      EVERTURN_SKILLS_DIR: join(folder, "skills"),
      EVERTURN_MCP_STDIO: "1",
    },
  });
});
after(async () => {
  await everturn.stop();
  rmSync(folder, { recursive: true, force: true });
});

type Steps = readonly ScriptStepWithAttempts[];

async function makeProfile(fields: object): Promise<string> {
  const name = `profile ${randomUUID()}`;
  return (await everturn.call<Json>("POST", "/v1/profiles", { name, ...fields })).id as string;
}

interface Turn {
  readonly chat: Chat;
  /** What the model was sent, as text. */
  readonly prompts: readonly string[];
  readonly stored: readonly Message[];
}

async function run(steps: Steps, more: Record<string, unknown>): Promise<Turn> {
  const key = randomUUID();
  const chat = await everturn.createChat(script(steps, key), more);
  return { chat, stored: await untilDone(chat), prompts: promptsOf(key) };
}

async function untilDone({ id }: Chat): Promise<readonly Message[]> {
  const reader = everturn.reader(id);
  await reader.untilIdle();
  return assertSettled(everturn, id, [reader]);
}

async function next({ id }: Chat, steps: Steps): Promise<readonly string[]> {
  const key = randomUUID();
  await everturn.call("POST", `/v1/chats/${id}/messages`, { content: script(steps, key) });
  await everturn.reader(id).untilIdle();
  return promptsOf(key);
}

function promptsOf(key: string): readonly string[] {
  return everturn.model.requests(key).map(({ body }) => JSON.stringify(body));
}

/** The names of the tools that the model was offered. */
function offeredIn(prompt: string | undefined): readonly string[] {
  const { tools = [] }: Json = JSON.parse(prompt ?? "{}");
  return tools.map((tool: Json) => tool.function?.name ?? tool.name);
}

function resultsOf(stored: readonly Message[]) {
  return stored.flatMap(({ content }) => content.filter((part) => part.type === "tool-result"));
}

const call = (name: string, args: JsonObject = {}): Steps[number] => ({ tool_calls: [{ name, args }] });

test("C10 the system prompt is the profile's where the chat has none, and an edited profile changes no chat, also when its worker is killed", async () => {
  const profile_id = await makeProfile({ system_prompt: "You are the first version." });
  const { chat, prompts } = await run([{ text: "one" }], { profile_id });
  assert.match(prompts[0] ?? "", /You are the first version\./);
  await everturn.call("PATCH", `/v1/profiles/${profile_id}`, {
    system_prompt: "You are the second version.",
  });
  await (await onlyWorker(everturn)).kill();
  await everturn.startWorker();
  assert.match((await next(chat, [{ text: "two" }]))[0] ?? "", /You are the first version\./);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { profile_id });
  assert.match((await next(chat, [{ text: "three" }]))[0] ?? "", /You are the second version\./);
  await everturn.call("DELETE", `/v1/profiles/${profile_id}`);
  assert.match((await next(chat, [{ text: "four" }]))[0] ?? "", /You are the second version\./);
  const other = await makeProfile({ system_prompt: "You are a profile." });
  const own = await run([{ text: "one" }], { profile_id: other, system_prompt: "You are a chat." });
  assert.match(own.prompts[0] ?? "", /You are a chat\./);
  assert.doesNotMatch(own.prompts[0] ?? "", /You are a profile\./);
});

test("C10 L4 the model is offered what the list names, of built-in and MCP tools, and what it calls beside them is not run", async () => {
  const transport = { type: "stdio", ...oddProgram({}) };
  const server = { slug: "odd", name: "odd", owner: "deployment", transport };
  const { id } = await everturn.call<Json>("POST", "/v1/mcp-servers", server);
  const profile_id = await makeProfile({ tools: ["list_dir", "*__greet"], mcp_server_ids: [id] });
  const { prompts, stored } = await run(
    [call("view_file", { path: "a.txt" }), call("odd__greet", { name: "you" }), { text: "done" }],
    { profile_id, project_path: join(folder, "project") },
  );
  for (const prompt of prompts) assert.deepEqual(offeredIn(prompt), ["list_dir", "odd__greet"]);
  const [view, greet] = resultsOf(stored);
  assert.equal(view?.is_error, true);
  assert.doesNotMatch(JSON.stringify(view?.result), /alpha/);
  assert.deepEqual(greet?.result, { content: "hello you" });
});

test("C10 C2 the model is told of the skills that the list names, and reads no other", async () => {
  const profile_id = await makeProfile({ skills: ["lint"] });
  const { chat, prompts, stored } = await run(
    [call("read_skill", { name: "release" }), call("read_skill", { name: "lint" }), { text: "done" }],
    { profile_id, project_path: join(folder, "project") },
  );
  assert.match(prompts[0] ?? "", /About lint/);
  assert.doesNotMatch(prompts[0] ?? "", /About release/);
  const [release, lint] = resultsOf(stored);
  assert.match(JSON.stringify(release?.result), /There is no skill release.*The skills are: lint\./);
  assert.match(JSON.stringify(lint?.result), /The body of lint/);
  await everturn.call("PATCH", `/v1/profiles/${profile_id}`, { skills: ["release"] });
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { profile_id });
  assert.match((await next(chat, [{ text: "more" }]))[0] ?? "", /About release/);
});

test("C10 D4 the chat's policy comes before the profile's, and the profile's before the user's and the deployment's", async () => {
  const settings = { prompt: null, home_instructions: null, compaction_thresholds: {} };
  const user = { ...settings, approval_policy: { list_dir: "deny", view_file: "deny" } };
  await everturn.call("PUT", "/v1/me/settings", user);
  try {
    const profile_id = await makeProfile({ approval_policy: { list_dir: "ask", "view_*": "auto" } });
    const project_path = join(folder, "project");
    const steps = [call("view_file", { path: "a.txt" }), call("list_dir"), { text: "done" }];
    const chat = await everturn.createChat(script(steps, randomUUID()), { profile_id, project_path });
    const asked = await soon("a person is asked", async () => {
      const now = await everturn.call<Chat>("GET", `/v1/chats/${chat.id}`);
      return now.status === "requires_action" && now;
    });
    const [open] = asked.required_action?.tool_calls ?? [];
    assert.equal(open?.tool_name, "list_dir");
    const decisions = [{ tool_call_id: open?.tool_call_id, approved: true }];
    await everturn.call("POST", `/v1/chats/${chat.id}/approvals`, { decisions });
    const results = resultsOf(await untilDone(chat));
    assert.deepEqual(
      results.map(({ is_error }) => is_error),
      [false, false],
    );
    const own = { approval_policy: { list_dir: "auto", view_file: "deny" } };
    const { stored } = await run(steps, { profile_id, project_path, ...own });
    const [view, list] = resultsOf(stored);
    assert.match(JSON.stringify(view?.result), /forbids this tool/);
    assert.equal(list?.is_error, false);
  } finally {
    await everturn.call("PUT", "/v1/me/settings", { ...settings, approval_policy: {} });
  }
});

test("C10 W2 create_workspace builds the profile's template unless the model names another", async () => {
  const profile_id = await makeProfile({ template: "blank" });
  const { stored, prompts } = await run([call("create_workspace"), { text: "done" }], { profile_id });
  assert.match(prompts[0] ?? "", /Default: \\+"blank/);
  const [result] = resultsOf(stored);
  assert.equal(result?.is_error, false, JSON.stringify(result));
  const workspace_id = (result as Json).result.workspace_id as string;
  const made = await everturn.call<Json>("GET", `/v1/workspaces/${workspace_id}`);
  assert.equal(made.template, "blank");
  const named = await run([call("create_workspace", { template: "nowhere" }), { text: "done" }], {
    profile_id,
  });
  assert.match(JSON.stringify(resultsOf(named.stored)[0]?.result), /There is no template/);
});

test("C10 G2 an agent of a profile is told its prompt and offered its tools, of those that the parent has", async () => {
  const name = `searcher ${randomUUID()}`;
  const fields = { system_prompt: "You are a searcher.", tools: ["list_dir", "execute", "grep"] };
  await everturn.call("POST", "/v1/profiles", { name, ...fields });
  const key = randomUUID();
  const task = script([{ text: "found it" }], key);
  const { stored } = await run(
    [
      call("spawn_agent", { type: "general", prompt: task, profile: name }),
      { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.0.chat_id" } }] },
      { text: "done" },
    ],
    { tools: ["spawn_agent", "wait_agent", "list_dir"] },
  );
  const results = resultsOf(stored);
  const waited: Json = results.at(-1)?.result;
  assert.equal(waited?.report, "found it", JSON.stringify(results));
  const [prompt] = promptsOf(key);
  assert.match(prompt ?? "", /You are a searcher\./);
  assert.deepEqual(offeredIn(prompt), ["list_dir"]);
});
