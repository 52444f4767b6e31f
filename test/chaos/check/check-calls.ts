// Invariant 5 for one chat at rest: each tool call has one result, and its command ran
// at most once. Pure.
import type { ToolCallPart, ToolResultPart } from "../../../core/part/part.ts";
import { outputOfCall } from "./expected-answer.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { callsOf, resultsOf, type StoredRow } from "./stored-row.ts";

export interface CallFacts {
  readonly name: string;
  readonly rows: readonly StoredRow[];
  /** How often each command has left its mark in its file. */
  readonly ran: ReadonlyMap<string, number>;
}

type Find = (kind: FindingKind, what: string) => void;

export function checkCalls({ name, rows, ran }: CallFacts): Finding[] {
  const findings: Finding[] = [];
  const find: Find = (kind, what) => findings.push({ invariant: 5, kind, where: name, what });
  for (const [mark, count] of ran) if (count > 1) find("doubled", `the command “${mark}” ran ${count} times`);
  for (const turn_id of new Set(rows.map((row) => row.turn_id))) {
    checkTurn(
      rows.filter((row) => row.turn_id === turn_id),
      ran,
      find,
    );
  }
  return findings;
}

function checkTurn(rows: readonly StoredRow[], ran: CallFacts["ran"], find: Find): void {
  const wasCut = rows.at(-1)?.role !== "assistant" || rows.some(({ interrupted }) => interrupted);
  const calls = rows.flatMap(({ content }) => callsOf(content));
  const results = rows.flatMap(({ content }) => resultsOf(content));
  for (const { tool_call_id } of results) {
    if (!calls.some((call) => call.tool_call_id === tool_call_id))
      find("wrong", `a result of ${tool_call_id}, which nobody called`);
  }
  for (const call of calls) {
    const own = results.filter(({ tool_call_id }) => tool_call_id === call.tool_call_id);
    if (own.length > 1) find("doubled", `${call.tool_name} ${call.tool_call_id} has ${own.length} results`);
    // An edit may have taken the call away before it had one.
    if (own.length === 0 && rows.every(({ deleted }) => !deleted))
      find("lost", `${call.tool_name} ${call.tool_call_id} has no result`);
    const [result] = own;
    if (result !== undefined) checkResult({ call, result, wasCut, ran }, find);
  }
}

interface AnsweredCall {
  readonly call: ToolCallPart;
  readonly result: ToolResultPart;
  readonly wasCut: boolean;
  readonly ran: CallFacts["ran"];
}

function checkResult({ call, result, wasCut, ran }: AnsweredCall, find: Find): void {
  const words = JSON.stringify(result.result).slice(0, 300);
  if (result.is_error) {
    if (!wasCut)
      find("wrong", `${call.tool_name} ${call.tool_call_id} failed without an interrupt: ${words}`);
    return;
  }
  const expected = outputOfCall(call.args);
  if (call.tool_name !== "execute" || expected === null) return;
  const { output, exit_code } = result.result as { output?: unknown; exit_code?: unknown };
  const { mark } = expected;
  if (exit_code !== 0 || output !== expected.output)
    find("wrong", `“${mark}” ended otherwise than it must: ${words}`);
  if ((ran.get(mark) ?? 0) === 0) find("lost", `“${mark}” has a result and never ran`);
}
