// Reads from committed history what the next step of a turn depends on.
import { thresholdOff, usagePercent } from "../../core/chat/compaction.ts";
import { decideNextStep, type NextStep, type TurnView } from "../../core/chat/decide-next-step.ts";
import { stepsPerTurnMax } from "../../core/chat/limits.ts";
import type { Part } from "../../core/part/part.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { type MessageRow, readTail } from "../row/messages.ts";
import type { Store } from "../store.ts";
import type { Unit } from "../unit.ts";
import { type OpenBatch, openCall, readOpenBatch, ungatedBatch } from "./calls/open-batch.ts";
import { awaitStep } from "./calls/proceed.ts";
import { isContextWanted } from "./chat-context.ts";
import { contextUsage, isFirstSinceCompaction, measuredStep } from "./context-usage.ts";
import { readBrake } from "./turn-steps.ts";

export interface WrittenTail {
  /** The newest assistant message and all after it. */
  readonly messages: readonly MessageRow[];
  /** Whether somebody is asked about any of its calls, or a policy forbids one. */
  readonly asks: boolean;
}

type StopsTurn = (toolName: string) => boolean;

/** Derives the view from the newest assistant message and what follows it. Pure. */
function viewOfTail(
  chat: ChatRow,
  { tail, batch }: { readonly tail: readonly MessageRow[]; readonly batch: OpenBatch },
  { stopsTurn = () => false, tellsWords = false }: Pick<Store, "stopsTurn" | "tellsWords">,
): TurnView {
  const { waiting, local, done } = batch;
  const last = tail.at(-1);
  const open = waiting.length + local.length + done.length;
  const answers = last?.role === "assistant" && last.turn_id === chat.current_turn_id && open === 0;
  return {
    open_local_calls: local.map((call) => openCall(call, tellsWords)),
    client_wait: waiting.length > 0 ? awaitStep(batch, tellsWords) : null,
    unsettled_calls: done.length,
    compaction_requested: chat.compaction?.source ?? null,
    stopped_by_tool: last?.role === "tool" && last.content.some((part) => hasStopped(part, stopsTurn)),
    answered: answers ? (last.finish_reason ?? "stop") : null,
    brake: null,
    steps: chat.turn_steps,
    context_persisted: true,
    context_usage_percent: null,
    just_compacted: false,
  };
}

/** Only success ends the turn: after a failure the model is to see what went wrong (SPEC L5). */
function hasStopped(part: Part, stopsTurn: StopsTurn): boolean {
  return part.type === "tool-result" && !part.is_error && stopsTurn(part.tool_name);
}

/**
 * The next step of a chat's current turn, as of this transaction.
 * @param known the end of the history, where the caller has just written it
 */
export async function readNextStep(unit: Unit, chat: ChatRow, known?: WrittenTail): Promise<NextStep> {
  const tail = known?.messages ?? (await readTail(unit.tx, chat.id));
  const batch = known?.asks === false ? ungatedBatch(tail) : await readOpenBatch(unit.tx, chat.id, tail);
  const view = {
    ...viewOfTail(chat, { tail, batch }, unit.store),
    brake: await readBrake(unit, chat, tail),
    context_persisted: !(await isContextWanted(unit, chat)),
  };
  const step = decideNextStep(view, {
    steps_max: stepsPerTurnMax,
    compaction_threshold_percent: thresholdOff,
  });
  const measured = measuredStep(tail);
  // How full the context is only matters to a turn that wants another call; most are complete by now.
  if (step.type !== "call-model" || measured === null) return step;
  return (await compactionByThreshold(unit, chat, { view, measured })) ?? step;
}

interface Measured {
  readonly view: TurnView;
  readonly measured: MessageRow;
}

/** Null: the context has room, or nobody knows. */
async function compactionByThreshold(
  unit: Unit,
  chat: ChatRow,
  { view, measured }: Measured,
): Promise<NextStep | null> {
  const usage = await contextUsage(unit, chat, measured);
  const limits = { steps_max: stepsPerTurnMax, compaction_threshold_percent: usage.threshold_percent };
  const full = { ...view, context_usage_percent: usagePercent(usage) };
  const step = decideNextStep(full, limits);
  if (step.type === "call-model") return null;
  const just_compacted = await isFirstSinceCompaction(unit, measured);
  const next = decideNextStep({ ...full, just_compacted }, limits);
  // What an earlier turn has ended with is no reason to refuse a new one its try.
  return next.type === "overflow" && measured.turn_id !== chat.current_turn_id ? null : next;
}
