// Invariant 5 for one chat at rest: each tool call has one result, and its command ran
// at most once. Pure.
import type { ToolCallPart, ToolResultPart } from "../../../core/part/part.ts";
import type { LedgerAnswer } from "../chat-ledger.ts";
import { ASKED_TOOL, answerTo, CLIENT_TOOL, MCP_SLUGS, READ_TOOL } from "../mcp/marks.ts";
import { outputOfCall } from "./expected-answer.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { callsOf, resultsOf, type StoredRow } from "./stored-row.ts";

export interface CallFacts {
  readonly name: string;
  readonly rows: readonly StoredRow[];
  /** How often each command has left its mark in its file. */
  readonly ran: ReadonlyMap<string, number>;
  /** How often each call of an MCP tool has left its mark with the server. */
  readonly marks: ReadonlyMap<string, number>;
  /** What was accepted about calls that waited, by their ids. */
  readonly answers: ReadonlyMap<string, LedgerAnswer>;
  /** What was killed in the run: the calls that it was at have no good end. */
  readonly killed: { readonly anything: boolean; readonly agents: boolean };
  /** Calls of clients that may have ended a turn of this chat early. */
  readonly interrupts: number;
  /** The chat is a subagent: it starts none. */
  readonly isSubagent?: boolean;
}

/** What a call says whose workspace's agent was killed. */
const AGENT_ENDED = /agent ended|agent cannot be reached|agent ends its answers/;
/** What a call says whose MCP server could not do it: it was not made, or nobody knows. */
const SERVER_LOST =
  /There is no tool|cannot be reached|forgets its connections|broke during the call|did not answer in time|running this tool was lost/;

/** What a call says that was open when somebody interrupted a turn that waited: such a turn goes on (SPEC I3). */
const CLOSED_BY_CLIENT = /cancelled: (the user interrupted it|another message was promoted)/;

const SPAWN = "spawn_agent";

type Find = (kind: FindingKind, what: string) => void;

export function checkCalls(facts: CallFacts): Finding[] {
  const { name, ran } = facts;
  const rows = facts.rows.filter(({ visibility }) => visibility === "both");
  const findings: Finding[] = [];
  const find: Find = (kind, what) => findings.push({ invariant: 5, kind, where: name, what });
  for (const [mark, count] of ran) if (count > 1) find("doubled", `the command “${mark}” ran ${count} times`);
  for (const turn_id of new Set(rows.map((row) => row.turn_id))) {
    checkTurn({ ...facts, rows: rows.filter((row) => row.turn_id === turn_id) }, find);
  }
  return findings;
}

function checkTurn(facts: CallFacts, find: Find): void {
  const { rows } = facts;
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
    if (call.tool_name === CLIENT_TOOL) checkClientResult(call, result, { facts, wasCut, find });
    else if (isOfServer(call)) checkMark(call, result, { facts, wasCut, find });
    else if (result !== undefined) checkResult(call, result, { facts, wasCut, find });
  }
}

interface Looking {
  readonly facts: CallFacts;
  readonly wasCut: boolean;
  readonly find: Find;
}

function checkResult(call: ToolCallPart, result: ToolResultPart, { facts, wasCut, find }: Looking): void {
  const words = wordsOfResult(result);
  if (call.tool_name === SPAWN && facts.isSubagent === true) {
    if (!result.is_error) find("wrong", `a subagent has started one: ${words}`);
    return;
  }
  if (result.is_error) {
    if (wasCut || isClosedByClient(words, facts)) return;
    if (facts.killed.agents && AGENT_ENDED.test(words)) return;
    find("wrong", `${call.tool_name} ${call.tool_call_id} failed without an interrupt: ${words}`);
    return;
  }
  const expected = outputOfCall(call.args);
  if (call.tool_name !== "execute" || expected === null) return;
  const { output, exit_code } = result.result as { output?: unknown; exit_code?: unknown };
  const { mark } = expected;
  if (exit_code !== 0 || output !== expected.output)
    find("wrong", `“${mark}” ended otherwise than it must: ${words}`);
  if ((facts.ran.get(mark) ?? 0) === 0) find("lost", `“${mark}” has a result and never ran`);
}

export function isOfServer({ tool_name }: { readonly tool_name: string }): boolean {
  return MCP_SLUGS.some((slug) => tool_name.startsWith(`${slug}__`));
}

/** The result that was accepted is the call's, and without one it has an error. */
function checkClientResult(
  call: ToolCallPart,
  result: ToolResultPart | undefined,
  { facts, find }: Looking,
): void {
  const answer = facts.answers.get(call.tool_call_id);
  if (result === undefined) return;
  const words = wordsOfResult(result);
  if (answer?.type === "client" && (result.is_error || result.result !== answer.output))
    find("lost", `${call.tool_call_id} was answered “${answer.output}”, and has ${words}`);
  if (answer === undefined && !result.is_error)
    find("wrong", `${call.tool_call_id} was never answered, and has ${words}`);
}

/** A call of an MCP tool is made at most once, unless it only reads; and what its result says of that is true. */
function checkMark(call: ToolCallPart, result: ToolResultPart | undefined, looking: Looking): void {
  const { facts, wasCut, find } = looking;
  const asks = call.tool_name.endsWith(`__${ASKED_TOOL}`);
  const answer = facts.answers.get(call.tool_call_id);
  const { mark: written } = call.args as { readonly mark: string };
  const mark = (answer?.type === "approved" ? answer.mark : null) ?? written;
  const count = facts.marks.get(mark) ?? 0;
  if (count > 1 && !call.tool_name.endsWith(`__${READ_TOOL}`))
    find("doubled", `${call.tool_name} ${mark} was called ${count} times`);
  if (asks) checkAllowed({ call, answer, mark }, looking);
  if (result === undefined) return;
  const words = wordsOfResult(result);
  if (!result.is_error) {
    if ((result.result as { content?: unknown }).content !== answerTo(mark))
      find("wrong", `${call.tool_name} ${mark} answered otherwise than it must: ${words}`);
    if (count === 0) find("lost", `${call.tool_name} ${mark} has a result and was never called`);
    return;
  }
  if (count > 0 && /was not made|no tool|was not run/.test(words))
    find("wrong", `${call.tool_name} ${mark} says that it was not made, and was: ${words}`);
  if (answer?.type === "denied") {
    if (!words.includes(answer.reason)) find("wrong", `${mark} was ${answer.reason}, and says ${words}`);
    return;
  }
  const mayFail = wasCut || isClosedByClient(words, facts) || (asks && answer === undefined);
  if (!mayFail && !(facts.killed.anything && SERVER_LOST.test(words)))
    find("wrong", `${call.tool_name} ${mark} failed without an interrupt: ${words}`);
}

function isClosedByClient(words: string, { interrupts }: CallFacts): boolean {
  return interrupts > 0 && CLOSED_BY_CLIENT.test(words);
}

interface AskedCall {
  readonly call: ToolCallPart;
  readonly answer: LedgerAnswer | undefined;
  /** That it may leave. */
  readonly mark: string;
}

/** A call that a person is asked about is made only as it was approved. */
function checkAllowed({ call, answer, mark }: AskedCall, { facts, find }: Looking): void {
  const { mark: written } = call.args as { readonly mark: string };
  const marks = [...facts.marks.keys()].filter(
    (one) => one === written || one.startsWith(`${written}-edited`),
  );
  const forbidden = answer?.type === "approved" ? marks.filter((one) => one !== mark) : marks;
  if (forbidden.length > 0)
    find("wrong", `${call.tool_name} ran as ${forbidden.join(", ")} without an approval`);
}

function wordsOfResult({ result }: ToolResultPart): string {
  return JSON.stringify(result).slice(0, 300);
}
