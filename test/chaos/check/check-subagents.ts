// Invariants 3 and 5 for the subagents of one chat at rest: each was started once, has ended and has started none, and each wait
// has the report that it wrote. Pure.
import type { JsonObject, ToolCallPart } from "../../../core/part/part.ts";
import { keyOf } from "./expected-answer.ts";
import type { Finding, FindingKind, Invariant } from "./finding.ts";
import { callsOf, keyOfRow, resultsOf, type StoredRow, textOf } from "./stored-row.ts";

export interface Subagent {
  readonly id: string;
  readonly status: string;
  /** How many chats it has started. */
  readonly children: number;
  /** Deleted ones too, in the order of their ids. */
  readonly rows: readonly StoredRow[];
}

export interface SubagentFacts {
  readonly name: string;
  /** Of the parent: deleted ones too, in the order of their ids. */
  readonly rows: readonly StoredRow[];
  readonly subagents: readonly Subagent[];
}

type Find = (invariant: Invariant, kind: FindingKind, what: string) => void;

export function checkSubagents(facts: SubagentFacts): Finding[] {
  const findings: Finding[] = [];
  const find: Find = (invariant, kind, what) => findings.push({ invariant, kind, where: facts.name, what });
  const calls = facts.rows.flatMap(({ content }) => callsOf(content));
  checkStarts(facts, calls, find);
  for (const { id, status, children } of facts.subagents) {
    if (status !== "waiting" && status !== "error") find(3, "open", `the subagent ${id} is ${status}`);
    if (children > 0) find(5, "wrong", `the subagent ${id} has started ${children} chats`);
  }
  for (const call of calls.filter(({ tool_name }) => tool_name === "wait_agent")) {
    for (const result of goodResults(facts, call)) checkReport(facts, { call, result }, find);
  }
  return findings;
}

/** The key of a subagent's prompt; null where it has none of ours. */
export function keyOfSubagent({ rows }: Subagent): string | null {
  return rows.map(keyOfRow).find((key) => key !== null) ?? null;
}

/** Each call has started one, and nothing else has. */
function checkStarts({ subagents, rows }: SubagentFacts, calls: readonly ToolCallPart[], find: Find): void {
  const spawns = calls.filter(({ tool_name }) => tool_name === "spawn_agent");
  for (const [key, own] of Map.groupBy(subagents, keyOfSubagent)) {
    if (own.length > 1) find(5, "doubled", `the subagent ${key} was started ${own.length} times`);
    if (!spawns.some(({ args }) => keyOf(wordsIn(args["prompt"])) === key))
      find(5, "wrong", `nobody has started the subagent ${key}`);
  }
  for (const call of spawns) {
    for (const { chat_id } of goodResults({ rows }, call)) {
      const started = subagents.find(({ id }) => id === chat_id);
      if (started === undefined)
        find(5, "lost", `the subagent ${wordsIn(chat_id)} was started and is not there`);
      else if (keyOfSubagent(started) !== keyOf(wordsIn(call.args["prompt"])))
        find(5, "wrong", `${call.tool_call_id} was told of another subagent, ${started.id}`);
    }
  }
}

interface Wait {
  readonly call: ToolCallPart;
  readonly result: JsonObject;
}

/** The report is the last answer, unless the time was over. */
function checkReport({ subagents }: SubagentFacts, { call, result }: Wait, find: Find): void {
  const asked = call.args["chat_id"];
  const subagent = subagents.find(({ id }) => id === asked);
  if (subagent === undefined || result["chat_id"] !== asked)
    return find(
      5,
      "wrong",
      `${call.tool_call_id} waited for ${wordsIn(asked)}, and has ${JSON.stringify(result)}`,
    );
  if (result["timed_out"] === true) return;
  const said = lastAnswer(subagent.rows);
  const report = wordsIn(result["report"]);
  if (report === said) return;
  const kind = report.length < said.length ? "lost" : "wrong";
  find(5, kind, `${call.tool_call_id} reports “${report}”, and ${subagent.id} said “${said}”`);
}

function wordsIn(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value ?? null);
}

/** Of the last turn; "" where it was stopped before it wrote. */
function lastAnswer(rows: readonly StoredRow[]): string {
  const live = rows.filter(({ deleted, visibility }) => !deleted && visibility !== "model");
  const turn = live.findLast(({ role }) => role === "user")?.turn_id;
  const answer = live.findLast(({ role, turn_id }) => role === "assistant" && turn_id === turn);
  return answer === undefined ? "" : textOf(answer.content);
}

function goodResults({ rows }: Pick<SubagentFacts, "rows">, { tool_call_id }: ToolCallPart): JsonObject[] {
  return rows
    .flatMap(({ content }) => resultsOf(content))
    .filter((result) => result.tool_call_id === tool_call_id && !result.is_error)
    .map(({ result }) => result as JsonObject);
}
