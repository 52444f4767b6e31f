// The demo model's Responses, read by the official client.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import OpenAI from "openai";
import type { ScriptStepWithAttempts } from "../plan/script-step.ts";
import { collect, scripted, withDemoModel } from "../with-demo-model.ts";

async function clientOf(t: TestContext): Promise<OpenAI> {
  const { url } = await withDemoModel(t);
  return new OpenAI({ baseURL: `${url}/v1`, apiKey: "any", maxRetries: 0 });
}

const ask = (step: ScriptStepWithAttempts) => ({ model: "demo", input: scripted(step) });

test("the official client accumulates text, reasoning and usage of a response", async (t) => {
  const client = await clientOf(t);
  const usage = { input_tokens: 10, cache_read_tokens: 5, output_tokens: 7, reasoning_tokens: 3 };
  const step = { reasoning: "hm, well", text: "Hello, wide world!", usage };
  const final = await client.responses.stream(ask(step)).finalResponse();
  assert.equal(final.status, "completed");
  assert.equal(final.output_text, "Hello, wide world!");
  const [reasoning, message] = final.output;
  assert.deepEqual(reasoning?.type === "reasoning" && reasoning.summary, [
    { type: "summary_text", text: "hm, well" },
  ]);
  assert.equal(message?.type, "message");
  assert.equal(final.usage?.input_tokens, 15);
  assert.equal(final.usage?.input_tokens_details.cached_tokens, 5);
  assert.equal(final.usage?.output_tokens_details.reasoning_tokens, 3);
  assert.equal(final.usage?.total_tokens, 22);
});

test("events come in the order of the real service, numbered without gaps", async (t) => {
  const client = await clientOf(t);
  const step = { reasoning: "hm", text: "yes", tool_calls: [{ name: "grep", args: {}, pieces: 1 }] };
  const events = await collect(await client.responses.create({ ...ask(step), stream: true }));
  assert.deepEqual(
    events.map((event) => event.sequence_number),
    [...events.keys()],
  );
  assert.deepEqual(
    events.map((event) => event.type.replace("response.", "")),
    [
      "created",
      "in_progress",
      "output_item.added",
      "reasoning_summary_part.added",
      "reasoning_summary_text.delta",
      "reasoning_summary_text.done",
      "reasoning_summary_part.done",
      "output_item.done",
      "output_item.added",
      "content_part.added",
      "output_text.delta",
      "output_text.done",
      "content_part.done",
      "output_item.done",
      "output_item.added",
      "function_call_arguments.delta",
      "function_call_arguments.done",
      "output_item.done",
      "completed",
    ],
  );
});

test("parallel calls, one after the other or interleaved, come out whole", async (t) => {
  const client = await clientOf(t);
  const tool_calls = [
    { name: "grep", args: { pattern: "a b" }, id: "call_0", pieces: 5 },
    { name: "list_dir", args: {}, id: "call_1" },
  ];
  for (const interleaved of [false, true]) {
    const final = await client.responses.stream(ask({ tool_calls, interleaved })).finalResponse();
    assert.deepEqual(
      final.output.map((item) =>
        item.type === "function_call" ? [item.call_id, item.name, item.arguments] : [],
      ),
      [
        ["call_0", "grep", '{"pattern":"a b"}'],
        ["call_1", "list_dir", "{}"],
      ],
    );
  }
});

test("content filter and token limit make a response incomplete, with the text so far", async (t) => {
  const client = await clientOf(t);
  for (const [step, reason] of [
    [{ text: "so far", content_filter: true }, "content_filter"],
    [{ text: "so far", max_tokens: true }, "max_output_tokens"],
  ] as const) {
    const events = await collect(await client.responses.create({ ...ask(step), stream: true }));
    const last = events.at(-1);
    assert.ok(last?.type === "response.incomplete");
    assert.equal(last.response.incomplete_details?.reason, reason);
    const item = last.response.output[0];
    assert.ok(item?.type === "message" && item.status === "incomplete");
    assert.deepEqual(
      item.content.map((part) => part.type === "output_text" && part.text),
      ["so far"],
    );
  }
});

test("an empty response is completed and has no items", async (t) => {
  const client = await clientOf(t);
  const final = await client.responses.stream(ask({ empty: true })).finalResponse();
  assert.deepEqual([final.status, final.output], ["completed", []]);
});

test("without streaming the same answer comes as one response, sealed reasoning included when asked for", async (t) => {
  const client = await clientOf(t);
  const body = {
    ...ask({ reasoning: "hm", text: "yes" }),
    include: ["reasoning.encrypted_content" as const],
  };
  const response = await client.responses.create(body);
  assert.equal(response.output_text, "yes");
  const [reasoning] = response.output;
  assert.ok(reasoning?.type === "reasoning" && (reasoning.encrypted_content ?? "") !== "");
});

test("errors in the stream come as an error event, or as a failed response", async (t) => {
  const client = await clientOf(t);
  const stream_error = { message: "lost", code: "server_error" };
  const bare = await client.responses.create({
    ...ask({ parts: 3, stream_error_after: 1, stream_error }),
    stream: true,
  });
  const types: string[] = [];
  await assert.rejects(async () => {
    for await (const event of bare) types.push(event.type);
  }, /lost/);
  assert.equal(types.filter((type) => type === "response.output_text.delta").length, 1);
  const step = { parts: 3, stream_error_after: 1, stream_error: { ...stream_error, response_failed: true } };
  const events = await collect(await client.responses.create({ ...ask(step), stream: true }));
  const last = events.at(-1);
  assert.ok(last?.type === "response.failed");
  assert.deepEqual(last.response.error, { code: "server_error", message: "lost" });
});

test("a response is continued by its id; an unknown id is refused", async (t) => {
  const client = await clientOf(t);
  const steps = [{ tool_calls: [{ name: "grep", args: {}, id: "c1" }] }, { text: "second step" }];
  const first = await client.responses.create({ model: "demo", input: scripted(steps) });
  const second = await client.responses.create({
    model: "demo",
    previous_response_id: first.id,
    // They are not carried over, and must not come between the call and its output.
    instructions: "Be brief.",
    input: [{ type: "function_call_output", call_id: "c1", output: "found" }],
  });
  assert.equal(second.output_text, "second step");
  const lost = client.responses.create({ model: "demo", previous_response_id: "resp_gone", input: "hi" });
  await assert.rejects(lost, { status: 400, code: "previous_response_not_found" });
});

test("the steps of a turn are counted by its calls and results, not by their items", async (t) => {
  const client = await clientOf(t);
  const call = (id: string) => ({
    type: "function_call" as const,
    call_id: id,
    name: "grep",
    arguments: "{}",
  });
  const output = (id: string) => ({ type: "function_call_output" as const, call_id: id, output: "x" });
  const input = [
    { role: "user" as const, content: scripted([{ text: "one" }, { text: "two" }]) },
    { role: "assistant" as const, content: "looking" },
    call("a"),
    call("b"),
    output("a"),
    output("b"),
  ];
  const second = await client.responses.create({ model: "demo", input });
  assert.equal(second.output_text, "two");
  const third = await client.responses.create({ model: "demo", input: [...input, call("c"), output("c")] });
  assert.equal(third.output_text, "done");
  const refused = client.responses.create({ model: "demo", input: input.slice(0, -1) });
  await assert.rejects(refused, { status: 400, message: /No tool output found for function call b/ });
});
