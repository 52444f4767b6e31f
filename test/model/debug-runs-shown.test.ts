// Tests: who is shown what of a debug run (SPEC A5), over real HTTP.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { type DebugCallRecord, writeDebugCalls } from "../../store/debug/write-debug-calls.ts";
import { startTestApi, type TestApi } from "../support/api.ts";

let api: TestApi;
before(async () => {
  api = await startTestApi();
});
after(() => api.stop());

const at = "2026-01-01T00:00:00.000Z";
/** Stand where they stand in a real record; none of them is for members. */
const hidden = {
  url: "https://models.internal.example/v1",
  prompt: "The deployment's own prompt.",
  option: "x-internal-route",
};

function record(chat: { id: string; current_turn_id: number }): DebugCallRecord {
  const request = {
    model: "demo",
    config: { temperature: 0.5, provider_options: { [hidden.option]: true } },
    system: `${hidden.prompt}\n\nThe user's.`,
    messages: [{ role: "user", content: [{ type: "text", text: "my question" }] }],
    tools: ["grep"],
  };
  return {
    chat_id: chat.id,
    reset_version: 1,
    kind: "chat_turn",
    name: String(chat.current_turn_id),
    run_status: "error",
    run_finished_at: at,
    trigger_message_id: chat.current_turn_id,
    history_tip_message_id: chat.current_turn_id,
    provider: "ours",
    model: "demo",
    number: 1,
    operation: "stream",
    status: "error",
    request: JSON.stringify(request),
    response: null,
    usage: null,
    error: JSON.stringify({ kind: "config", message: "refused" }),
    metadata: null,
    started_at: at,
    finished_at: at,
    attempts: [
      {
        call: "1.1",
        seq: 1,
        status: "error",
        method: "POST",
        url: `${hidden.url}/chat/completions`,
        request_headers: JSON.stringify({ host: "models.internal.example" }),
        request_body: JSON.stringify(request),
        response_status: 400,
        response_headers: JSON.stringify({ via: hidden.url }),
        response_body: JSON.stringify({ instructions: hidden.prompt }),
        error: `no answer from ${hidden.url}`,
        started_at: at,
        finished_at: at,
      },
    ],
  };
}

/** A run of a chat of this key's. */
async function runAs(key: string, more: Partial<DebugCallRecord> = {}) {
  const { body: chat } = await api.call("POST /v1/chats", { key, body: { content: "my question" } });
  const { rows } = await api.pool.query("select reset_version from chats where id = $1", [chat.id]);
  const { reset_version } = rows[0] as { reset_version: number };
  assert.equal((await writeDebugCalls(api.pool, [{ ...record(chat), reset_version, ...more }])).size, 0);
  const { body: list } = await api.call(`GET /v1/chats/${chat.id}/debug/runs`, { key });
  const { body: run } = await api.call(`GET /v1/chats/${chat.id}/debug/runs/${list.items[0].id}`, { key });
  return { run, text: JSON.stringify([list, run]) };
}

test("A5 an admin is shown a debug run whole", async () => {
  const { text } = await runAs(api.key);
  for (const words of Object.values(hidden)) assert.ok(text.includes(words), words);
});

test("A5 a member's debug run holds no base URL, no provider options and not the deployment's prompt, wherever they stand", async () => {
  const { run, text } = await runAs((await api.newKey()).key);
  for (const words of [...Object.values(hidden), "models.internal.example"])
    assert.ok(!text.includes(words), words);
  const [step] = run.steps;
  assert.equal(step.request.messages[0].content[0].text, "my question");
  assert.deepEqual([step.request.config.temperature, step.request.tools], [0.5, ["grep"]]);
  const [attempt] = step.attempts;
  assert.deepEqual([attempt.method, attempt.response_status, attempt.url], ["POST", 400, "[for admins]"]);
  assert.equal(step.error.message, "refused");
});

test("B4 words that Postgres cannot look into hide no debug run", async () => {
  const words = "a\u0000b\ud800";
  const failed = await runAs(api.key, { error: JSON.stringify({ kind: "config", message: words }) });
  assert.equal(failed.run.steps[0].error.message, words);
  const left = await runAs(api.key, {
    run_status: "in_progress",
    run_finished_at: null,
    trigger_message_id: 1,
    status: "completed",
    error: null,
    response: JSON.stringify({ finish_reason: "stop", content: [{ type: "text", text: words }] }),
  });
  assert.deepEqual([left.run.status, left.run.steps[0].response.content[0].text], ["completed", words]);
});
