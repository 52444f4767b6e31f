// Takes people's decisions about tool calls that need an approval (SPEC D4, D6).
import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import { approvedPlan, PROPOSE_PLAN } from "../../../core/plan/plan-mode.ts";
import { tellWorkflow } from "../../outbox/tell-workflow.ts";
import { readTail } from "../../row/messages.ts";
import type { Draft, Unit } from "../../unit.ts";
import { transition } from "../transition.ts";
import { argsFaults } from "./args-faults.ts";
import { roomForChecks } from "./check-cost.ts";
import { readOpenBatch, type WaitingCallState } from "./open-batch.ts";
import { proceed } from "./proceed.ts";

export interface ApprovalDecision {
  readonly tool_call_id: string;
  readonly approved: boolean;
  /** For the model. */
  readonly reason?: string | undefined;
  /** In place of the arguments that the model wrote. */
  readonly args?: JsonObject | undefined;
  /** The tool is approved in this chat from now on. */
  readonly remember?: "chat" | undefined;
}

export interface DecideApprovalsInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  readonly decisions: readonly ApprovalDecision[];
  readonly decided_by: string;
  /** The API key that was used; null: none was. */
  readonly key_id: string | null;
}

/**
 * Decides about calls, singly or together: all of them, or none. Each is decided once: of racing decisions the first one wins.
 * Throws `Refusal` `chat_not_found`, `chat_archived`, `not_awaiting_results`, `unknown_tool_call`, `arguments_refused`.
 */
export async function decideApprovals(unit: Unit, input: DecideApprovalsInput): Promise<void> {
  const { chat_id, owner_id } = input;
  const begin = { name: "decide_approvals", chat_id, owner_id, refusal: "not_awaiting_results" } as const;
  await transition(unit, begin, async (draft) => {
    const { waiting } = await readOpenBatch(unit.tx, chat_id, await readTail(unit.tx, chat_id));
    const open = new Map(
      waiting.filter(({ kind }) => kind === "approval").map((one) => [one.tool_call_id, one]),
    );
    if (open.size === 0) throw new Refusal("not_awaiting_results");
    requireOpen(open, input.decisions);
    requireFit(open, input.decisions);
    await keepDecisions(draft, open, input);
    rememberInChat(draft, open, input.decisions);
    endPlanMode(draft, open, input.decisions);
    await proceed(draft);
    await tellWorkflow(draft, { kind: "start", signal: "approvalGiven" });
  });
}

function requireOpen(
  open: ReadonlyMap<string, WaitingCallState>,
  decisions: readonly ApprovalDecision[],
): void {
  const given = new Set<string>();
  const faults = decisions.flatMap(({ tool_call_id }, at) => {
    const path = `decisions[${at}].tool_call_id`;
    if (!open.has(tool_call_id)) return [{ path, message: "names no call that waits for an approval" }];
    if (given.has(tool_call_id)) return [{ path, message: "names a call twice" }];
    given.add(tool_call_id);
    return [];
  });
  if (faults.length > 0) throw new Refusal("unknown_tool_call", undefined, faults);
}

function requireFit(
  open: ReadonlyMap<string, WaitingCallState>,
  decisions: readonly ApprovalDecision[],
): void {
  const room = roomForChecks();
  const faults = decisions.flatMap(({ tool_call_id, args }, at) => {
    const schema = open.get(tool_call_id)?.parameters;
    if (args === undefined || schema == null) return [];
    return argsFaults(schema, args, room).map(({ path, message }) => ({
      path: `decisions[${at}].args${path === "" ? "" : `.${path}`}`,
      message,
    }));
  });
  if (faults.length > 0) throw new Refusal("arguments_refused", undefined, faults);
}

async function keepDecisions(
  { unit }: Draft,
  open: ReadonlyMap<string, WaitingCallState>,
  input: DecideApprovalsInput,
): Promise<void> {
  const { decisions } = input;
  await unit.tx.query(
    `update tool_executions t set decision = d.decision, decided_at = now(), decided_by = $3, decided_key = $4,
       reason = d.reason, edited_args = d.args, result = d.result,
       finished_at = case when d.result is not null then now() end,
       is_error = case when d.result is not null then d.decision = 'denied' end
     from unnest($2::text[], $5::text[], $6::text[], $7::json[], $8::json[]) as d (tool_call_id, decision, reason, args, result)
     where t.chat_id = $1 and t.tool_call_id = d.tool_call_id`,
    [
      input.chat_id,
      decisions.map(({ tool_call_id }) => tool_call_id),
      input.decided_by,
      input.key_id,
      decisions.map(({ approved }) => (approved ? "approved" : "denied")),
      decisions.map(({ reason }) => reason ?? null),
      decisions.map(({ args }) => (args === undefined ? null : JSON.stringify(args))),
      decisions.map((decision) => jsonOrNull(resultOf(decision, open))),
    ],
  );
}

/** What a decision itself answers: a denial, or the approval of a plan, for which nothing has to run. Null: the call runs. */
function resultOf(
  { tool_call_id, approved, reason, args }: ApprovalDecision,
  open: ReadonlyMap<string, WaitingCallState>,
): JsonObject | null {
  if (!approved) return { error: wordsOfDenial(reason) };
  const call = open.get(tool_call_id)?.call;
  return call?.tool_name === PROPOSE_PLAN ? approvedPlan(args ?? call.args) : null;
}

function jsonOrNull(value: JsonObject | null): string | null {
  return value === null ? null : JSON.stringify(value);
}

function wordsOfDenial(reason: string | undefined): string {
  const why = reason === undefined || reason === "" ? "." : `: ${reason}`;
  return `The call was not run: the user denied it${why}`;
}

/** Whoever approves the plan ends plan mode, in the same transaction (SPEC C6). */
function endPlanMode(
  draft: Draft,
  open: ReadonlyMap<string, WaitingCallState>,
  decisions: readonly ApprovalDecision[],
): void {
  const isPlan = (id: string) => open.get(id)?.call.tool_name === PROPOSE_PLAN;
  if (decisions.some(({ approved, tool_call_id }) => approved && isPlan(tool_call_id))) {
    draft.change.plan_mode = false;
  }
}

/** By the tool's own name, which comes before any pattern. */
function rememberInChat(
  draft: Draft,
  open: ReadonlyMap<string, WaitingCallState>,
  decisions: readonly ApprovalDecision[],
): void {
  const remembered = decisions.filter(({ approved, remember }) => approved && remember === "chat");
  if (remembered.length === 0) return;
  const names = remembered.map(({ tool_call_id }) => open.get(tool_call_id)?.call.tool_name ?? "");
  const autos = Object.fromEntries(names.map((name) => [name, "auto" as const]));
  draft.change.approval_policy = { ...draft.before.approval_policy, ...autos };
}
