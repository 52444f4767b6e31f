// Tests: the checks of a chaos run fail when they must. Each takes a chat in which all is well, breaks one thing, and finds it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MessagePlan } from "../plan/plan.ts";
import { checkCalls } from "./check-calls.ts";
import { checkMessages } from "./check-messages.ts";
import { checkRuns, type WorkflowRun } from "./check-runs.ts";
import { commandOutput } from "./expected-answer.ts";
import {
  answer,
  type Change,
  calm,
  facts,
  found,
  goodRows,
  MARK,
  one,
  result,
  two,
  user,
} from "./good-chat.ts";
import type { StoredRow } from "./stored-row.ts";

function foundIn(change: Change): string[] {
  return found(checkMessages(facts(change)));
}

function replaced(at: number, change: (row: StoredRow) => Partial<StoredRow>): StoredRow[] {
  return goodRows().map((one, index) => (index === at ? { ...one, ...change(one) } : one));
}

function withText(at: number, change: (text: string) => string): StoredRow[] {
  return replaced(at, ({ content }) => ({
    content: content.map((part) => (part.type === "text" ? { ...part, text: change(part.text) } : part)),
  }));
}

test("a chat in which all is well has no findings", () => {
  assert.deepEqual(foundIn({}), []);
  assert.deepEqual(checkCalls({ ...calm, rows: goodRows(), ran: new Map([[MARK, 1]]) }), []);
});

test("1: an accepted message that is not in the history is found", () => {
  assert.deepEqual(foundIn({ rows: goodRows().slice(2) }), ["1 lost"]);
  assert.deepEqual(foundIn({ rows: goodRows().slice(2), fates: { "c1-m1": "may-vanish" } }), []);
});

test("1: a message that stands in the history twice is found, and so is its second answer", () => {
  assert.deepEqual(foundIn({ rows: [...goodRows(), user(9, one), answer([10, 9], one)] }), [
    "1 doubled",
    "1 reordered",
  ]);
});

test("1: a message that was refused or deleted and is there all the same is found", () => {
  assert.deepEqual(foundIn({ fates: { "c1-m2": "refused" } }), ["1 wrong"]);
  assert.deepEqual(foundIn({ fates: { "c1-m2": "deleted" } }), ["1 wrong"]);
});

test("1: a message that nobody sent is found", () => {
  const stranger: MessagePlan = { ...one, key: "c9-m9" };
  assert.deepEqual(foundIn({ rows: [...goodRows(), user(9, stranger)] }), ["1 wrong"]);
});

test("1: a message answered twice is found", () => {
  assert.deepEqual(foundIn({ rows: goodRows().toSpliced(2, 0, answer([2.5, 1], one)) }), ["1 doubled"]);
});

test("1: a message without an answer is found, unless it was interrupted", () => {
  const rows = goodRows().toSpliced(1, 1);
  assert.deepEqual(foundIn({ rows }), ["1 lost"]);
  assert.deepEqual(foundIn({ rows, interrupts: 1 }), []);
});

test("1: a turn that stops after its tools is found, unless it was interrupted", () => {
  const rows = goodRows().slice(0, -1);
  assert.deepEqual(foundIn({ rows }), ["1 lost"]);
  assert.deepEqual(foundIn({ rows, interrupts: 1 }), []);
});

test("1: messages of a round that stand in another order than they were sent are found", () => {
  const swapped = facts({ rows: [user(1, two), answer([2, 1], two), user(3, one), answer([4, 3], one)] });
  swapped.ledger.entries.delete("c1-m3");
  for (const entry of swapped.ledger.entries.values()) Object.assign(entry, { round: 0 });
  assert.deepEqual(found(checkMessages(swapped)), ["1 reordered"]);
});

test("2: two turns that wrote at once are found", () => {
  const rows = goodRows();
  assert.deepEqual(
    foundIn({ rows: rows.map((one) => (one.id === 4 ? { ...one, turn_id: 1 } : one)) }).sort(),
    ["1 doubled", "1 lost", "2 overlap"],
  );
});

test("2: runs of one chat that overlap are found", () => {
  const run = (run_id: string, started_ms: number, closed_ms: number | null): WorkflowRun => {
    return { workflow_id: "chat-1", run_id, status: "COMPLETED", started_ms, closed_ms };
  };
  assert.deepEqual(checkRuns([run("b", 20, 30), run("a", 10, 20)]), []);
  assert.deepEqual(found(checkRuns([run("a", 10, 21), run("b", 20, 30)])), ["2 overlap"]);
  assert.deepEqual(found(checkRuns([{ ...run("a", 10, null), status: "RUNNING" }])), ["3 open"]);
  for (const status of ["FAILED", "TERMINATED", "TIMED_OUT", "CANCELLED"]) {
    assert.deepEqual(found(checkRuns([{ ...run("a", 10, 20), status }])), ["3 wrong"]);
  }
  const terminated = { ...run("a", 10, 20), status: "TERMINATED" };
  assert.deepEqual(checkRuns([{ ...terminated, reason: "no worker of build after-7 is left" }]), []);
  assert.deepEqual(found(checkRuns([{ ...terminated, reason: "somebody did not like it" }])), ["3 wrong"]);
  const failed = { ...run("a", 10, 20), status: "FAILED" };
  assert.deepEqual(checkRuns([{ ...failed, outcome: "error" }]), []);
  assert.deepEqual(found(checkRuns([{ ...failed, outcome: "interrupted" }])), ["3 wrong"]);
});

test("3: a chat that rests in a state its last turn does not end in is found", () => {
  assert.deepEqual(foundIn({ status: "error" }), ["3 wrong"]);
  assert.deepEqual(foundIn({ status: "running" }), ["3 wrong"]);
});

test("4: an answer with a part missing, doubled or out of place is found", () => {
  assert.deepEqual(foundIn({ rows: withText(1, (text) => text.replace(" t3", "")) }), ["4 lost"]);
  assert.deepEqual(foundIn({ rows: withText(1, (text) => text.replace(" t3", " t3 t3")) }), ["4 doubled"]);
  assert.deepEqual(foundIn({ rows: withText(1, (text) => text.replace(" t3 t4", " t4 t3")) }), [
    "4 reordered",
  ]);
});

test("4: an interrupted answer is how the whole one begins, and nothing else", () => {
  const cut = (at: number, length: number) => {
    const rows = withText(at, (text) => text.slice(0, length));
    return rows.map((one, index) => (index === at ? { ...one, interrupted: true } : one));
  };
  assert.deepEqual(foundIn({ rows: cut(1, 18), interrupts: 1 }), []);
  assert.deepEqual(foundIn({ rows: cut(1, 18) }), ["1 lost"]);
  const torn = cut(1, 30).map((one, at) => (at === 1 ? withText(1, (text) => text.slice(3))[1] : one));
  assert.deepEqual(
    foundIn({
      rows: torn.map((one, at) => ({ ...(one as StoredRow), interrupted: at === 1 })),
      interrupts: 1,
    }),
    ["4 lost"],
  );
});

test("4: reasoning and tool calls are held against the model too", () => {
  const noReasoning = replaced(3, ({ content }) => ({
    content: content.filter(({ type }) => type !== "reasoning"),
  }));
  assert.deepEqual(foundIn({ rows: noReasoning }), ["4 lost"]);
  const noCall = replaced(5, ({ content }) => ({
    content: content.filter(({ type }) => type !== "tool-call"),
  }));
  assert.deepEqual(foundIn({ rows: noCall }), ["4 lost"]);
});

function foundInCalls(rows: readonly StoredRow[], count = 1): string[] {
  return found(checkCalls({ ...calm, rows, ran: new Map([[MARK, count]]) }));
}

test("5: a call without a result, or with two, or a result without a call, is found", () => {
  assert.deepEqual(foundInCalls(goodRows().toSpliced(6, 1)), ["5 lost"]);
  assert.deepEqual(foundInCalls(goodRows().toSpliced(6, 0, result(6.5, 5))), ["5 doubled"]);
  assert.deepEqual(foundInCalls(replaced(6, () => result(7, 5, { tool_call_id: "call_2" }))), [
    "5 wrong",
    "5 lost",
  ]);
});

test("5: a command that ran twice, or never, is found", () => {
  assert.deepEqual(foundInCalls(goodRows(), 2), ["5 doubled"]);
  assert.deepEqual(foundInCalls(goodRows(), 0), ["5 lost"]);
});

test("5: output with a line too few or too many, and a call that failed for no reason, are found", () => {
  const output = (lines: number) => ({ result: { exit_code: 0, output: commandOutput(MARK, lines) } });
  assert.deepEqual(foundInCalls(replaced(6, () => result(7, 5, output(2)))), ["5 wrong"]);
  assert.deepEqual(foundInCalls(replaced(6, () => result(7, 5, output(4)))), ["5 wrong"]);
  assert.deepEqual(foundInCalls(replaced(6, () => result(7, 5, { is_error: true }))), ["5 wrong"]);
});
