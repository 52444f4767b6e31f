// Invariant 1 for the compactions of one chat at rest: each that was asked for, or that a full context asked for, happened once,
// and instructions were told once. Pure.
import { CHAT_SUMMARIZED } from "../../../core/chat/compaction.ts";
import type { ChatLedger } from "../chat-ledger.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { callsOf, resultsOf, type StoredRow, textOf } from "./stored-row.ts";

export interface CompactionFacts {
  readonly name: string;
  readonly ledger: ChatLedger;
  readonly rows: readonly StoredRow[];
}

export function checkCompactions({ name, ledger, rows }: CompactionFacts): Finding[] {
  const findings: Finding[] = [];
  const find = (kind: FindingKind, what: string) => findings.push({ invariant: 1, kind, where: name, what });
  const shown = rows.filter(({ visibility }) => visibility === "user");
  const calls = shown.flatMap(({ content }) => callsOf(content));
  const results = shown.flatMap(({ content }) => resultsOf(content));
  const boundaries = rows.filter(({ visibility, role, content }) => {
    // The other hidden messages of users tell what has become of subagents.
    return visibility === "model" && role === "user" && !textOf(content).startsWith("<agents>");
  });
  for (const source of ["manual", "automatic"] as const) {
    const expected = ledger.rounds.reduce((sum, { compactions }) => sum + compactions[source], 0);
    const own = results.filter(({ result, tool_name }) => {
      return tool_name === CHAT_SUMMARIZED && (result as { source?: unknown }).source === source;
    });
    if (own.length < expected) find("lost", `${own.length} of ${expected} ${source} compactions`);
    if (own.length > expected) find("doubled", `${own.length} ${source} compactions, not ${expected}`);
  }
  if (calls.length !== results.length || boundaries.length !== results.length) {
    const counts = `${calls.length} calls, ${results.length} results, ${boundaries.length} boundaries`;
    find("wrong", `a compaction is not whole: ${counts}`);
  }
  return findings;
}

/** Instructions are told, and never the same ones twice: what could not be read in time is told anew. */
export function checkInstructions(
  { name, rows }: Omit<CompactionFacts, "ledger">,
  isThere: boolean,
): Finding[] {
  const told = rows.flatMap(({ deleted, role, visibility, content }) => {
    return !deleted && role === "system" && visibility === "model" ? [JSON.stringify(content)] : [];
  });
  const find = (kind: FindingKind, what: string): Finding[] => [{ invariant: 1, kind, where: name, what }];
  if (isThere && told.length === 0) return find("lost", "no instructions stand in the history");
  if (!isThere && told.length > 0) return find("wrong", "instructions stand in a history that has none");
  if (new Set(told).size < told.length)
    return find("doubled", `of ${told.length} instructions, some are the same`);
  return [];
}
