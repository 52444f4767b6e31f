// Tests: debug runs (SPEC B4): what models were asked and what they answered, on record where somebody switched it on.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import type { Chat } from "../../core/chat/message.ts";
import type { DebugRun, DebugRunWithSteps } from "../../core/debug-run.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { script } from "../support/turn/settled.ts";

const PLANTED = { openai: "planted-openai-0123456789", anthropic: "planted-anthropic-0123456789" };

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({
    env: {
      OPENAI_API_KEY: PLANTED.openai,
      ANTHROPIC_API_KEY: PLANTED.anthropic,
      EVERTURN_TITLES: "words",
      EVERTURN_TURN_SUMMARIES: "0",
      LOG_LEVEL: "debug",
    },
  });
});
after(() => everturn.stop());

/** A chat at rest whose next turns are recorded. */
async function recordedChat(more: Record<string, unknown> = {}) {
  const chat = await everturn.createChat("hello", more);

  await rest(chat.id);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { debug: true });
  return chat;
}

interface Sent {
  readonly messages: readonly { readonly id: number }[];
}

async function send(chatId: string, content: string): Promise<number> {
  const sent = await everturn.call<Sent>("POST", `/v1/chats/${chatId}/messages`, { content });
  return sent.messages[0]?.id as number;
}

/** Until the chat's newest turn is over. A reader may not have heard yet that it has begun. */
async function rest(chatId: string): Promise<void> {
  await look(`chat ${chatId} at rest`, async () => {
    const chat = await everturn.call<Chat>("GET", `/v1/chats/${chatId}`);
    const isBusy = chat.status === "running" || chat.status === "interrupting";
    return isBusy ? { seen: chat } : { found: chat };
  });
}

async function listRuns(chatId: string): Promise<DebugRun[]> {
  const { items } = await everturn.call<{ items: DebugRun[] }>("GET", `/v1/chats/${chatId}/debug/runs`);
  return items;
}

/** The run of a message, once it has come so far: records are written a moment after the turn. */
async function runOf(
  chatId: string,
  messageId: number,
  holds: (run: DebugRunWithSteps) => boolean = (run) => run.status !== "in_progress",
): Promise<DebugRunWithSteps> {
  return look(`the run of ${messageId}`, async () => {
    const runs = await listRuns(chatId);
    const run = runs.find(({ trigger_message_id }) => trigger_message_id === messageId);
    if (run === undefined) return { seen: runs };
    const path = `/v1/chats/${chatId}/debug/runs/${run.id}`;
    const whole = await everturn.call<DebugRunWithSteps>("GET", path);
    return holds(whole) ? { found: whole } : { seen: whole };
  });
}

const lookMaxMs = 60_000;

/** Looks until it is there; what is not there in time will not come. */
async function look<T>(what: string, once: () => Promise<{ found: T } | { seen: unknown }>): Promise<T> {
  const until = Date.now() + lookMaxMs;
  while (true) {
    const result = await once();
    if ("found" in result) return result.found;
    if (Date.now() > until) throw new Error(`not in time: ${what}; seen: ${JSON.stringify(result.seen)}`);
  }
}

async function aModel(provider: string): Promise<string> {
  const id = randomUUID();
  await everturn.pool.query(
    "insert into model_configs (id, name, provider, model) values ($1, $2, $3, 'demo')",
    [id, `model ${id}`, provider],
  );
  return id;
}

for (const provider of ["openai", "anthropic"]) {
  test(`B4 a turn of ${provider} is a run, its model calls steps, its HTTP calls attempts`, async () => {
    const chat = await recordedChat({ model_config_id: await aModel(provider) });
    const call = { name: "no_such_tool", args: { of: "mine" } };
    const steps = [
      { tool_calls: [call] },
      { text: "all done", usage: { input_tokens: 7, output_tokens: 3 } },
    ];
    const messageId = await send(chat.id, script(steps));
    await rest(chat.id);
    const run = await runOf(chat.id, messageId);
    assert.deepEqual(
      [run.kind, run.status, run.provider, run.model, run.history_tip_message_id],
      ["chat_turn", "completed", provider, "demo", messageId],
    );
    assert.deepEqual(
      run.steps.map(({ number, status, attempts }) => [number, status, attempts.length]),
      [
        [1, "completed", 1],
        [2, "completed", 1],
      ],
    );
    assert.equal(run.summary.steps, 2);
    const [first, second] = run.steps;
    assert.equal(first?.response?.["finish_reason"], "tool_calls");
    assert.match(JSON.stringify(second?.response), /all done/);
    assert.match(JSON.stringify(second?.request), /no_such_tool/);
    assert.equal(second?.usage?.output_tokens, 3);
    const attempt = second?.attempts[0];
    assert.deepEqual(
      [attempt?.method, attempt?.status, attempt?.response_status],
      ["POST", "completed", 200],
    );
    assert.match(attempt?.request_body ?? "", /"model":"demo"/);
    assert.match(attempt?.response_body ?? "", /^(event|data): /m);
    assert.match(attempt?.response_headers?.["content-type"] ?? "", /^text\/event-stream/);
    assert.ok(run.finished_at !== null && run.started_at <= run.finished_at);
  });
}

test("B4 nothing is recorded before the chat's switch is on, nor after it is off again", async () => {
  const chat = await recordedChat();
  const recorded = await send(chat.id, script({ text: "on record" }));
  await rest(chat.id);
  await runOf(chat.id, recorded);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { debug: false });
  const unrecorded = await send(chat.id, script({ text: "off the record" }));
  await rest(chat.id);
  await everturn.call("PATCH", `/v1/chats/${chat.id}`, { debug: true });
  const again = await send(chat.id, script({ text: "on again" }));
  await rest(chat.id);
  await runOf(chat.id, again);
  const triggers = (await listRuns(chat.id)).map(({ trigger_message_id }) => trigger_message_id);
  assert.deepEqual(triggers, [again, recorded]);
  assert.ok(!triggers.includes(unrecorded));
});

test("B4 tries at a step are attempts of one step, and its success clears what went wrong", async () => {
  const chat = await recordedChat();
  const attempts = [
    { http_error: { status: 529, message: "busy" } },
    { parts: 4, cut_after: 2 },
    { text: "fine" },
  ];
  const messageId = await send(chat.id, script({ attempts }, randomUUID()));
  await rest(chat.id);
  const run = await runOf(chat.id, messageId);
  assert.equal(run.steps.length, 1);
  const [step] = run.steps;
  assert.deepEqual(
    [run.status, step?.status, step?.error, run.summary.error],
    ["completed", "completed", null, null],
  );
  assert.deepEqual(
    step?.attempts.map(({ number, status, response_status }) => [number, status, response_status]),
    [
      [1, "error", 529],
      [2, "error", 200],
      [3, "completed", 200],
    ],
  );
});

test("B4 A5 a failed turn says why, and no key stands anywhere", async () => {
  for (const provider of ["openai", "anthropic"] as const) {
    const chat = await recordedChat({ model_config_id: await aModel(provider) });
    const said = `Incorrect API key provided: ${PLANTED[provider]}; also sk-proj-planted0123456789`;
    // Registered, not sent: what a person writes into a message is kept as it is.
    const key = randomUUID();
    everturn.model.script(key, [{ http_error: { status: 401, message: said } }]);
    const messageId = await send(chat.id, `#script key=${key}`);
    await rest(chat.id);
    const run = await runOf(chat.id, messageId);
    assert.deepEqual(
      [run.status, run.steps[0]?.status, run.steps[0]?.attempts[0]?.status],
      ["error", "error", "error"],
    );
    assert.equal(run.steps[0]?.error?.["kind"], "auth");
    assert.match(run.steps[0]?.attempts[0]?.response_body ?? "", /Incorrect API key provided: \[redacted\]/);
    assert.equal(run.steps[0]?.attempts[0]?.request_headers["authorization"] ?? "[redacted]", "[redacted]");
  }
  await assertNowhere([PLANTED.openai, PLANTED.anthropic, "sk-proj-planted0123456789"]);
});

/** In no row of any table, nor in what the processes wrote. */
async function assertNowhere(planted: readonly string[]): Promise<void> {
  const { rows: tables } = await everturn.pool.query<{ name: string }>(
    "select quote_ident(table_name) as name from information_schema.tables where table_schema = current_schema()",
  );
  for (const key of planted) {
    for (const { name } of tables) {
      const { rows } = await everturn.pool.query(
        `select t::text as found from ${name} t where position($1 in t::text) > 0`,
        [key],
      );
      assert.deepEqual(rows, [], `${key} stands in ${name}`);
    }
    for (const role of [everturn.api, ...everturn.workers]) assert.ok(!role.output().includes(key));
  }
}

test("B4 an interrupted turn's run is interrupted, with what had come", async () => {
  const chat = await recordedChat();
  const key = randomUUID();
  const messageId = await send(chat.id, script({ parts: 500, rate: 50 }, key));
  await everturn.model.waitFor({ key, event: "chunks", count: 3 });
  const begun = await runOf(chat.id, messageId, ({ steps }) => steps.length > 0);
  assert.deepEqual([begun.status, begun.steps[0]?.status], ["in_progress", "in_progress"]);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await rest(chat.id);
  const run = await runOf(chat.id, messageId, ({ steps }) => steps[0]?.status !== "in_progress");
  const [step] = run.steps;
  assert.deepEqual(
    [run.status, step?.status, step?.attempts[0]?.status],
    ["interrupted", "interrupted", "interrupted"],
  );
  assert.match(step?.attempts[0]?.response_body ?? "", /t3/);
});

/** As if a chat had been at rest for an hour: nothing more can come of its recorded turns. */
async function letTimePass(chatId: string): Promise<void> {
  const hour = "interval '1 hour'";
  await everturn.pool.query(`update chats set updated_at = updated_at - ${hour} where id = $1`, [chatId]);
  await everturn.pool.query(
    `update debug_steps set started_at = started_at - ${hour}, finished_at = finished_at - ${hour} where chat_id = $1`,
    [chatId],
  );
}

test("B4 a turn interrupted between its model calls is interrupted, too", async () => {
  const chat = await recordedChat();
  const key = randomUUID();
  const step = { http_error: { status: 529, message: "busy", retry_after: 200 } };
  const messageId = await send(chat.id, script(step, key));
  await everturn.reader(chat.id).until("a wait", (view) => view.retry !== null);
  await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
  await rest(chat.id);
  await runOf(chat.id, messageId, ({ steps }) => steps[0]?.status === "error");
  await letTimePass(chat.id);
  const run = await runOf(chat.id, messageId);
  assert.deepEqual([run.status, run.steps[0]?.status], ["interrupted", "error"]);
});

test("E5 an edit drops the runs of the cut branch, and what is still on its way to them", async () => {
  const chat = await recordedChat();
  const kept = await send(chat.id, script({ text: "before" }));
  await rest(chat.id);
  await runOf(chat.id, kept);
  const key = randomUUID();
  const cut = await send(chat.id, script({ parts: 500, rate: 50 }, key));
  await everturn.model.waitFor({ key, event: "chunks", count: 1 });
  await runOf(chat.id, cut, () => true);
  const path = `/v1/chats/${chat.id}/messages/${cut}`;
  const edited = await everturn.call<{ message: { id: number } }>("PATCH", path, {
    content: script({ text: "instead" }),
  });
  await everturn.model.waitFor({ key, event: "client_closed" });
  await rest(chat.id);
  await runOf(chat.id, edited.message.id);
  const triggers = (await listRuns(chat.id)).map(({ trigger_message_id }) => trigger_message_id);
  assert.deepEqual(triggers, [edited.message.id, kept]);
});

test("B4 what a worker recorded is written down before it ends", async () => {
  const chat = await recordedChat();
  const messageId = await send(chat.id, script({ text: "the last words" }));
  await rest(chat.id);
  for (const worker of everturn.workers.splice(0)) assert.equal(await worker.stop(), 0);
  const run = await runOf(chat.id, messageId, () => true);
  assert.deepEqual([run.status, run.steps[0]?.attempts[0]?.status], ["completed", "completed"]);
  await everturn.startWorker();
});

test("A2 B4 other people's runs are not found, nor runs of another chat", async () => {
  const chat = await recordedChat();
  const messageId = await send(chat.id, script({ text: "mine" }));
  await rest(chat.id);
  const run = await runOf(chat.id, messageId);
  const other = await everturn.createChat("hello");
  const missed = await everturn.answer("GET", `/v1/chats/${other.id}/debug/runs/${run.id}`);
  assert.deepEqual([missed.status, missed.body.code], [404, "debug_run_not_found"]);
  const nowhere = await everturn.answer("GET", `/v1/chats/${randomUUID()}/debug/runs`);
  assert.deepEqual([nowhere.status, nowhere.body.code], [404, "chat_not_found"]);
  await everturn.call("DELETE", `/v1/chats/${chat.id}`);
  const { rows } = await everturn.pool.query("select 1 from debug_attempts where chat_id = $1", [chat.id]);
  assert.deepEqual(rows, []);
});

test("B4 compactions and titles have runs of their own", async () => {
  const chat = await recordedChat();
  await everturn.call("POST", `/v1/chats/${chat.id}/compact`);
  await rest(chat.id);
  await everturn.call("POST", `/v1/chats/${chat.id}/title`);
  for (const kind of ["compaction", "title"] as const) {
    const run = await runWith(chat.id, (one) => one.kind === kind && one.status !== "in_progress");
    const { steps } = await everturn.call<DebugRunWithSteps>(
      "GET",
      `/v1/chats/${chat.id}/debug/runs/${run.id}`,
    );
    assert.deepEqual(
      [run.status, steps.length, steps[0]?.attempts[0]?.status],
      ["completed", 1, "completed"],
    );
    assert.ok(run.summary.total_tokens > 0);
  }
});

async function runWith(chatId: string, holds: (run: DebugRun) => boolean): Promise<DebugRun> {
  return look("the run", async () => {
    const runs = await listRuns(chatId);
    const found = runs.find(holds);
    return found === undefined ? { seen: runs } : { found };
  });
}
