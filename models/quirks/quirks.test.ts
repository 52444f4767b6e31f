// Tests X10: what a refusal teaches, and how the request is written then. One row per refusal in the words of a server.
import assert from "node:assert/strict";
import { test } from "node:test";
import { assistant, call, REFUSALS, result, TOOL, user } from "../__fixtures__/refusals.ts";
import { collect, countedIds, fixtureBytes, providerOf, SHORT_REQUEST } from "../__fixtures__/replay.ts";
import type { Dialect, Lesson, ModelRequest, UnsupportedSetting } from "../provider.ts";
import { QUIRKS } from "./quirk-table.ts";

const FIXTURES: Readonly<Record<Dialect, string>> = {
  "openai-chat": "chat-text.sse",
  "openai-responses": "responses-text.sse",
  anthropic: "anthropic-text.sse",
};

type Body = Record<string, unknown>;
/** The answer to the call with this number, from 1; null if it is answered well. */
type Refuse = (calls: number) => Response | null;

const LOCAL = "http://127.0.0.1:9/v1";

/** Asks a server that refuses what `refuse` says. Returns everything that was asked, and the result. */
async function ask(
  dialect: Dialect,
  { baseUrl = LOCAL, ...more }: Partial<ModelRequest> & { baseUrl?: string },
  refuse: Refuse,
) {
  const bodies: Body[] = [];
  const lessons: Lesson[] = [];
  const unsupported: UnsupportedSetting[] = [];
  const provider = providerOf(
    dialect,
    async (_input, init) => {
      const body = JSON.parse(typeof init?.body === "string" ? init.body : "") as Body;
      bodies.push(body);
      return (
        refuse(bodies.length) ??
        new Response(fixtureBytes(FIXTURES[dialect]), { headers: { "content-type": "text/event-stream" } })
      );
    },
    { baseUrl, name: "p2" },
  );
  const { fault } = await collect(
    provider.stream(
      { ...SHORT_REQUEST, ...more },
      {
        signal: new AbortController().signal,
        newToolCallId: countedIds(),
        onLesson: (lesson) => lessons.push(lesson),
        onUnsupported: (settings) => unsupported.push(...settings),
      },
    ),
  );
  return { bodies, lessons, unsupported, fault };
}

for (const { quirk, says, status = 400, dialect, request, right } of REFUSALS) {
  test(`X10 ${quirk} is learnt from “${JSON.stringify(says).slice(0, 70)}” and the call is made once more`, async () => {
    const { bodies, lessons, fault } = await ask(dialect, request, (calls) =>
      calls === 1 ? Response.json(says, { status }) : null,
    );
    assert.equal(fault, null);
    assert.equal(bodies.length, 2, "asked once more, and no oftener");
    assert.deepEqual(
      lessons.map((lesson) => (lesson.type === "quirk" ? lesson.name : lesson.type)),
      [quirk],
    );
    const [before, after] = bodies as [Body, Body];
    assert.equal(right(before), false, "it was not asked so before");
    assert.equal(right(after), true, JSON.stringify(after));

    // Once known, it is asked in this way at once.
    const known = await ask(
      dialect,
      quirk === "unsealed" ? { ...request, replay_full_history: true } : { ...request, quirks: [quirk] },
      () => null,
    );
    assert.equal(known.bodies.length, 1);
    assert.equal(right(known.bodies[0] as Body), true);
  });
}

test("X10 every quirk has a refusal that teaches it, a source with its date, and a name of its own", () => {
  const taught = new Set(REFUSALS.map(({ quirk }) => quirk));
  for (const { name, sources, words, about } of QUIRKS) {
    // Those that are made from lists have the same pattern with another name in it.
    if (!/^(without|effort)-/.test(name))
      assert.ok(taught.has(name), `${name} has no refusal in the fixtures`);
    assert.ok(sources.length > 0 && words.length > 0 && about !== "", name);
    for (const { url, on } of sources) assert.match(`${url} ${on}`, /^https:\/\/\S+ \d{4}-\d\d-\d\d$/);
  }
  assert.equal(new Set(QUIRKS.map(({ name }) => name)).size, QUIRKS.length);
});

const REFUSED_USER = { error: { message: "Unexpected role 'user' after role 'tool'", code: "3230" } };
const CUT_TURN = [user("go"), assistant(call("c1")), result("c1"), user("and now?")];

test("X10 a refusal that comes again with its quirk on is an ordinary error, and nothing is remembered", async () => {
  const { bodies, lessons, fault } = await ask("openai-chat", { messages: CUT_TURN, tools: [TOOL] }, () =>
    Response.json(REFUSED_USER, { status: 400 }),
  );
  assert.equal(bodies.length, 2);
  assert.deepEqual(lessons, []);
  assert.deepEqual([fault?.kind, fault?.retryable, fault?.status_code], ["config", false, 400]);
  const known = await ask(
    "openai-chat",
    { messages: CUT_TURN, tools: [TOOL], quirks: ["assistant-behind-tool"] },
    () => Response.json(REFUSED_USER, { status: 400 }),
  );
  assert.equal(known.bodies.length, 1);
});

test("X10 efforts that a model lacks are lowered in whatever order that was learnt", async () => {
  const quirks = ["effort-xhigh-as-high-in-openai-responses", "effort-max-as-xhigh-in-openai-responses"];
  for (const learnt of [quirks, quirks.toReversed()]) {
    const request = { config: { reasoning_effort: "max" }, quirks: learnt } as const;
    const { bodies, fault } = await ask("openai-responses", request, () => null);
    assert.equal(fault, null);
    const { reasoning } = bodies[0] as { reasoning?: { effort?: string } };
    assert.equal(reasoning?.effort, "high");
  }
});

test("X10 of two lessons that contradict each other the newest wins, also one that was learnt before", async () => {
  const learnt = ["max-tokens", "max-completion-tokens"];
  const request = { config: { max_output_tokens: 100 }, quirks: learnt };
  const says =
    "Unsupported parameter: 'max_completion_tokens' is not supported with this model. Use 'max_tokens' instead.";
  const { bodies, lessons, fault } = await ask("openai-chat", request, (calls) =>
    calls === 1 ? Response.json({ error: { message: says } }, { status: 400 }) : null,
  );
  assert.equal(fault, null);
  assert.deepEqual(
    bodies.map((body) => ["max_tokens", "max_completion_tokens"].filter((name) => name in body)),
    [["max_completion_tokens"], ["max_tokens"]],
  );
  assert.deepEqual(
    lessons.map((lesson) => (lesson.type === "quirk" ? lesson.name : "")),
    ["max-tokens"],
  );
});

test("X10 a refusal that would change nothing of the request teaches nothing", async () => {
  const { bodies, fault } = await ask("openai-chat", {}, () => Response.json(REFUSED_USER, { status: 400 }));
  assert.equal(bodies.length, 1);
  assert.equal(fault?.kind, "config");
});

test("X10 a server with several peculiarities teaches them one after the other, all in one call", async () => {
  const messages = [...CUT_TURN.slice(0, 3), user("and now?")];
  const says = [
    REFUSED_USER,
    { message: "Tool call id was c1 but must be a-z, A-Z, 0-9, with a length of 9.", code: "3280" },
    { error: { message: "Unsupported parameter: 'temperature' is not supported with this model." } },
  ];
  const request = { messages, tools: [TOOL], config: { temperature: 0.3 } };
  const { bodies, lessons, unsupported, fault } = await ask("openai-chat", request, (calls) =>
    says[calls - 1] === undefined ? null : Response.json(says[calls - 1], { status: 400 }),
  );
  assert.equal(fault, null);
  assert.equal(bodies.length, 4);
  assert.deepEqual(
    lessons.map((lesson) => (lesson.type === "quirk" ? lesson.name : "")),
    ["assistant-behind-tool", "nine-character-ids", "without-temperature"],
  );
  assert.deepEqual(
    unsupported.map(({ setting }) => setting),
    ["temperature"],
    "SPEC L12: a setting that is left out is named",
  );
});

test("X10 a value out of range is a mistake in the model config, not a quirk", async () => {
  for (const message of [
    "temperature must be between 0 and 2",
    "Invalid 'temperature': decimal above maximum value. Expected a value <= 2, but got 5 instead.",
    "max_tokens is too large: 100000. This model supports at most 16384 completion tokens",
  ]) {
    const { bodies } = await ask(
      "openai-chat",
      { config: { temperature: 5, max_output_tokens: 100_000 } },
      () => Response.json({ error: { message } }, { status: 400 }),
    );
    assert.equal(bodies.length, 1, message);
  }
});

test("X10 nothing is learnt from keys, limits and overload, whatever their words", async () => {
  for (const status of [401, 403, 413, 429, 503]) {
    const { bodies } = await ask("openai-chat", { messages: CUT_TURN, tools: [TOOL] }, () =>
      Response.json(REFUSED_USER, { status }),
    );
    assert.equal(bodies.length, 1, String(status));
  }
});

test("X10 servers that are known to want something are asked so from the first call", async () => {
  const first = async (baseUrl: string, model: string) => {
    const request = { model, messages: CUT_TURN, tools: [TOOL], baseUrl };
    const { bodies } = await ask("openai-chat", request, () => null);
    return bodies[0]?.["messages"] as { role: string; tool_call_id?: string; reasoning_content?: string }[];
  };
  const mistral = await first("https://api.mistral.ai/v1", "mistral-large-latest");
  assert.deepEqual(
    mistral.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant", "user"],
  );
  assert.match(mistral[2]?.tool_call_id ?? "", /^[A-Za-z0-9]{9}$/);
  const gemini = await first("https://generativelanguage.googleapis.com/v1beta/openai", "gemini-3-pro");
  assert.match(JSON.stringify(gemini[1]), /skip_thought_signature_validator/);
  const older = await first("https://generativelanguage.googleapis.com/v1beta/openai", "gemini-2.5-pro");
  assert.doesNotMatch(JSON.stringify(older), /skip_thought/);
  const deepseek = await first("https://api.deepseek.com", "deepseek-v4-pro");
  assert.equal(deepseek[1]?.reasoning_content, " ");
  const elsewhere = await first("https://mistral.example.org/v1", "mistral-large");
  assert.equal(elsewhere.length, 4);
});

test("X10 names of quirks that a newer program has learnt change nothing here", async () => {
  const { bodies } = await ask("openai-chat", { quirks: ["of-a-newer-program"] }, () => null);
  const plain = await ask("openai-chat", {}, () => null);
  assert.deepEqual(bodies, plain.bodies);
});

const OUTPUT = {
  schema: {
    type: "object",
    properties: { a: { type: "string" } },
    required: ["a"],
    additionalProperties: false,
  },
};

for (const [says, why] of [
  [
    "Invalid schema for response_format 'answer': In context=('properties', 'a'), 'minLength' is not permitted.",
    "its keywords",
  ],
  ["Grammar error: cannot compile", "words that nobody knows"],
] as const)
  test(`C12 X10 a schema that a server refuses by ${why} is told in words, and nothing is learnt of the server`, async () => {
    const { bodies, lessons, fault } = await ask("openai-chat", { output: OUTPUT }, (calls) =>
      calls === 1 ? Response.json({ error: { message: says } }, { status: 400 }) : null,
    );
    assert.equal(fault, null);
    assert.deepEqual(
      bodies.map((body) => body["response_format"] !== undefined),
      [true, false],
    );
    assert.match(JSON.stringify(bodies[1]?.["messages"]), /JSON schema below/);
    assert.deepEqual(lessons, [{ type: "output-in-words" }]);
  });
