// Takes the results of tools that the client has run (SPEC D2).
import { toolResultBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonValue } from "../../../core/part/part.ts";
import { truncateJson } from "../../../core/text/truncate.ts";
import { tellWorkflow } from "../../outbox/tell-workflow.ts";
import { readTail } from "../../row/messages.ts";
import type { Draft, Unit } from "../../unit.ts";
import { transition } from "../transition.ts";
import { readOpenBatch } from "./open-batch.ts";
import { proceed } from "./proceed.ts";

export interface ClientResult {
  readonly tool_call_id: string;
  readonly output: JsonValue;
  readonly is_error?: boolean | undefined;
}

export interface SubmitResultsInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly results: readonly ClientResult[];
  readonly submitted_by: string;
  /** The API key that was used; null: none was. */
  readonly key_id: string | null;
}

/**
 * Keeps the results of all calls that the client is to run: at once, or not at all. Of racing submits the first one wins.
 * Throws `Refusal` `chat_not_found`, `chat_archived`, `not_awaiting_results`, `results_incomplete`, `unknown_tool_call`.
 */
export async function submitResults(unit: Unit, input: SubmitResultsInput): Promise<void> {
  const { chat_id, owner_id } = input;
  const begin = { name: "submit_results", chat_id, owner_id, refusal: "not_awaiting_results" } as const;
  await transition(unit, begin, async (draft) => {
    const { waiting } = await readOpenBatch(unit.tx, chat_id, await readTail(unit.tx, chat_id));
    const open = waiting.filter(({ kind }) => kind === "client").map(({ tool_call_id }) => tool_call_id);
    if (open.length === 0) throw new Refusal("not_awaiting_results");
    requireAll(open, input.results);
    await keepResults(draft, input);
    await proceed(draft);
    await tellWorkflow(draft, { kind: "start", signal: "toolResultsSubmitted" });
  });
}

function requireAll(open: readonly string[], results: readonly ClientResult[]): void {
  const wanted = new Set(open);
  const given = new Set<string>();
  const faults = results.flatMap(({ tool_call_id }, at) => {
    const path = `results[${at}].tool_call_id`;
    if (!wanted.has(tool_call_id)) return [{ path, message: "names no call that the client is to run" }];
    if (given.has(tool_call_id)) return [{ path, message: "names a call twice" }];
    given.add(tool_call_id);
    return [];
  });
  if (faults.length > 0) throw new Refusal("unknown_tool_call", undefined, faults);
  const missing = open.filter((id) => !given.has(id));
  if (missing.length === 0) return;
  const message = `results are missing: ${missing.join(", ")}`;
  throw new Refusal("results_incomplete", `All open calls are answered at once; ${message}`, [
    { path: "results", message },
  ]);
}

async function keepResults({ unit }: Draft, input: SubmitResultsInput): Promise<void> {
  const rows = input.results.map(({ tool_call_id, output, is_error = false }) => {
    const { value, truncated } = truncateJson({ output }, toolResultBytesMax);
    // What is too large may be cut as one piece of text.
    const result = Object.hasOwn(value, "output") ? (value["output"] ?? null) : value;
    return { tool_call_id, result, is_error, truncated };
  });
  await unit.tx.query(
    `update tool_executions t set finished_at = now(), decision = 'answered', decided_at = now(), decided_by = $3,
       decided_key = $4, result = r.result, is_error = r.is_error, truncated = r.truncated
     from unnest($2::text[], $5::json[], $6::boolean[], $7::boolean[]) as r (tool_call_id, result, is_error, truncated)
     where t.chat_id = $1 and t.tool_call_id = r.tool_call_id`,
    [
      input.chat_id,
      rows.map((row) => row.tool_call_id),
      input.submitted_by,
      input.key_id,
      rows.map((row) => JSON.stringify(row.result)),
      rows.map((row) => row.is_error),
      rows.map((row) => row.truncated),
    ],
  );
}
