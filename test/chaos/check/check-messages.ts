// Invariants 1 to 3 for one chat at rest: each accepted message stands in the history
// once and is answered once, as the model said it; turns are whole and one after the other. Pure.
import type { ChatLedger, LedgerEntry } from "../chat-ledger.ts";
import { type MessagePlan, messagesOf, type Round } from "../plan/plan.ts";
import { type ExpectedStep, expectedSteps } from "./expected-answer.ts";
import type { Finding, FindingKind, Invariant } from "./finding.ts";
import { callsOf, keyOfRow, type StoredRow, textOf } from "./stored-row.ts";

export interface ChatFacts {
  readonly name: string;
  readonly rounds: readonly Round[];
  readonly ledger: ChatLedger;
  /** Deleted ones too, in the order of their ids. */
  readonly rows: readonly StoredRow[];
  readonly status: string;
}

interface Turn {
  readonly entry: LedgerEntry;
  readonly message: MessagePlan;
  readonly user: StoredRow;
  readonly answers: readonly StoredRow[];
  /** Another message came into the turn and steered it: what was still to be said is not said any more. */
  readonly isSteered: boolean;
}

export function checkMessages(all: ChatFacts): Finding[] {
  const facts = { ...all, rows: all.rows.filter(({ visibility }) => visibility === "both") };
  const findings: Finding[] = [];
  const find = (invariant: Invariant, kind: FindingKind, what: string) =>
    findings.push({ invariant, kind, where: facts.name, what });
  checkAccepted(facts, find);
  checkSequence(facts, find);
  checkTurns(facts, find);
  return findings;
}

type Find = (invariant: Invariant, kind: FindingKind, what: string) => void;

/** 1: what was accepted stands there once, what was refused or deleted does not. */
function checkAccepted({ ledger, rows }: ChatFacts, find: Find): void {
  const times = new Map<string, number>();
  for (const row of rows) {
    const key = keyOfRow(row);
    if (key !== null) times.set(key, (times.get(key) ?? 0) + 1);
    if (row.role === "user" && (key === null || !ledger.entries.has(key)))
      find(1, "wrong", `message ${row.id} is none that was sent`);
  }
  for (const { key, fate } of ledger.entries.values()) {
    const count = times.get(key) ?? 0;
    if (count > 1) find(1, "doubled", `${key} stands in the history ${count} times`);
    if (count === 0 && fate === "accepted") find(1, "lost", `${key} was accepted and is not in the history`);
    if (count > 0 && (fate === "refused" || fate === "deleted"))
      find(1, "wrong", `${key} was ${fate} and is in the history`);
  }
}

/** 2: no two turns wrote at once: each begins with its message, and its rows stand together. */
function checkSequence({ ledger, rows }: ChatFacts, find: Find): void {
  const live = rows.filter(({ deleted, role }) => !deleted && role !== "system");
  let turn = 0;
  for (const [at, row] of live.entries()) {
    const { id, turn_id, role } = row;
    if (role === "user" && id === turn_id) turn = id;
    else if (turn_id !== turn) find(2, "overlap", `${role} ${id} of turn ${turn_id} stands in turn ${turn}`);
    else if (role === "user" && !maySteer(ledger, row, live[at - 1]))
      find(2, "wrong", `message ${id} stands in the middle of turn ${turn_id}`);
  }
  const keys = live.map(keyOfRow);
  for (const [round, { isInOrder }] of ledger.rounds.entries()) {
    if (!isInOrder) continue;
    const entries = [...ledger.entries.values()].filter((entry) => entry.round === round);
    // What steers may overtake what waits for a turn of its own.
    for (const some of Map.groupBy(entries, ({ steers }) => steers).values()) checkOrder(some, keys, find);
  }
}

/** A message enters a turn that it is to steer, after its tools, and after others that do the same. */
function maySteer(ledger: ChatLedger, row: StoredRow, before: StoredRow | undefined): boolean {
  if (ledger.entries.get(keyOfRow(row) ?? "")?.steers !== true) return false;
  return before?.role === "tool" || (before?.role === "user" && before.id !== before.turn_id);
}

function checkOrder(entries: readonly LedgerEntry[], keys: readonly (string | null)[], find: Find): void {
  const expected = entries.map(({ key }) => key).filter((key) => keys.includes(key));
  const stands = keys.filter((key) => key !== null && expected.includes(key));
  if (stands.join() !== expected.join())
    find(1, "reordered", `sent as ${expected.join(", ")}, stands as ${stands.join(", ")}`);
}

/** 1 and 3: each turn says what the model said, all of it unless it was stopped, and nothing twice. */
function checkTurns(facts: ChatFacts, find: Find): void {
  const cut = new Map<number, string[]>();
  const turns = turnsOf(facts);
  for (const turn of turns) {
    const { entry, message, user } = turn;
    const isWhole = checkAnswers(turn, find);
    if (user.deleted || isWhole || turn.isSteered || message.ends === "error") continue;
    cut.set(entry.round, [...(cut.get(entry.round) ?? []), entry.key]);
  }
  for (const [round, keys] of cut) {
    const allowed = facts.ledger.rounds[round]?.interrupts ?? 0;
    if (keys.length > allowed)
      find(1, "lost", `not answered in full: ${keys.join(", ")}, after ${allowed} interrupts`);
  }
  const last = turns.findLast(({ user }) => !user.deleted);
  const expected = last?.message.ends === "error" ? "error" : "waiting";
  if (facts.status !== expected) find(3, "wrong", `the chat rests in ${facts.status}, not in ${expected}`);
}

/** What was said to each message, until the next one of the same turn. */
function turnsOf({ rounds, ledger, rows }: ChatFacts): Turn[] {
  const plans = new Map(messagesOf(rounds).map((message) => [message.key, message]));
  return rows.flatMap((user) => {
    const key = keyOfRow(user) ?? "";
    const message = plans.get(key);
    const entry = ledger.entries.get(key);
    if (message === undefined || entry === undefined) return [];
    const own = rows.filter(({ id, turn_id }) => turn_id === user.turn_id && id > user.id);
    const next = own.findIndex(({ role }) => role === "user");
    const said = next < 0 ? own : own.slice(0, next);
    const answers = said.filter(({ role }) => role === "assistant");
    return [{ entry, message, user, answers, isSteered: next >= 0 }];
  });
}

/** Whether every step was answered in full. */
function checkAnswers({ entry, message, answers }: Turn, find: Find): boolean {
  const steps = expectedSteps(message);
  if (answers.length > steps.length) find(1, "doubled", `${entry.key} has ${answers.length} answers`);
  const whole = steps.map((step, at) => {
    const answer = answers[at];
    if (answer === undefined) return false;
    const fault = faultOfAnswer(answer, step);
    if (fault !== null) find(4, fault, `answer ${answer.id} to ${entry.key} is not what the model said`);
    return !answer.interrupted;
  });
  return whole.every(Boolean);
}

/** An answer says what the model said; one that was stopped says how that begins. */
function faultOfAnswer({ content, interrupted }: StoredRow, step: ExpectedStep): FindingKind | null {
  const faults = [
    faultOfText(textOf(content, "reasoning"), step.reasoning, interrupted),
    faultOfText(textOf(content), step.text, interrupted),
  ];
  const calls = callsOf(content).map(({ tool_name, args }) => callWords(tool_name, args));
  const asked = step.tools.map(({ name, args }) => callWords(name, args));
  // The last call of a stopped answer may be cut in the middle of its arguments.
  const sure = interrupted ? calls.slice(0, -1) : calls;
  if (!interrupted && calls.length < asked.length) faults.push("lost");
  if (calls.length > asked.length || sure.some((call, at) => call !== asked[at])) faults.push("wrong");
  return faults.find((fault) => fault !== null) ?? null;
}

/** Which subagent a call means is known only when there is one: `checkSubagents` looks at it. */
function callWords(name: string, args: unknown): string {
  const isOfAgent = /_agents?$/.test(name) && (args as { chat_id?: unknown }).chat_id !== undefined;
  return `${name} ${JSON.stringify(isOfAgent ? { ...(args as object), chat_id: "" } : args)}`;
}

function faultOfText(text: string, said: string, interrupted: boolean): FindingKind | null {
  if (text === said || (interrupted && said.startsWith(text))) return null;
  if (text.length > said.length) return "doubled";
  return text.length < said.length ? "lost" : "reordered";
}
