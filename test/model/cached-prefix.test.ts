// Tests: what people do to a chat between two model calls costs it no more of the provider's prompt cache than it must.
import assert from "node:assert/strict";
import { mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import { type Everturn, type Json, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { cachedParts, commonParts, DIALECTS } from "../support/turn/cached-parts.ts";
import { script } from "../support/turn/settled.ts";

let everturn: Everturn;
let project: string;
before(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "everturn-prefix-")));
  await writeFile(join(project, "a.txt"), "alpha\n");
  await writeFile(join(project, "AGENTS.md"), "Be brief.\n");
  everturn = await startEverturn({
    env: { EVERTURN_PROJECT_ROOTS: project, EVERTURN_ALLOW_PRIVATE_PROVIDERS: "1" },
  });
});
after(async () => {
  await everturn.stop();
  await rm(project, { recursive: true });
});

const pickColor = { name: "pick_color", description: "Asks for a color.", parameters: { type: "object" } };
const listed = { name: "list_dir", args: {} };
const FIRST = [{ tool_calls: [listed, listed, listed] }];
/** What the model does once it has read the message that steers it. */
const STEERED = [
  { tool_calls: [{ name: "pick_color", args: {} }] },
  { tool_calls: [{ name: "update_todos", args: { items: [{ text: "paint", status: "doing" }] } }] },
  {
    tool_calls: [
      { name: "spawn_agent", args: { type: "explore", prompt: '#script {"steps":[{"text":"seen"}]}' } },
    ],
  },
  { tool_calls: [{ name: "wait_agent", args: { chat_id: "$result.5.chat_id" } }] },
  { text: "done" },
];

/** A model of this dialect, with a name by which its requests are found. */
async function aModel(kind: string, path: string, model: string): Promise<string> {
  const base_url = everturn.model.url + path;
  const provider = { name: model, kind, base_url, api_key: "demo" };
  const { id: provider_id } = await everturn.call<Json>("POST", "/v1/model-providers", provider);
  const config = await everturn.call<Json>("POST", "/v1/model-configs", { name: model, provider_id, model });
  return String(config.id);
}

/** The ids of the calls of this kind that wait. */
function untilAsked({ id }: Chat, kind: "approval" | "client"): Promise<readonly string[]> {
  return soon(`the chat waits for ${kind}`, async () => {
    const { required_action } = await everturn.call<Chat>("GET", `/v1/chats/${id}`);
    const calls = required_action?.tool_calls.filter((call) => call.kind === kind) ?? [];
    return calls.length > 0 && calls.map(({ tool_call_id }) => tool_call_id);
  });
}

for (const [kind, path, messages] of DIALECTS) {
  test(`C3 ${kind}: decisions, results of clients, to-dos, steering and subagents leave the prompt before them as it was`, async () => {
    const model = `kept-${kind}`;
    const chat = await everturn.createChat(script(FIRST, model), {
      project_path: project,
      model_config_id: await aModel(kind, path, model),
      dynamic_tools: [pickColor],
      approval_policy: { list_dir: "ask" },
    });
    const [allowed, edited, denied] = await untilAsked(chat, "approval");
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
      content: script(STEERED, model),
      busy_behavior: "steer",
    });
    await everturn.call("POST", `/v1/chats/${chat.id}/approvals`, {
      decisions: [
        { tool_call_id: allowed, approved: true },
        { tool_call_id: edited, approved: true, args: { path: "." } },
        { tool_call_id: denied, approved: false, reason: "Not now." },
      ],
    });
    const [pick] = await untilAsked(chat, "client");
    const results = [{ tool_call_id: pick, output: "red" }];
    await everturn.call("POST", `/v1/chats/${chat.id}/tool-results`, { results });
    await everturn.reader(chat.id).until("the turn has ended", ({ status }) => status === "waiting");
    const sent = sentTo(model, messages);
    assert.equal(sent.length, FIRST.length + STEERED.length);
    for (const [place, later] of sent.slice(1).entries()) {
      const earlier = sent[place] as string[];
      assert.equal(
        commonParts(earlier, later),
        earlier.length,
        `call ${place + 2} begins with call ${place + 1}`,
      );
    }
    const last = (sent.at(-1) ?? []).join("");
    for (const words of ["Not now.", "red", "paint", "seen"]) assert.ok(last.includes(words), words);
  });
}

/** What the root chat sent to this model; a child inherits the model, and its prompts begin otherwise. */
function sentTo(model: string, messages: string): string[][] {
  return everturn.model.requests(model).map(({ body }) => cachedParts(body, messages));
}
