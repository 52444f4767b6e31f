// The demo model's directives, gates and log: what tests of the whole product stand on.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { DemoModel } from "./server.ts";
import { postChat, scripted, withDemoModel } from "./with-demo-model.ts";

/** The text that chat chunks add up to. */
function textIn(stream: string): string {
  const deltas = [...stream.matchAll(/"delta":(\{.*?\}),"logprobs"/g)].map((found) =>
    JSON.parse(found[1] ?? "{}"),
  );
  return deltas.map((delta: { content?: string }) => delta.content ?? "").join("");
}

const answer = async (model: DemoModel, content: string) => (await postChat(model, content)).text();

test("parts are numbered, padded when asked, and all sent", async (t) => {
  const model = await withDemoModel(t);
  assert.equal(textIn(await answer(model, scripted({ parts: 5 }))), "t1 t2 t3 t4 t5");
  assert.equal(textIn(await answer(model, scripted({ parts: 2, part_chars: 6 }))), "t1.... t2...");
  assert.equal(textIn(await answer(model, scripted({ text: "wörld 🙂🙂", chunk: 2 }))), "wörld 🙂🙂");
  assert.match(textIn(await answer(model, scripted({ parts: 1, stamp: true }))), /^t1@\d{13}\.\d{3}$/);
  const many = await answer(model, scripted({ parts: 20_000 }));
  assert.ok(textIn(many).endsWith(" t19999 t20000"));
  assert.equal(model.requests().at(-1)?.chunks_sent, 20_000);
});

test("an answer at a rate sends every part", async (t) => {
  const model = await withDemoModel(t);
  assert.equal(textIn(await answer(model, scripted({ parts: 40, rate: 1000 }))).split(" ").length, 40);
  assert.equal(
    textIn(await answer(model, scripted({ parts: 3, delay_ms: 2, first_delay_ms: 3 }))),
    "t1 t2 t3",
  );
});

test("a script by key is registered first, names the log, and its attempts are counted", async (t) => {
  const model = await withDemoModel(t);
  const put = await fetch(`${model.url}/__script`, {
    method: "POST",
    body: JSON.stringify({
      key: "flaky",
      steps: [{ text: "ok", attempts: [{ http_error: { status: 503 } }, {}] }],
    }),
  });
  assert.equal(put.status, 204);
  const statuses = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    statuses.push((await postChat(model, "again\n#script key=flaky")).status);
  }
  assert.deepEqual(statuses, [503, 200, 200]);
  assert.deepEqual(
    model.requests("flaky").map((entry) => [entry.call, entry.status, entry.http_status]),
    [
      [1, "refused", 503],
      [2, "finished", 200],
      [3, "finished", 200],
    ],
  );
});

test("a key may stand in the script itself, and steps are separate counters", async (t) => {
  const model = await withDemoModel(t);
  const line = '#script {"key":"k","steps":[{"attempts":[{"text":"first"},{"text":"second"}]}]}';
  assert.equal(textIn(await answer(model, line)), "first");
  assert.equal(textIn(await answer(model, line)), "second");
  assert.equal(textIn(await answer(model, line)), "second");
  assert.equal(model.requests("k").length, 3);
});

test("a directive of an earlier, unanswered message that was joined to the last one is not obeyed", async (t) => {
  const model = await withDemoModel(t);
  const text = textIn(await answer(model, `${scripted({ text: "old" })}\n\ncount to 3`));
  assert.equal(text, "1 2 3");
});

test("a wrong script is refused and says what is wrong", async (t) => {
  const model = await withDemoModel(t);
  for (const [line, words] of [
    ["#script {", /#script: /],
    ['#script {"txet":"a"}', /txet/],
    ["#script key=nobody", /no script is registered under nobody/],
    ["#script 7", /a script is/],
  ] as const) {
    const response = await postChat(model, line);
    assert.equal(response.status, 400);
    assert.match(await response.text(), words);
  }
  assert.throws(() => model.script("k", [{ parts: -1 }]), /parts/);
});

test("a held answer stops at its gate until it is released; a gate once open stays open", async (t) => {
  const model = await withDemoModel(t);
  const script = '#script {"key":"held","parts":4,"hold_until":"gate","hold_after":2}';
  const pending = answer(model, script);
  const [entry] = await model.waitFor({ key: "held", event: "held" });
  assert.deepEqual([entry?.chunks_sent, entry?.status], [2, "held"]);
  assert.equal((await fetch(`${model.url}/__release/gate`, { method: "POST" })).status, 204);
  assert.equal(textIn(await pending), "t1 t2 t3 t4");
  assert.equal(textIn(await answer(model, script)), "t1 t2 t3 t4");
});

test("an error may be held too, before its headers", async (t) => {
  const model = await withDemoModel(t);
  const pending = postChat(model, '#script {"key":"e","http_error":{"status":500},"hold_until":"g"}');
  await model.waitFor({ key: "e", event: "held" });
  model.release("g");
  assert.equal((await pending).status, 500);
});

test("a client that hangs up is noticed wherever the answer is, and the answer stops", async (t) => {
  const model = await withDemoModel(t);
  for (const [key, script] of [
    ["running", '{"parts":100000,"rate":200}'],
    ["stalled", '{"parts":9,"stall_after":3}'],
    ["held", '{"parts":9,"hold_until":"never"}'],
  ] as const) {
    const client = new AbortController();
    const response = await postChat(model, `#script key=${key} ${script}`, client.signal);
    await model.waitFor({ key, event: key === "running" ? "chunks" : "held", count: 1 });
    client.abort();
    await assert.rejects(response.text());
    const [entry] = await model.waitFor({ key, event: "client_closed" });
    assert.deepEqual([entry?.status, entry?.finished_at], ["client_closed", null]);
    assert.ok((entry?.client_closed_at ?? 0) >= (entry?.started_at ?? Number.POSITIVE_INFINITY));
  }
});

test("a reader that does not read holds the answer back", async (t) => {
  const model = await withDemoModel(t);
  const client = new AbortController();
  await postChat(model, '#script {"key":"slow","parts":200000,"part_chars":500}', client.signal);
  await model.waitFor({ key: "slow", event: "chunks", count: 1 });
  // Another whole answer is served meanwhile: the first has had its time, and stands.
  await answer(model, scripted({ parts: 1000 }));
  assert.ok((model.requests("slow")[0]?.chunks_sent ?? 0) < 200_000);
  client.abort();
  await model.waitFor({ key: "slow", event: "client_closed" });
});

test("a stalled answer goes on when its key is released", async (t) => {
  const model = await withDemoModel(t);
  const pending = answer(model, '#script {"key":"s","parts":3,"stall_after":1}');
  await model.waitFor({ key: "s", event: "held" });
  model.release("s");
  assert.equal(textIn(await pending), "t1 t2 t3");
});

test("a cut breaks the socket, an early end closes it in good order, neither with a terminal event", async (t) => {
  const model = await withDemoModel(t);
  await assert.rejects(answer(model, '#script {"key":"cut","parts":9,"cut_after":3}'));
  const early = await answer(model, '#script {"key":"early","parts":9,"end_without_terminal_after":3}');
  assert.equal(textIn(early), "t1 t2 t3");
  assert.doesNotMatch(early, /\[DONE\]|"finish_reason":"/);
  assert.deepEqual(
    model.requests().map((entry) => [entry.key, entry.status, entry.chunks_sent, entry.client_closed_at]),
    [
      ["cut", "cut", 3, null],
      ["early", "ended_early", 3, null],
    ],
  );
  // More than there are parts: just before the end.
  assert.doesNotMatch(
    await answer(model, scripted({ parts: 2, end_without_terminal_after: 50 })),
    /\[DONE\]/,
  );
});

test("other processes read, wait for and clear the log over HTTP", async (t) => {
  const model = await withDemoModel(t);
  const wait = fetch(`${model.url}/__log/wait?key=a&event=finished&count=2`);
  for (const key of ["a", "b", "a"]) await answer(model, `#script key=${key} {"text":"x"}`);
  const { entries } = (await (await wait).json()) as {
    entries: { key: string; body: { stream: boolean } }[];
  };
  assert.deepEqual(
    entries.map((entry) => [entry.key, entry.body.stream]),
    [
      ["a", true],
      ["a", true],
    ],
  );
  const second = await fetch(`${model.url}/__log/wait?key=a&event=chunks&call=2&count=1`);
  assert.equal(((await second.json()) as { entries: unknown[] }).entries.length, 1);
  const log = async (query: string) => (await fetch(`${model.url}/__log${query}`)).json();
  assert.equal(((await log("?key=b")) as { entries: unknown[] }).entries.length, 1);
  assert.equal((await fetch(`${model.url}/__log`, { method: "DELETE" })).status, 204);
  assert.deepEqual(await log(""), { entries: [] });
  assert.equal((await fetch(`${model.url}/__log/wait?key=a&event=held&timeout_ms=1`)).status, 408);
  assert.equal((await fetch(`${model.url}/__log/wait?event=nonsense`)).status, 400);
});

test("what is not JSON, and what is no path of ours, is refused with words", async (t) => {
  const model = await withDemoModel(t);
  const bad = await fetch(`${model.url}/v1/messages`, { method: "POST", body: "{" });
  assert.deepEqual([bad.status, ((await bad.json()) as { type: string }).type], [400, "error"]);
  assert.equal((await fetch(`${model.url}/v1/nothing`)).status, 404);
  assert.equal((await fetch(`${model.url}/healthz`)).status, 200);
  assert.equal((await fetch(`${model.url}/__script`, { method: "POST", body: "{}" })).status, 400);
});

test("a call takes what it needs from the results of the chat, or of its turn alone", async (t) => {
  const model = await withDemoModel(t);
  model.script("refer", [
    {},
    { tool_calls: [{ name: "wait", args: { old: "$result.0.chat_id", own: "$turn.0.chat_id" } }] },
  ]);
  const calls = (id: string) => ({
    role: "assistant",
    tool_calls: [{ id, type: "function", function: { name: "start", arguments: "{}" } }],
  });
  const gives = (tool_call_id: string, chat_id: string) => {
    return { role: "tool", tool_call_id, content: JSON.stringify({ chat_id }) };
  };
  const before = [{ role: "user", content: "hello" }, calls("a"), gives("a", "first")];
  const asked = { role: "user", content: "#script key=refer" };
  const post = async (messages: readonly unknown[]) => {
    const body = JSON.stringify({ model: "demo", messages });
    return (await fetch(`${model.url}/v1/chat/completions`, { method: "POST", body })).text();
  };
  const given = await post([...before, asked, calls("b"), gives("b", "second")]);
  assert.match(given, /\{\\"old\\":\\"first\\",\\"own\\":\\"second\\"\}/);
  model.script("refer", [{ tool_calls: [{ name: "wait", args: { own: "$turn.0.chat_id" } }] }]);
  assert.match(await post([...before, asked]), /the tool result has no chat_id/);
});
