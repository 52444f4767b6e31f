// Tests: the checks of a chaos run find what is wrong with steering, compactions, instructions, forks and calls of MCP tools.
import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAT_SUMMARIZED } from "../../../core/chat/compaction.ts";
import type { Message } from "../../../core/chat/message.ts";
import { openLedger } from "../chat-ledger.ts";
import { answerTo } from "../mcp/marks.ts";
import { type CallFacts, checkCalls } from "./check-calls.ts";
import { checkCompactions, checkInstructions } from "./check-compactions.ts";
import { checkFork } from "./check-fork.ts";
import { checkMessages } from "./check-messages.ts";
import { answer, calm, facts, found, goodRows, one, result, row, tools, two, user } from "./good-chat.ts";
import type { StoredRow } from "./stored-row.ts";

/** The message `two` came into the turn of `tools` after its call. */
function steeredRows(): StoredRow[] {
  return [
    user(1, one),
    answer([2, 1], one),
    user(5, tools),
    answer([6, 5], tools),
    result(7, 5),
    { ...user(8, two), turn_id: 5 },
    answer([9, 5], two),
  ];
}

function foundInSteered(rows: readonly StoredRow[], steers = true): string[] {
  const all = facts({ rows });
  Object.assign(all.ledger.entries.get(two.key) ?? {}, { steers });
  return found(checkMessages(all));
}

test("2: a message in the middle of a turn is well only if it was to steer it, and only after its tools", () => {
  assert.deepEqual(foundInSteered(steeredRows()), []);
  assert.deepEqual(foundInSteered(steeredRows(), false), ["2 wrong"]);
  const early = steeredRows().toSpliced(4, 1);
  assert.deepEqual(foundInSteered(early), ["2 wrong"]);
  const atOnce = steeredRows().toSpliced(3, 2);
  assert.deepEqual(foundInSteered(atOnce), ["2 wrong"]);
});

test("1: what steers a turn is answered, once", () => {
  assert.deepEqual(foundInSteered(steeredRows().slice(0, -1)), ["1 lost"]);
  assert.deepEqual(foundInSteered([...steeredRows(), answer([10, 5], two)]), ["1 doubled"]);
  const again = foundInSteered([...steeredRows(), user(11, two), answer([12, 11], two)]);
  assert.deepEqual(again, ["1 doubled", "1 reordered"]);
});

function compacted(source: string, id = 20): StoredRow[] {
  const call = { type: "tool-call" as const, tool_call_id: `c${id}`, tool_name: CHAT_SUMMARIZED, args: {} };
  const done = { type: "tool-result" as const, tool_call_id: `c${id}`, tool_name: CHAT_SUMMARIZED };
  return [
    { ...row([id, 5], "user", [{ type: "text", text: "summary" }]), visibility: "model" },
    { ...row([id + 1, 5], "assistant", [{ ...call, created_at: "" }]), visibility: "user" },
    {
      ...row([id + 2, 5], "tool", [{ ...done, result: { source }, is_error: false, created_at: "" }]),
      visibility: "user",
    },
  ];
}

/** As a turn begins whose chat has subagents that have ended meanwhile. */
const notice: StoredRow = {
  ...row([4, 3], "user", [{ type: "text", text: "<agents>\nSince your last turn …\n</agents>" }]),
  visibility: "model",
};

function foundInCompacted(rows: readonly StoredRow[]): string[] {
  const ledger = openLedger();
  ledger.rounds.push({ interrupts: 0, isInOrder: true, compactions: { manual: 1, automatic: 0 } });
  return found(checkCompactions({ name: "c1", ledger, rows }));
}

test("1: a compaction that is missing, happened twice, was asked for by nobody or is not whole is found", () => {
  const rows = [...goodRows(), ...compacted("manual")];
  assert.deepEqual(found(checkMessages(facts({ rows }))), []);
  assert.deepEqual(foundInCompacted(rows), []);
  assert.deepEqual(foundInCompacted([notice, ...rows]), []);
  assert.deepEqual(foundInCompacted(goodRows()), ["1 lost"]);
  assert.deepEqual(foundInCompacted([...rows, ...compacted("manual", 30)]), ["1 doubled"]);
  assert.deepEqual(foundInCompacted([...rows, ...compacted("automatic", 30)]), ["1 doubled"]);
  for (const gone of [-1, -2, -3]) {
    const kinds = foundInCompacted(rows.toSpliced(gone, 1));
    assert.ok(kinds.includes("1 wrong"), kinds.join());
  }
});

test("1: instructions that are missing, or stand in the history twice, are found", () => {
  const told = { ...row([2, 1], "system", []), visibility: "model" as const };
  assert.deepEqual(found(checkInstructions({ name: "c1", rows: [told] }, true)), []);
  assert.deepEqual(
    found(checkInstructions({ name: "c1", rows: [told, { ...told, deleted: true }] }, true)),
    [],
  );
  assert.deepEqual(found(checkInstructions({ name: "c1", rows: [] }, true)), ["1 lost"]);
  assert.deepEqual(found(checkInstructions({ name: "c1", rows: [told, told] }, true)), ["1 doubled"]);
  assert.deepEqual(found(checkInstructions({ name: "c1", rows: [told] }, false)), ["1 wrong"]);
  const other = { ...told, content: [{ type: "text" as const, text: "anew" }] };
  assert.deepEqual(found(checkInstructions({ name: "c1", rows: [told, other] }, true)), []);
});

function shown(rows: readonly StoredRow[]): Message[] {
  return rows.map(({ id, role, content, interrupted }) => ({ id, role, content, interrupted }) as Message);
}

test("1: a fork that lacks a message, has another one, or has what came later is found", () => {
  const rows = goodRows();
  const forked = (copied: readonly StoredRow[], until: number | null = null) => {
    const before = shown(rows.slice(0, 6));
    const fork = { id: "f", key: "k", before, after: shown(rows), until, ledger: openLedger() };
    return found(checkFork("c1 fork", fork, shown(copied)));
  };
  assert.deepEqual(forked(rows.slice(0, 6)), []);
  assert.deepEqual(forked(rows.slice(0, 7)), []);
  const closing = result(70, 5, { is_error: true });
  assert.deepEqual(forked([...rows.slice(0, 6), closing]), []);
  assert.deepEqual(forked(rows.slice(0, 3), 3), []);
  assert.deepEqual(forked(rows.slice(0, 4), 3), ["1 wrong"]);
  assert.deepEqual(forked(rows.slice(0, 5)), ["1 lost"]);
  assert.deepEqual(forked(rows.toSpliced(2, 1)), ["1 lost"]);
  assert.deepEqual(forked([...rows, user(90, two)]), ["1 wrong"]);
});

function foundInCall(
  tool: string,
  facts: Partial<CallFacts> & { readonly count: number },
  part: object,
): string[] {
  const call = { type: "tool-call" as const, tool_call_id: "call_1", tool_name: tool, created_at: "" };
  const made = row([6, 5], "assistant", [{ ...call, args: { mark: "m", pause_ms: 1 } }]);
  const rows = [user(5, tools), made, result(7, 5, part), answer([8, 5], tools, 1)];
  const marks = new Map([["m", facts.count]]);
  return found(checkCalls({ ...calm, ran: new Map(), rows, marks, ...facts }));
}

test("5: a call of an MCP tool that was made twice, never, or answered otherwise is found", () => {
  const good = { result: { content: answerTo("m") }, is_error: false };
  assert.deepEqual(foundInCall("web__mark", { count: 1 }, good), []);
  assert.deepEqual(foundInCall("web__mark", { count: 2 }, good), ["5 doubled"]);
  assert.deepEqual(foundInCall("web__read", { count: 2 }, good), []);
  assert.deepEqual(foundInCall("program__read", { count: 0 }, good), ["5 lost"]);
  assert.deepEqual(foundInCall("web__mark", { count: 1 }, { ...good, result: { content: "saw n" } }), [
    "5 wrong",
  ]);
});

test("5: a call of an MCP tool that failed for no reason, or says that it was not made and was, is found", () => {
  const failed = (error: string) => ({ result: { error }, is_error: true });
  const killed = { anything: true, agents: false };
  const broke = failed("The connection to the MCP server web broke during the call: it is unknown.");
  assert.deepEqual(foundInCall("web__mark", { count: 1 }, broke), ["5 wrong"]);
  assert.deepEqual(foundInCall("web__mark", { count: 1, killed }, broke), []);
  assert.deepEqual(foundInCall("web__mark", { count: 2, killed }, broke), ["5 doubled"]);
  assert.deepEqual(foundInCall("web__mark", { count: 0, killed }, failed("It did not like it.")), [
    "5 wrong",
  ]);
  const unmade = failed("The MCP server web cannot be reached: refused. The call was not made.");
  assert.deepEqual(foundInCall("web__mark", { count: 0, killed }, unmade), []);
  assert.deepEqual(foundInCall("web__mark", { count: 1, killed }, unmade), ["5 wrong"]);
});

test("5: a call is closed by an interrupt only where there was one", () => {
  const closed = {
    result: { error: "The call was cancelled: the user interrupted it." },
    is_error: true,
  };
  assert.deepEqual(foundInCall("web__mark", { count: 0, interrupts: 1 }, closed), []);
  assert.deepEqual(foundInCall("web__mark", { count: 0 }, closed), ["5 wrong"]);
});

test("5: a command whose agent was not killed must not say so", () => {
  const ended = {
    result: {
      error: "The workspace's agent ended while the command ran: how the command ended is not known.",
    },
    is_error: true,
  };
  const rows = goodRows().map((one) => (one.role === "tool" ? result(one.id, one.turn_id, ended) : one));
  const ran = new Map([["ran c1-m3.0", 1]]);
  assert.deepEqual(found(checkCalls({ ...calm, rows, ran })), ["5 wrong"]);
  const killed = { anything: true, agents: true };
  assert.deepEqual(found(checkCalls({ ...calm, rows, ran, killed })), []);
});

function foundInWait(tool: string, more: Partial<CallFacts>, part: object): string[] {
  const call = { type: "tool-call" as const, tool_call_id: "call_1", tool_name: tool, created_at: "" };
  const made = row([6, 5], "assistant", [{ ...call, args: { mark: "m", pause_ms: 1 } }]);
  const rows = [user(5, tools), made, result(7, 5, part), answer([8, 5], tools, 1)];
  return found(checkCalls({ ...calm, ran: new Map(), rows, ...more }));
}

test("5: a client's result that is not the accepted one, or that nobody gave, is found", () => {
  const answers = new Map([["call_1", { type: "client" as const, output: "red" }]]);
  const closed = { result: { error: "The call was cancelled." }, is_error: true };
  assert.deepEqual(foundInWait("pick", { answers }, { result: "red", is_error: false }), []);
  assert.deepEqual(foundInWait("pick", { answers }, { result: "blue", is_error: false }), ["5 lost"]);
  assert.deepEqual(foundInWait("pick", { answers }, closed), ["5 lost"]);
  assert.deepEqual(foundInWait("pick", {}, closed), []);
  assert.deepEqual(foundInWait("pick", {}, { result: "red", is_error: false }), ["5 wrong"]);
});

test("5: a call that ran without an approval, against a denial, or with other arguments than approved is found", () => {
  const done = (mark: string) => ({ result: { content: answerTo(mark) }, is_error: false });
  const marked = (mark: string) => ({ marks: new Map([[mark, 1]]) });
  const approved = (mark: string | null) => ({
    answers: new Map([["call_1", { type: "approved" as const, mark }]]),
  });
  const denied = { answers: new Map([["call_1", { type: "denied" as const, reason: "no 1" }]]) };
  const said = (words: string) => ({ result: { error: `The call was not run: ${words}` }, is_error: true });
  const ask = "web__careful";
  assert.deepEqual(foundInWait(ask, { ...marked("m"), ...approved(null) }, done("m")), []);
  assert.deepEqual(foundInWait(ask, marked("m"), done("m")), ["5 wrong"]);
  const edited = { ...marked("m-edited-1"), ...approved("m-edited-1") };
  assert.deepEqual(foundInWait(ask, edited, done("m-edited-1")), []);
  assert.deepEqual(foundInWait(ask, { ...marked("m"), ...approved("m-edited-1") }, done("m")), [
    "5 wrong",
    "5 lost",
  ]);
  assert.deepEqual(foundInWait(ask, denied, said("the user denied it: no 1")), []);
  assert.deepEqual(foundInWait(ask, denied, said("the user denied it: no 2")), ["5 wrong"]);
  assert.deepEqual(foundInWait(ask, { ...marked("m"), ...denied }, said("the user denied it: no 1")), [
    "5 wrong",
  ]);
});
