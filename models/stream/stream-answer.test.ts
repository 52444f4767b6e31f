// Tests how a call ends: by abort, by silence, by something that is not a stream, by late usage, or because its reader
// leaves.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import {
  bodyOf,
  collect,
  countedIds,
  fixtureBytes,
  fold,
  providerOf,
  SHORT_REQUEST,
} from "../__fixtures__/replay.ts";
import type { Fetch } from "../http/provider-options.ts";
import type { Dialect, ModelEvent, Provider } from "../provider.ts";
import { lateUsageMsMax } from "../recording/call-line.ts";

const DIALECTS: readonly (readonly [Dialect, string])[] = [
  ["openai-chat", "chat-text.sse"],
  ["openai-responses", "responses-text.sse"],
  ["anthropic", "anthropic-text.sse"],
];

interface StalledCall {
  readonly fetch: Fetch;
  /** Resolves when the request's signal was aborted, which closes a real socket. */
  readonly hungUp: Promise<void>;
}

/** Sends the bytes, then nothing more, as a socket does: until its signal is aborted. */
function stallAfter(bytes: Uint8Array): StalledCall {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fetch: Fetch = async (_input, init) => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(bytes);
        init?.signal?.addEventListener("abort", () => {
          controller.error(init.signal?.reason);
          resolve();
        });
      },
    });
    return new Response(body, { headers: { "content-type": "text/event-stream" } });
  };
  return { fetch, hungUp: promise };
}

/** Never answers: not even headers arrive. */
function neverAnswer(): StalledCall {
  const { promise, resolve } = Promise.withResolvers<void>();
  const fetch: Fetch = async (_input, init) => {
    await new Promise((aborted) => init?.signal?.addEventListener("abort", aborted));
    resolve();
    throw new DOMException("aborted", "AbortError");
  };
  return { fetch, hungUp: promise };
}

function start(provider: Provider, signal = new AbortController().signal): AsyncIterator<ModelEvent> {
  return provider.stream(SHORT_REQUEST, { signal, newToolCallId: countedIds() })[Symbol.asyncIterator]();
}

/** The first half of a fixture, with at least one part. */
function half(name: string): Uint8Array {
  const bytes = fixtureBytes(name);
  return bytes.subarray(0, Math.floor(bytes.length * 0.7));
}

async function readUntilPart(iterator: AsyncIterator<ModelEvent>): Promise<void> {
  while (true) {
    const next = await iterator.next();
    if (next.done || next.value.type === "part") return;
  }
}

for (const [dialect, fixture] of DIALECTS) {
  test(`I2 ${dialect}: abort in mid-stream hangs up at once and throws the signal's reason`, async () => {
    const { fetch, hungUp } = stallAfter(half(fixture));
    const abort = new AbortController();
    const iterator = start(providerOf(dialect, fetch), abort.signal);
    await readUntilPart(iterator);
    const reason = new Error("interrupted");
    const rest = drain(iterator);
    abort.abort(reason);
    await assert.rejects(rest, (error) => error === reason);
    await hungUp;
  });

  test(`I2 ${dialect}: abort before the first byte throws the signal's reason`, async () => {
    const { fetch, hungUp } = neverAnswer();
    const abort = new AbortController();
    const next = start(providerOf(dialect, fetch), abort.signal).next();
    setImmediate(() => abort.abort("stop"));
    await assert.rejects(next, (error) => error === "stop");
    await hungUp;
  });

  test(`I2 ${dialect}: a call with an aborted signal sends nothing`, async () => {
    const fetch = mock.fn<Fetch>(async () => new Response(""));
    await assert.rejects(
      start(providerOf(dialect, fetch), AbortSignal.abort("gone")).next(),
      (error) => error === "gone",
    );
    assert.equal(fetch.mock.callCount(), 0);
  });

  test(`I2 ${dialect}: a reader that leaves closes the socket`, async () => {
    const { fetch, hungUp } = stallAfter(half(fixture));
    const iterator = start(providerOf(dialect, fetch));
    await readUntilPart(iterator);
    await iterator.return?.();
    await hungUp;
  });

  test(`X3 ${dialect}: silence ends the call as stream_silence, before and after the first byte`, async () => {
    for (const { fetch, hungUp } of [neverAnswer(), stallAfter(half(fixture))]) {
      const provider = providerOf(dialect, fetch, { silenceMs: 20 });
      const { fault } = await collect({ [Symbol.asyncIterator]: () => start(provider) });
      assert.deepEqual([fault?.kind, fault?.retryable], ["stream_silence", true]);
      await hungUp;
    }
  });

  test(`X3 ${dialect}: a web page or a JSON document instead of a stream is a wrong address`, async () => {
    for (const [type, body] of [
      ["text/html; charset=utf-8", "<html><title>Welcome</title></html>"],
      ["application/json", '{"hello":1}'],
    ]) {
      const fetch: Fetch = async () => new Response(body ?? "", { headers: { "content-type": type ?? "" } });
      const { fault } = await collect({ [Symbol.asyncIterator]: () => start(providerOf(dialect, fetch)) });
      assert.deepEqual([fault?.kind, fault?.retryable], ["config", false]);
    }
  });

  test(`X3 ${dialect}: an error sent as JSON with status 200 counts as that error`, async () => {
    const fetch: Fetch = async () => Response.json({ error: { message: "busy", code: 503 } });
    const { fault } = await collect({ [Symbol.asyncIterator]: () => start(providerOf(dialect, fetch)) });
    assert.deepEqual([fault?.kind, fault?.status_code], ["overloaded", 503]);
  });

  test(`X1 ${dialect}: an HTTP error is tried once, by us alone`, async () => {
    const fetch = mock.fn<Fetch>(async () =>
      Response.json(
        { error: { message: "slow", type: "rate_limit_error" } },
        { status: 429, headers: { "retry-after": "2" } },
      ),
    );
    const { fault } = await collect({ [Symbol.asyncIterator]: () => start(providerOf(dialect, fetch)) });
    assert.deepEqual([fault?.kind, fault?.status_code, fault?.retry_after_ms], ["rate_limit", 429, 2000]);
    assert.equal(fetch.mock.callCount(), 1);
  });

  test(`L9 ${dialect}: a stream without any event is a truncated one`, async () => {
    const fetch: Fetch = async () =>
      new Response(bodyOf([]), { headers: { "content-type": "text/event-stream" } });
    const { fault } = await collect({ [Symbol.asyncIterator]: () => start(providerOf(dialect, fetch)) });
    assert.deepEqual([fault?.kind, fault?.retryable], ["network", true]);
  });
}

const WHOLE: readonly (readonly [Dialect, object])[] = [
  [
    "openai-chat",
    {
      id: "c1",
      model: "m",
      choices: [{ index: 0, message: { role: "assistant", content: "Whole" }, finish_reason: "stop" }],
      usage: { prompt_tokens: 1, completion_tokens: 2 },
    },
  ],
  [
    "openai-responses",
    {
      id: "resp_1",
      object: "response",
      status: "completed",
      output: [{ type: "message", content: [{ type: "output_text", text: "Whole" }] }],
      usage: { input_tokens: 1, output_tokens: 2 },
    },
  ],
];
for (const [dialect, body] of WHOLE) {
  test(`B1 ${dialect}: a server that does not stream answers all the same, whole`, async () => {
    const outcome = await collect({
      [Symbol.asyncIterator]: () => start(providerOf(dialect, async () => Response.json(body))),
    });
    const { parts, usage, finish } = fold(outcome.events);
    assert.deepEqual([parts.map((part) => part.text), usage?.output_tokens, finish], [["Whole"], 2, "stop"]);
  });
}

async function drain(iterator: AsyncIterator<ModelEvent>): Promise<void> {
  while (!(await iterator.next()).done);
}

test("I2 an answer that is complete does not wait for usage that never comes", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const text = new TextDecoder().decode(fixtureBytes("chat-text.sse"));
    const untilFinish = text.slice(0, text.indexOf("\n\n", text.indexOf('"stop"')) + 2);
    const { fetch, hungUp } = stallAfter(new TextEncoder().encode(untilFinish));
    const iterator = start(providerOf("openai-chat", fetch));
    await readUntilPart(iterator);
    const events: ModelEvent[] = [];
    const rest = (async () => {
      for (let next = await iterator.next(); !next.done; next = await iterator.next())
        events.push(next.value);
    })();
    // Everything that was sent is read within these turns of the event loop. After that only time can end the wait.
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.equal(events.at(-1)?.type, "part");
    mock.timers.tick(lateUsageMsMax);
    await rest;
    await hungUp;
    assert.deepEqual(events.at(-1), { type: "finish", finish_reason: "stop" });
  } finally {
    mock.timers.reset();
  }
});

test("I2 a server that gives a finish reason with every piece is not cut off after the first", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const settle = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    let push: (text: string) => void = () => undefined;
    let close: () => void = () => undefined;
    const fetch: Fetch = async (_input, init) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          push = (text) =>
            controller.enqueue(
              new TextEncoder().encode(
                `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content: text }, finish_reason: "stop" }] })}\n\n`,
              ),
            );
          close = () => controller.close();
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const outcome = collect({ [Symbol.asyncIterator]: () => start(providerOf("openai-chat", fetch)) });
    await settle();
    for (const text of ["a", "b", "c"]) {
      push(text);
      await settle();
      mock.timers.tick(lateUsageMsMax - 1);
    }
    close();
    const { parts } = fold((await outcome).events);
    assert.deepEqual(
      parts.map((part) => part.text),
      ["abc"],
    );
  } finally {
    mock.timers.reset();
  }
});

test("X3 bytes that are no event, such as pings, keep a call alive", async () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  try {
    const bytes = new TextEncoder().encode(": ping\n\n");
    const silenceMs = 1_000;
    let push: (chunk: Uint8Array) => void = () => undefined;
    const fetch: Fetch = async (_input, init) => {
      const body = new ReadableStream<Uint8Array>({
        start(controller) {
          push = (chunk) => controller.enqueue(chunk);
          init?.signal?.addEventListener("abort", () => controller.error(init.signal?.reason));
        },
      });
      return new Response(body, { headers: { "content-type": "text/event-stream" } });
    };
    const stream = providerOf("openai-chat", fetch, { silenceMs });
    const outcome = collect({ [Symbol.asyncIterator]: () => start(stream) });
    const settle = async () => {
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await settle();
    for (let ping = 0; ping < 5; ping++) {
      push(bytes);
      await settle();
      mock.timers.tick(silenceMs - 1);
    }
    push(fixtureBytes("chat-text.sse"));
    assert.equal((await outcome).fault, null);
  } finally {
    mock.timers.reset();
  }
});
