// Tests: the checks of a chaos run find what is wrong with subagents.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { JsonObject, Part } from "../../../core/part/part.ts";
import type { MessagePlan } from "../plan/plan.ts";
import { checkCalls } from "./check-calls.ts";
import { checkMessages } from "./check-messages.ts";
import { checkSubagents, type Subagent } from "./check-subagents.ts";
import { stepMarkOf, wordsOf } from "./expected-answer.ts";
import { answer, calm, found, one, row, two, user } from "./good-chat.ts";
import type { StoredRow } from "./stored-row.ts";
import { factsOfPlan } from "./verify-subagents.ts";

const asked: MessagePlan = {
  key: "c1-m3",
  steps: [
    {
      text: stepMarkOf("c1-m3", 0),
      tool_calls: [one, two].map((message) => {
        return {
          name: "spawn_agent",
          args: { type: "explore", title: message.key, prompt: wordsOf(message) },
        };
      }),
    },
    {
      text: stepMarkOf("c1-m3", 1),
      tool_calls: [0, 1].map((at) => ({ name: "wait_agent", args: { chat_id: `$turn.${at}.chat_id` } })),
    },
    { text: stepMarkOf("c1-m3", 2) },
  ],
  ends: "well",
  subagents: [one, two].map((message) => ({ messages: [message], interrupts: 0 })),
};

function call(tool_call_id: string, tool_name: string, args: JsonObject): Part {
  return { type: "tool-call", tool_call_id, tool_name, args, created_at: "" };
}

function resultOf(tool_call_id: string, tool_name: string, result: JsonObject): Part {
  return { type: "tool-result", tool_call_id, tool_name, result, is_error: false, created_at: "" };
}

function started(message: MessagePlan) {
  return { type: "explore", title: message.key, prompt: wordsOf(message) };
}

const reportOf = (message: MessagePlan) => answerText(answer([2, 1], message));

function answerText({ content }: StoredRow): string {
  return content.map((part) => (part.type === "text" ? part.text : "")).join("");
}

interface Change {
  readonly first?: JsonObject;
  readonly waited?: JsonObject;
}

/** A turn that has started two subagents and waited for both. */
function parentRows({ first = { chat_id: "a" }, waited = {} }: Change = {}): StoredRow[] {
  const text = (step: number): Part => ({ type: "text", text: stepMarkOf("c1-m3", step) });
  return [
    user(5, asked),
    row([6, 5], "assistant", [
      text(0),
      call("s1", "spawn_agent", started(one)),
      call("s2", "spawn_agent", started(two)),
    ]),
    row([7, 5], "tool", [
      resultOf("s1", "spawn_agent", first),
      resultOf("s2", "spawn_agent", { chat_id: "b" }),
    ]),
    row([8, 5], "assistant", [
      text(1),
      call("w1", "wait_agent", { chat_id: "a" }),
      call("w2", "wait_agent", { chat_id: "b" }),
    ]),
    row([9, 5], "tool", [
      resultOf("w1", "wait_agent", { chat_id: "a", report: reportOf(one), ...waited }),
      resultOf("w2", "wait_agent", { chat_id: "b", report: reportOf(two) }),
    ]),
    row([10, 5], "assistant", [text(2)]),
  ];
}

function subagent(id: string, message: MessagePlan, more: Partial<Subagent> = {}): Subagent {
  const rows = [user(1, message), answer([2, 1], message)];
  return { id, status: "waiting", children: 0, rows, ...more };
}

const both = () => [subagent("a", one), subagent("b", two)];

function foundIn(subagents: readonly Subagent[], change: Change = {}): string[] {
  return found(checkSubagents({ name: "c1", rows: parentRows(change), subagents }));
}

test("5: a subagent that was started twice, by nobody, or is not there is found", () => {
  assert.deepEqual(foundIn(both()), []);
  assert.deepEqual(foundIn([...both(), subagent("c", one)]), ["5 doubled"]);
  assert.deepEqual(foundIn([...both(), subagent("c", asked)]), ["5 wrong"]);
  assert.deepEqual(foundIn(both().slice(0, 1)), ["5 lost", "5 wrong"]);
  assert.deepEqual(foundIn(both(), { first: { chat_id: "b" } }), ["5 wrong"]);
});

test("5: a report that is not what the subagent wrote last is found", () => {
  assert.deepEqual(foundIn(both(), { waited: { report: reportOf(one).slice(0, -1) } }), ["5 lost"]);
  assert.deepEqual(foundIn(both(), { waited: { report: `${reportOf(one)} and more` } }), ["5 wrong"]);
  assert.deepEqual(foundIn(both(), { waited: { chat_id: "b" } }), ["5 wrong"]);
  const more = [user(1, one), answer([2, 1], one), user(3, two), answer([4, 3], two)];
  assert.deepEqual(foundIn([subagent("a", one, { rows: more }), subagent("b", two)]), ["5 wrong"]);
  assert.deepEqual(foundIn(both(), { waited: { report: "", timed_out: true } }), []);
});

test("5: a subagent that was stopped before it wrote reports nothing, and not what it wrote a turn before", () => {
  const stopped = [user(1, one), answer([2, 1], one), user(3, two)];
  const subagents = [subagent("a", one, { rows: stopped }), subagent("b", two)];
  assert.deepEqual(foundIn(subagents, { waited: { report: "" } }), []);
  assert.deepEqual(foundIn(subagents), ["5 wrong"]);
});

test("3: a subagent that does not end is found", () => {
  assert.deepEqual(foundIn([subagent("a", one, { status: "running" }), subagent("b", two)]), ["3 open"]);
});

test("5: a subagent of a subagent is found", () => {
  assert.deepEqual(foundIn([subagent("a", one, { children: 1 }), subagent("b", two)]), ["5 wrong"]);
  const rows = (is_error: boolean) => [
    user(1, one),
    row([2, 1], "assistant", [call("s", "spawn_agent", started(two))]),
    row([3, 1], "tool", [{ ...resultOf("s", "spawn_agent", { chat_id: "x" }), is_error } as Part]),
    answer([4, 1], one),
  ];
  const ran = new Map<string, number>();
  assert.deepEqual(found(checkCalls({ ...calm, ran, rows: rows(true), isSubagent: true })), []);
  assert.deepEqual(found(checkCalls({ ...calm, ran, rows: rows(false), isSubagent: true })), ["5 wrong"]);
  assert.deepEqual(found(checkCalls({ ...calm, ran, rows: rows(true) })), ["5 wrong"]);
});

test("1: what a subagent was told is answered once, in full unless somebody may have stopped it", () => {
  const told = { messages: [one, two], interrupts: 0 };
  const rows = [user(1, one), answer([2, 1], one), user(3, two), answer([4, 3], two)];
  const foundIn = (stored: readonly StoredRow[], interrupts = 0, parents = 0) => {
    const facts = factsOfPlan({ ...told, interrupts }, parents);
    return found(checkMessages({ name: "c1", rows: stored, status: "waiting", ...facts }));
  };
  assert.deepEqual(foundIn(rows), []);
  assert.deepEqual(foundIn(rows.slice(0, 2)), ["1 lost"]);
  assert.deepEqual(foundIn(rows.slice(0, 2), 0, 1), []);
  assert.deepEqual(foundIn([...rows, user(5, two), answer([6, 5], two)]), ["1 doubled", "1 reordered"]);
  const cut = rows.toSpliced(1, 1);
  assert.deepEqual(foundIn(cut), ["1 lost"]);
  assert.deepEqual(foundIn(cut, 1), []);
});

test("4: the calls of a parent are those of its model, whichever subagents they mean", () => {
  const facts = factsOfPlan({ messages: [asked], interrupts: 0 }, 0);
  const check = (rows: readonly StoredRow[]) =>
    found(checkMessages({ name: "c1", rows, status: "waiting", ...facts }));
  assert.deepEqual(check(parentRows()), []);
  const without = parentRows().map((each) =>
    each.id === 8 ? { ...each, content: each.content.slice(0, 2) } : each,
  );
  assert.deepEqual(check(without), ["4 lost"]);
});
