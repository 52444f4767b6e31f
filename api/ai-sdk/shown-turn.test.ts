import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatStatus, LastError, Message } from "../../core/chat/message.ts";
import type { Part, ToolCallPart, ToolResultPart } from "../../core/part/part.ts";
import type { PartDelta } from "../../core/part/stream-part.ts";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import type { SdkVersion, UiChunk } from "./chunk.ts";
import { ShownTurn } from "./shown-turn.ts";

const chat_id = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";
const turn_id = 7;
const at = "2026-01-01T00:00:00.000Z";

function message(
  [id, role]: readonly [number, "assistant" | "tool"],
  content: readonly Part[],
  more: object = {},
): Message {
  return {
    id,
    chat_id,
    turn_id,
    role,
    content,
    usage: null,
    finish_reason: "stop",
    ...more,
  } as unknown as Message;
}

function messages(all: readonly Message[], closes: readonly string[] = []): StreamEvent {
  return { type: "messages", data: { chat_id, messages: all, history_version: 2, closes } };
}

function status(is: ChatStatus, turn: number | null = turn_id): StreamEvent {
  return { type: "status", data: { chat_id, status: is, turn_id: turn, history_version: 1 } };
}

function reset(episode: string): StreamEvent {
  return { type: "preview_reset", data: { chat_id, episode } };
}

function part(episode: string, [seq, index = 0]: readonly [number, number?], delta: PartDelta): StreamEvent {
  const role = delta.type === "tool-result" ? "tool" : "assistant";
  return { type: "message_part", data: { chat_id, episode, from_seq: seq, seq, index, role, part: delta } };
}

const caughtUp: StreamEvent = { type: "caught_up", data: { chat_id } };
const error: LastError = {
  message: "The provider is overloaded.",
  kind: "overloaded",
  provider: "openai",
  retryable: true,
  status_code: 529,
  detail: null,
};

function text(value: string) {
  return { type: "text" as const, text: value };
}

const call: ToolCallPart = {
  type: "tool-call",
  tool_call_id: "c1",
  tool_name: "grep",
  args: { pattern: "x" },
  created_at: at,
};

function result(is_error: boolean, value: object): ToolResultPart {
  return {
    type: "tool-result",
    tool_call_id: "c1",
    tool_name: "grep",
    result: value as never,
    is_error,
    created_at: at,
  };
}

/** What a turn that runs makes of these events, without its first chunk. */
function chunksOf(events: readonly StreamEvent[], version: SdkVersion = 5): UiChunk[] {
  const turn = new ShownTurn({ chat_id, turn_id }, version);
  const chunks = [status("running"), caughtUp, ...events].flatMap((event) => turn.take(event));
  return turn.over ? [...chunks, ...turn.end()] : chunks;
}

function types(chunks: readonly UiChunk[]): string[] {
  return chunks.map(({ type }) => type);
}

test("T4 text comes as it is written; its message closes it, and the turn's end finishes", () => {
  const chunks = chunksOf([
    reset("1.1"),
    part("1.1", [1], text("Hel")),
    part("1.1", [2], text("lo")),
    part("1.1", [2], text("lo")),
    messages([message([8, "assistant"], [text("Hello!")])], ["1.1"]),
    status("waiting"),
  ]);
  const usage = { input_tokens: 0, output_tokens: 0, total_tokens: 0 };
  assert.deepEqual(chunks, [
    { type: "start-step" },
    { type: "text-start", id: "p1" },
    { type: "text-delta", id: "p1", delta: "Hel" },
    { type: "text-delta", id: "p1", delta: "lo" },
    { type: "text-delta", id: "p1", delta: "!" },
    { type: "text-end", id: "p1" },
    { type: "finish-step" },
    { type: "finish", messageMetadata: { chat_id, turn_id, message_ids: [8], usage } },
  ]);
});

test("versions 6 and 7 are told why a turn has finished; clients of version 5 before 5.0.92 would refuse it", () => {
  const events = [messages([message([8, "assistant"], [text("Hello!")])]), status("waiting")];
  const reasons = ([5, 6, 7] as const).map((version) =>
    chunksOf(events, version).flatMap((chunk) => (chunk.type === "finish" ? [chunk.finishReason] : [])),
  );
  assert.deepEqual(reasons, [[undefined], ["stop"], ["stop"]]);
});

const retry = {
  attempt: 2,
  attempts_max: 25,
  kind: "overloaded",
  message: "The provider is overloaded.",
  retrying_at: "2026-01-01T00:00:04.000Z",
} as const;
const waits: StreamEvent = {
  type: "retry",
  data: { chat_id, ...retry, delay_ms: 4_000, status_code: 529 },
};

test("X1 a failed call that is waited out is told once as a transient part, and that the wait is over, too", () => {
  const told = (events: readonly StreamEvent[]) =>
    chunksOf(events).flatMap((chunk) => (chunk.type === "data-retry" ? [chunk.data] : []));
  const anew = [reset("1.3"), part("1.3", [1], text("a"))];
  assert.deepEqual(told([waits]), [retry]);
  // A reader that begins anew is told of the same wait.
  assert.deepEqual(told([waits, status("running"), waits, ...anew]), [retry, null]);
  const later = { ...waits, data: { ...waits.data, retrying_at: "2026-01-01T00:00:12.000Z" } } as StreamEvent;
  assert.deepEqual(told([waits, later]).length, 2);
  assert.deepEqual(told([waits, status("waiting")]), [retry, null]);
  assert.deepEqual(told([waits, messages([message([8, "assistant"], [text("a")])])]), [retry, null]);
  assert.deepEqual(told([status("running", turn_id + 3), waits]), []);
});

test("C4 what a tool's server asks is told as transient parts, and when it is over, too", () => {
  const asked_by = { mcp_server_id: chat_id, name: "The inn" };
  const question = {
    question_id: "1.1.1",
    mode: "url",
    message: "Please pay.",
    url: "https://example.org/",
  } as const;
  const asks = (questions: readonly (typeof question)[]): StreamEvent => ({
    type: "action_required",
    data: {
      chat_id,
      tool_calls: [
        {
          tool_call_id: "c1",
          tool_name: "inn__pay",
          args: {},
          kind: "question",
          deadline_at: null,
          asked_by,
          questions,
        },
      ],
      deadline_at: null,
    },
  });
  const told = (events: readonly StreamEvent[]) =>
    chunksOf(events).flatMap((chunk) => (chunk.type === "data-question" ? [chunk.data.questions] : []));
  assert.deepEqual(told([status("requires_action"), asks([question])]), [[question]]);
  assert.deepEqual(told([status("requires_action"), asks([question]), asks([question])]), [[question]]);
  assert.deepEqual(told([status("requires_action"), asks([question]), status("running")]), [[question], []]);
  assert.deepEqual(told([status("requires_action", turn_id + 3), asks([question])]), []);
});

test("T4 what was committed before the stream began comes in one piece each, whoever wrote it", () => {
  const committed = [
    message([8, "assistant"], [{ type: "reasoning", text: "Hm." }, text("Looking."), call]),
    message([9, "tool"], [result(false, { matches: [] })]),
    message([10, "assistant"], [text("Nothing.")]),
  ];
  const expected = [
    "start-step",
    "reasoning-start reasoning-delta reasoning-end",
    "text-start text-delta text-end",
    "tool-input-start tool-input-available",
    "tool-output-available",
    "finish-step",
    "start-step",
    "text-start text-delta text-end",
    "finish-step",
    "finish",
  ];
  assert.deepEqual(types(chunksOf([messages(committed), status("waiting")])), expected.join(" ").split(" "));
});

test("W8 what a tool says while it runs is preliminary, and its result ends that", () => {
  const events = [
    messages([message([8, "assistant"], [call])]),
    reset("2.0.c1"),
    part("2.0.c1", [1], { type: "tool-result", tool_call_id: "c1", result_delta: "some " }),
    part("2.0.c1", [2], { type: "tool-result", tool_call_id: "c1", result_delta: "😀".repeat(3_000) }),
    messages([message([9, "tool"], [result(false, { exit_code: 0 })])], ["2.0.c1"]),
    part("2.0.c1", [3], { type: "tool-result", tool_call_id: "c1", result_delta: "late" }),
  ];
  const chunks = chunksOf(events, 6);
  const outputs = chunks.filter((chunk) => chunk.type === "tool-output-available");
  assert.deepEqual(outputs[0]?.output, { output: "some ", running: true });
  assert.deepEqual(outputs[1]?.output, { output: "😀".repeat(2_048), running: true });
  assert.deepEqual(
    outputs.map(({ preliminary }) => preliminary),
    [true, true, undefined],
  );
  // The first clients of version 5 refuse a preliminary output: what is said goes beside the message.
  const beside = chunksOf(events, 5).filter((chunk) => chunk.type === "data-tool-output");
  assert.deepEqual(
    beside.map(({ data }) => data),
    [
      { toolCallId: "c1", output: "some " },
      { toolCallId: "c1", output: "😀".repeat(2_048) },
    ],
  );
});

test("a failed call is told in words; what has more to it than words is told whole", () => {
  const failed = (value: object) => {
    const events = [
      messages([message([8, "assistant"], [call]), message([9, "tool"], [result(true, value)])]),
    ];
    return chunksOf(events).flatMap((chunk) => (chunk.type === "tool-output-error" ? [chunk.errorText] : []));
  };
  assert.deepEqual(failed({ error: "No such file." }), ["No such file."]);
  assert.deepEqual(failed({ error: "No such file.", hint: "Look." }), ["No such file. Look."]);
  const stopped = { error: "It was stopped.", output: "half" };
  assert.deepEqual(failed(stopped), [JSON.stringify(stopped)]);
});

const another = [
  reset("1.1"),
  part("1.1", [1], text("wrong")),
  reset("1.2"),
  part("1.2", [1], text("right")),
];

test("X7 version 7 is told at once that another attempt begins", () => {
  assert.deepEqual(types(chunksOf(another.slice(0, 3), 7)).slice(-1), ["reset-step"]);
  assert.deepEqual(types(chunksOf(another, 7)).slice(-3), ["reset-step", "text-start", "text-delta"]);
});

for (const version of [5, 6] as const) {
  test(`X7 version ${version} shows what it has until the new attempt says something else`, () => {
    const shown = chunksOf(another.slice(0, 3), version);
    assert.deepEqual(types(shown), ["start-step", "text-start", "text-delta"]);
    const anew = "text-end data-everturn-reset finish-step start-step text-start text-delta";
    assert.deepEqual(types(chunksOf(another, version)).slice(shown.length), anew.split(" "));
  });

  test(`X7 version ${version} goes on in the same part where the new attempt says the same and more`, () => {
    const same = [
      reset("1.1"),
      part("1.1", [1], text("one two")),
      reset("1.2"),
      part("1.2", [1], text("one")),
      part("1.2", [2], text(" two three")),
    ];
    assert.deepEqual(chunksOf(same, version).slice(2), [
      { type: "text-delta", id: "p1", delta: "one two" },
      { type: "text-delta", id: "p1", delta: " three" },
    ]);
  });
}

test("T4 the same attempt told again from its beginning changes nothing, in no version", () => {
  for (const version of [5, 6, 7] as const) {
    const once = [reset("1.1"), part("1.1", [1], text("one "))];
    const again = [reset("1.1"), part("1.1", [1], text("one ")), part("1.1", [2], text("two"))];
    assert.deepEqual(types(chunksOf([...once, ...again], version)).slice(3), ["text-delta"]);
  }
});

test("I1 an interrupt is an abort, X4 a failure our words, and what comes before them is whole", () => {
  const cut = message([8, "assistant"], [text("half")], { interrupted: true, finish_reason: "interrupted" });
  const interrupted = chunksOf([messages([cut]), status("waiting")]);
  assert.deepEqual(types(interrupted).slice(-3), ["finish-step", "abort", "finish"]);
  const failed = chunksOf([status("error"), { type: "error", data: { chat_id, error } }]);
  assert.deepEqual(types(failed), ["message-metadata", "error", "finish"]);
  assert.ok(failed.some((chunk) => chunk.type === "error" && chunk.errorText === error.message));
});

test("Q6 the next turn's messages and parts are not this turn's", () => {
  const next = { ...message([11, "assistant"], [text("other")]), turn_id: 10 };
  const chunks = chunksOf([
    messages([next]),
    status("running", 10),
    reset("3.1"),
    part("3.1", [1], text("x")),
  ]);
  assert.deepEqual(types(chunks), ["finish"]);
});

test("a long text is cut into frames of bounded size", () => {
  const deltas = chunksOf([messages([message([8, "assistant"], [text("x".repeat(100_000))])])]).flatMap(
    (chunk) => (chunk.type === "text-delta" ? [chunk.delta] : []),
  );
  assert.ok(deltas.length > 1 && deltas.every((delta) => delta.length <= 32_768));
  assert.equal(deltas.join("").length, 100_000);
});

/** What clients of version 5 knew from their first day on (API.md): they refuse a chunk with another field. */
const FIELDS_5: Readonly<Record<string, readonly string[]>> = {
  start: ["messageId", "messageMetadata"],
  "start-step": [],
  "finish-step": [],
  "text-start": ["id"],
  "text-delta": ["id", "delta"],
  "text-end": ["id"],
  "reasoning-start": ["id"],
  "reasoning-delta": ["id", "delta"],
  "reasoning-end": ["id"],
  "tool-input-start": ["toolCallId", "toolName", "providerExecuted"],
  "tool-input-delta": ["toolCallId", "inputTextDelta"],
  "tool-input-available": ["toolCallId", "toolName", "input", "providerExecuted"],
  "tool-output-available": ["toolCallId", "output", "providerExecuted"],
  "tool-output-error": ["toolCallId", "errorText", "providerExecuted"],
  "source-url": ["sourceId", "url", "title"],
  "data-everturn-reset": ["data", "id"],
  "message-metadata": ["messageMetadata"],
  error: ["errorText"],
  abort: [],
  "data-question": ["data", "transient"],
  "data-retry": ["data", "transient"],
  "data-tool-output": ["data", "transient"],
  finish: ["messageMetadata"],
};
/** And those of version 6. */
const FIELDS_6: typeof FIELDS_5 = {
  ...FIELDS_5,
  "tool-output-available": ["toolCallId", "output", "providerExecuted", "preliminary"],
  "tool-approval-request": ["approvalId", "toolCallId"],
  "tool-output-denied": ["toolCallId"],
  finish: ["finishReason", "messageMetadata"],
};

test("versions 5 and 6 get no field and no type that their first clients refuse", () => {
  const searched: readonly Part[] = [
    { ...call, tool_call_id: "s1", provider_executed: true },
    { ...result(false, { found: 1 }), tool_call_id: "s1" },
    { type: "source", url: "https://example.org/", title: "Example" },
  ];
  const events = [
    waits,
    ...another,
    part("1.2", [2, 1], { type: "reasoning", text: "hm" }),
    part("1.2", [3, 2], { type: "tool-call", tool_call_id: "c1", tool_name: "grep", args_delta: '{"pa' }),
    messages(
      [message([8, "assistant"], [text("right"), { type: "reasoning", text: "hm" }, call, ...searched])],
      ["1.2"],
    ),
    reset("2.0.c1"),
    part("2.0.c1", [1], { type: "tool-result", tool_call_id: "c1", result_delta: "x" }),
    messages([message([9, "tool"], [result(true, { error: "No." })])]),
    status("error"),
    { type: "error", data: { chat_id, error } } as const,
  ];
  for (const version of [5, 6] as const) {
    for (const { type, ...fields } of chunksOf(events, version)) {
      const known = (version === 5 ? FIELDS_5 : FIELDS_6)[type];
      assert.ok(known !== undefined, `${type} is unknown to version ${version}`);
      assert.deepEqual(
        Object.keys(fields).filter((field) => !known.includes(field)),
        [],
        type,
      );
    }
  }
});
