// Tests of what is printed of a chat: once, in order, and honestly where something is taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type ChatView,
  initialChatView,
  type Message,
  type Part,
  reduceChat,
  type StreamEvent,
} from "../../../client/index.ts";
import type { Span } from "../text/style.ts";
import { changeLines } from "./diff-lines.ts";
import { toolLines } from "./tool-lines.ts";
import { Transcript } from "./transcript.ts";
import { costWords, durationWords } from "./words.ts";

const chat_id = "c";
const textOf = (lines: readonly (readonly Span[])[]) =>
  lines.map((line) => line.map(({ text }) => text).join(""));

class Page {
  #view: ChatView = { ...initialChatView(chat_id), caught_up: true };
  readonly #transcript = new Transcript(() => 60);
  readonly printed: string[] = [];
  live: string[] = [];

  tell(...events: StreamEvent[]): this {
    for (const event of events) this.#view = reduceChat(this.#view, event);
    const { finished, live } = this.#transcript.update(this.#view);
    this.printed.push(...textOf(finished));
    this.live = textOf(live);
    return this;
  }
}

function message(id: number, role: Message["role"], content: readonly Part[]): StreamEvent {
  return committed({ id, role, content, interrupted: false });
}

function committed(given: Pick<Message, "id" | "role" | "content" | "interrupted">): StreamEvent {
  const one = { chat_id, turn_id: 1, ...given } as unknown as Message;
  return {
    type: "messages",
    data: { chat_id, messages: [one], history_version: given.id, closes: ["1.0", "1.1"] },
  };
}

const begin = (episode: string): StreamEvent => ({ type: "preview_reset", data: { chat_id, episode } });
function says(episode: string, seq: number, text: string): StreamEvent {
  const part = { type: "text" as const, text };
  return {
    type: "message_part",
    data: { chat_id, episode, from_seq: seq, seq, index: 0, role: "assistant", part },
  };
}
const text = (value: string): Part => ({ type: "text", text: value });

test("an answer is printed line by line as it comes, and its commit prints the rest alone", () => {
  const page = new Page().tell(begin("1.0"), says("1.0", 1, "one\ntw"));
  assert.deepEqual([page.printed, page.live], [["one"], ["tw"]]);
  page.tell(says("1.0", 2, "o\nthree"));
  assert.deepEqual(page.printed, ["one", "two"]);
  page.tell(message(2, "assistant", [text("one\ntwo\nthree")]));
  assert.deepEqual([page.printed, page.live], [["one", "two", "three", ""], []]);
});

test("I5 an attempt that begins again goes on where it says the same, and what it does not say again is taken back once", () => {
  const same = new Page().tell(begin("1.0"), says("1.0", 1, "one\ntwo\n")).tell(begin("1.1"));
  same.tell(says("1.1", 1, "one\n")).tell(says("1.1", 2, "two\nthree\n"));
  assert.deepEqual(same.printed, ["one", "two", "three"]);
  const other = new Page().tell(begin("1.0"), says("1.0", 1, "one\ntwo\n")).tell(begin("1.1"));
  other.tell(says("1.1", 1, "else\n")).tell(message(2, "assistant", [text("else\n")]));
  assert.deepEqual(other.printed, [
    "one",
    "two",
    "(What you see above was taken back: this attempt was not kept.)",
    "else",
    "",
  ]);
});

test("I1 a stopped answer says so, and a shorter one that was kept is told", () => {
  const page = new Page().tell(begin("1.0"), says("1.0", 1, "one\ntwo\n"));
  page.tell(committed({ id: 2, role: "assistant", content: [text("one\n")], interrupted: true }));
  assert.ok(page.printed.some((line) => line.includes("taken back")));
  assert.equal(page.printed.at(-2), "— stopped —");
});

test("a history that was changed goes on below, with a note", () => {
  const page = new Page().tell(
    message(1, "user", [text("first")]),
    message(2, "assistant", [text("answer")]),
  );
  page.tell(
    { type: "history_reset", data: { chat_id, has_more: false, before_id: null } },
    message(3, "user", [text("second")]),
  );
  assert.deepEqual(page.printed.slice(-3), [
    "— The history was changed. It goes on from here: —",
    "> second",
    "",
  ]);
});

test("an error is told once for each turn", () => {
  const error: StreamEvent = {
    type: "error",
    data: {
      chat_id,
      error: {
        message: "No.",
        kind: "auth",
        provider: null,
        retryable: false,
        status_code: 401,
        detail: "bad key",
      },
    },
  };
  const status: StreamEvent = {
    type: "status",
    data: { chat_id, status: "error", turn_id: 1, history_version: 1 },
  };
  const page = new Page().tell(status, error).tell(status, error);
  assert.deepEqual(page.printed, ["✘ No. bad key", ""]);
});

const at = (s: number) => `2026-01-01T00:00:${String(s).padStart(2, "0")}.000Z`;
const call = (tool_name: string, args: object) =>
  ({ type: "tool-call", tool_call_id: "t", tool_name, args, created_at: at(0) }) as Extract<
    Part,
    { type: "tool-call" }
  >;
const result = (tool_name: string, value: unknown, is_error = false) =>
  ({
    type: "tool-result",
    tool_call_id: "t",
    tool_name,
    result: value,
    is_error,
    created_at: at(2),
  }) as Extract<Part, { type: "tool-result" }>;
const told = (a: ReturnType<typeof call>, b: ReturnType<typeof result>, columns = 60) =>
  textOf(toolLines({ call: a, result: b, columns }));

test("a tool's line has what it did, its time and its exit code, and the end of the output where it failed", () => {
  const run = call("execute", { command: "npm\ntest" });
  assert.deepEqual(told(run, result("execute", { exit_code: 0, duration_ms: 1_234, output: "fine" })), [
    "✔ execute  npm test  1.2 s · exit 0",
  ]);
  assert.deepEqual(told(run, result("execute", { exit_code: 2, output: "a\nb\u001b[31m!\n" })), [
    "✘ execute  npm test  2.0 s · exit 2",
    "  a",
    "  b!",
  ]);
  assert.deepEqual(told(call("grep", { pattern: "x" }), result("grep", { error: "no such folder" }, true)), [
    "✘ grep  x  2.0 s · failed",
    "  no such folder",
  ]);
  assert.ok(told(call("execute", { command: "x".repeat(500) }), result("execute", {}), 40)[0]?.includes("…"));
});

test("an edit is shown as the lines that change, without those that stay", () => {
  const edits = [{ search: "same\nold\nend", replace: "same\nnew\nmore\nend" }];
  const args = { files: [{ path: "a.txt", edits }] };
  assert.deepEqual(textOf(changeLines("edit_files", args)), ["a.txt", "- old", "+ new", "+ more"]);
  const long = textOf(changeLines("write_file", { path: "b", content: "line\n".repeat(100) }));
  assert.equal(long.at(-1), "… and 60 more lines");
  assert.deepEqual(changeLines("edit_files", { files: "not a list" }), []);
});

test("times and money in words", () => {
  assert.deepEqual([12, 1_234, 42_000, 125_000].map(durationWords), ["12 ms", "1.2 s", "42 s", "2 min 5 s"]);
  assert.deepEqual([0, 1_234, 1_500_000].map(costWords), ["$0.0000", "$0.0012", "$1.50"]);
});
