// The store is the only room with SQL. This file: what the policy of a turn looks at, read from committed history.
import { decideNextStep, type NextStep, type TurnView } from "../core/decide-next-step.ts";
import { stepsPerTurnMax } from "../core/limits.ts";
import type { Part } from "../core/part.ts";
import type { ChatRow } from "./chat-row.ts";
import { callsWithoutResult, type MessageRow, readTail } from "./messages.ts";
import type { Unit } from "./unit.ts";

type StopsTurn = (toolName: string) => boolean;

/** Derives the view from the newest assistant message and what follows it. Pure. */
function viewOfTail(chat: ChatRow, tail: readonly MessageRow[], stopsTurn: StopsTurn): TurnView {
  const open = callsWithoutResult(tail).filter((call) => call.provider_executed !== true);
  const last = tail.at(-1);
  const answers = last?.role === "assistant" && last.turn_id === chat.current_turn_id && open.length === 0;
  return {
    open_local_calls: open.map(({ tool_call_id, tool_name }) => ({ tool_call_id, tool_name })),
    open_client_calls: [],
    client_deadline_ms: null,
    compaction_requested: false,
    stopped_by_tool: last?.role === "tool" && last.content.some((part) => hasStopped(part, stopsTurn)),
    answered: answers ? (last.finish_reason ?? "stop") : null,
    steps: chat.turn_steps,
    context_persisted: true,
    context_usage_percent: null,
  };
}

/** Only success ends the turn: after a failure the model is to see what went wrong (SPEC L5). */
function hasStopped(part: Part, stopsTurn: StopsTurn): boolean {
  return part.type === "tool-result" && !part.is_error && stopsTurn(part.tool_name);
}

/** The next step of a chat's current turn, as of this transaction. */
export async function readNextStep(unit: Unit, chat: ChatRow): Promise<NextStep> {
  const stopsTurn = unit.store.stopsTurn ?? (() => false);
  const view = viewOfTail(chat, await readTail(unit.tx, chat.id), stopsTurn);
  return decideNextStep(view, { steps_max: stepsPerTurnMax, compaction_threshold_percent: 100 });
}
