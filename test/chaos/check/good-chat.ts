// Test support: a chat in which all is well, for tests that break one thing.
import type { Part } from "../../../core/part/part.ts";
import { type Fate, type LedgerAnswer, openLedger } from "../chat-ledger.ts";
import type { MessagePlan, Round } from "../plan/plan.ts";
import type { ChatFacts } from "./check-messages.ts";
import { commandOutput, expectedSteps, markedCommand, wordsOf } from "./expected-answer.ts";
import type { Finding } from "./finding.ts";
import type { StoredRow } from "./stored-row.ts";

export const one: MessagePlan = {
  key: "c1-m1",
  steps: [{ text: "answer c1-m1.0:", parts: 5 }],
  ends: "well",
};
export const two: MessagePlan = {
  key: "c1-m2",
  steps: [{ text: "answer c1-m2.0:", parts: 4, reasoning_parts: 3 }],
  ends: "well",
};
export const MARK = "ran c1-m3.0";
export const tools: MessagePlan = {
  key: "c1-m3",
  steps: [
    {
      text: "answer c1-m3.0:",
      tool_calls: [{ name: "execute", args: { command: markedCommand(MARK, 3, 5), timeout_ms: 120_000 } }],
    },
    { text: "answer c1-m3.1:" },
  ],
  ends: "well",
};
const rounds: Round[] = [one, two, tools].map((message) => ({
  kind: "plain",
  moves: [{ type: "send", message, busy: "queue" }],
}));

export function row(
  [id, turn_id]: [number, number],
  role: StoredRow["role"],
  content: readonly Part[],
): StoredRow {
  return { id, turn_id, role, content, visibility: "both", interrupted: false, deleted: false };
}

export function user(id: number, message: MessagePlan): StoredRow {
  return row([id, id], "user", [{ type: "text", text: wordsOf(message) }]);
}

export function answer([id, turn_id]: [number, number], message: MessagePlan, step = 0): StoredRow {
  const {
    reasoning,
    text,
    tools: calls,
  } = expectedSteps(message)[step] ?? { reasoning: "", text: "", tools: [] };
  return row([id, turn_id], "assistant", [
    ...(reasoning === "" ? [] : [{ type: "reasoning" as const, text: reasoning }]),
    { type: "text", text },
    ...calls.map(({ name, args }) => ({
      type: "tool-call" as const,
      tool_call_id: "call_1",
      tool_name: name,
      args: args as Record<string, string>,
      created_at: "",
    })),
  ]);
}

export function result(id: number, turn_id: number, more: object = {}): StoredRow {
  const value = { exit_code: 0, output: commandOutput(MARK, 3) };
  const part = { type: "tool-result" as const, tool_call_id: "call_1", tool_name: "execute", created_at: "" };
  return row([id, turn_id], "tool", [{ ...part, result: value, is_error: false, ...more }]);
}

/** Three turns, all answered in full. */
export function goodRows(): StoredRow[] {
  return [
    user(1, one),
    answer([2, 1], one),
    user(3, two),
    answer([4, 3], two),
    user(5, tools),
    answer([6, 5], tools),
    result(7, 5),
    answer([8, 5], tools, 1),
  ];
}

export interface Change {
  readonly rows?: readonly StoredRow[];
  readonly fates?: Readonly<Record<string, Fate>>;
  readonly interrupts?: number;
  readonly status?: string;
}

export function facts({
  rows = goodRows(),
  fates = {},
  interrupts = 0,
  status = "waiting",
}: Change): ChatFacts {
  const ledger = openLedger();
  [one, two, tools].forEach(({ key }, round) => {
    const fate = fates[key] ?? "accepted";
    ledger.entries.set(key, { key, round, steers: false, fate, message_id: null, queued_id: null });
    ledger.rounds.push({ interrupts, isInOrder: true, compactions: { manual: 0, automatic: 0 } });
  });
  return { name: "c1", rounds, ledger, rows, status };
}

export function found(findings: readonly Finding[]): string[] {
  return [...new Set(findings.map(({ invariant, kind }) => `${invariant} ${kind}`))];
}

export const calm = {
  name: "c1",
  marks: new Map<string, number>(),
  answers: new Map<string, LedgerAnswer>(),
  killed: { anything: false, agents: false },
  interrupts: 0,
};
