// Tests one row per failure: what arrived over the wire, and what it means (SPEC X2, X3).
import assert from "node:assert/strict";
import { test } from "node:test";
import { failAs, NOW_MS } from "../__fixtures__/fail.ts";
import {
  anthropicError,
  chat,
  chatEvent,
  connect,
  nginxPage,
  openAiError,
} from "../__fixtures__/failures.ts";
import { HTTP_FAILURES } from "../__fixtures__/http-failures.ts";
import { OTHER_FAILURES } from "../__fixtures__/other-failures.ts";
import { StreamFailure } from "../http/answer-reader.ts";
import { ModelError, type ModelFault } from "../provider.ts";
import { classifyError } from "./classify-error.ts";

const ROWS = [...HTTP_FAILURES, ...OTHER_FAILURES];

const classify = (error: unknown, replays = false): ModelFault =>
  classifyError(error, { provider: "openai", now_ms: NOW_MS, replays });

for (const [name, , failure, kind, retryable, status = null] of ROWS) {
  test(`X3 ${name} is ${kind}, ${retryable ? "retryable" : "terminal"}`, async () => {
    const fault = await failAs(failure);
    assert.deepEqual(
      { kind: fault?.kind, retryable: fault?.retryable, status: fault?.status_code },
      { kind, retryable, status },
    );
    assert.match(fault?.message ?? "", /^[A-Z].*\.$/);
    assert.ok((fault?.detail ?? "").length <= 500);
  });
}

test("X3 the table has rows enough, each with a name of its own and where it was seen", () => {
  assert.ok(ROWS.length >= 60);
  assert.equal(new Set(ROWS.map(([name]) => name)).size, ROWS.length);
  for (const [name, source] of ROWS) assert.notEqual(source, "", name);
});

test("X3 a broken response chain and sealed reasoning that is not taken back ask for the whole history, other errors do not", async () => {
  const asking = [];
  for (const [name, , failure] of ROWS) if ((await failAs(failure))?.replay_full_history) asking.push(name);
  assert.deepEqual(asking, [
    "400 previous response forgotten",
    "404 previous response forgotten, in words",
    "400 sealed reasoning not accepted",
    "400 sealed reasoning not accepted, without a code",
    "400 call that the chain leaves open",
    "Anthropic: signature not accepted",
    "Anthropic: thinking not accepted as it is",
    "Anthropic behind Google, as text in a message",
  ]);
});

test("X3 a provider that refuses the whole history too is not asked for ever", () => {
  const error = new StreamFailure({ code: "previous_response_not_found", message: "x" });
  assert.equal(classify(error).replay_full_history, true);
  const again = classify(error, true);
  assert.deepEqual([again.kind, again.retryable, again.replay_full_history], ["config", false, undefined]);
});

test("K1 the context that llama.cpp names in its error is passed on", async () => {
  const row = ROWS.find(([name]) => name === "llama.cpp: context, as 400");
  assert.equal(row && (await failAs(row[2]))?.context_limit, 8192);
});

test("X4 a web page becomes its title, and people are told what answered", async () => {
  const fault = await failAs(chat(502, nginxPage("502 Bad Gateway")));
  assert.equal(fault?.detail, "502 Bad Gateway");
  assert.match(fault?.message ?? "", /web page/);
});

test("X4 the words of a provider behind a gateway are kept, also where the body has no error field", async () => {
  const details = [];
  for (const body of [
    { error: { message: "Provider returned error", metadata: { raw: "rate-limited upstream" } } },
    { object: "error", message: "bad tool" },
    { detail: "Not Found" },
    { statusCode: 404, message: "Resource not found" },
    { errors: [{ message: "first" }] },
  ])
    details.push((await failAs(chat(404, body)))?.detail);
  assert.deepEqual(details, [
    "Provider returned error: rate-limited upstream",
    "bad tool",
    "Not Found",
    "Resource not found",
    "first",
  ]);
});

/** Keys, planted in every place where a provider might repeat them. */
const PLANTED = [
  "sk-proj-Planted0123456789",
  "sk-ant-api03-Planted_0123456789",
  "0123456789abcdef0123456789abcdef",
  "Planted0Azure0Key0With0Eighty0Four0Characters0AAAJQQJ99BAACYeBjFXJ3w3AAABACOGabcd",
  "gsk_Planted0123456789",
];
const CONFIGURED = "planted/configured+key";

test("X4 no planted key leaves by an error: body, header, address, cause, at any status and in a stream", async () => {
  const leaks: string[] = [];
  for (const key of [...PLANTED, CONFIGURED]) {
    const words = `key ${key}, Authorization: Bearer ${key}, api-key: ${key}, https://user:${key}@host/v1?api-key=${key}&key=${key}`;
    const failures = [
      openAiError(401, { message: words }),
      openAiError(429, { message: words, code: "rate_limit_exceeded" }),
      anthropicError(400, "invalid_request_error", words),
      chat(502, nginxPage(words)),
      chat(500, { detail: { request: { headers: { authorization: `Bearer ${key}` } } } }),
      chatEvent({ error: { message: words } }),
      connect("ECONNRESET", words),
    ];
    for (const failure of failures) {
      const fault = await failAs(failure, CONFIGURED);
      if (JSON.stringify(fault).includes(key)) leaks.push(`${key}: ${JSON.stringify(fault)}`);
    }
  }
  assert.deepEqual(leaks, []);
});

test("X4 what a provider threw is not carried along, for a logger prints causes; a bug of ours is", async () => {
  const { providerOf, SHORT_REQUEST, countedIds } = await import("../__fixtures__/replay.ts");
  const causeOf = async (thrown: Error) => {
    const provider = providerOf("openai-chat", async () => Promise.reject(thrown));
    const options = { signal: new AbortController().signal, newToolCallId: countedIds() };
    try {
      for await (const _event of provider.stream(SHORT_REQUEST, options));
    } catch (error) {
      return error instanceof ModelError ? error.cause : error;
    }
    return "no error";
  };
  assert.equal(await causeOf(new Error("Bearer sk-planted", { cause: { headers: {} } })), undefined);
});

test("X3 a ModelError keeps its fault", () => {
  const fault = classify(new StreamFailure({ message: "slow", code: 429 }));
  assert.equal(classify(new ModelError(fault)), fault);
});

test("X3 errors whose causes or bodies go in circles are classified all the same", () => {
  const error: Error = new Error("socket hang up");
  error.cause = error;
  assert.equal(classify(error).kind, "network");
  const body: { error?: unknown; message: string } = { message: "x" };
  body.error = body;
  assert.equal(classify(new StreamFailure(body)).retryable, true);
});

test("X3 a code, a reason or a provider named like a method of objects means nothing special", async () => {
  for (const code of ["constructor", "__proto__", "toString"]) {
    const fault = classify(new StreamFailure({ message: "slow", code }));
    assert.deepEqual([fault.kind, fault.retryable], ["generic", true], code);
    const named = classifyError(new StreamFailure({ message: "slow", code: 401 }), {
      provider: code,
      now_ms: 0,
    });
    assert.equal(named.message, `${code} did not accept the API key.`);
  }
});
