// How the reading of a chat's instructions and skills begins: only if that is what comes next.
import type { OutcomeKey, StepOutcome } from "../../core/chat/step-outcome.ts";
import type { ContextPart } from "../../core/part/part.ts";
import type { ChatRow } from "../../store/row/chat-row.ts";
import { readNewestContext } from "../../store/turn/chat-context.ts";
import { decide, settle } from "../../store/turn/settle.ts";
import { endSettling } from "../../store/turn/settling.ts";
import { readStanding, type ScheduledAt } from "../../store/turn/standing.ts";
import { readNextStep } from "../../store/turn/turn-view.ts";
import type { Unit } from "../../store/unit.ts";

export interface BegunContext {
  readonly type: "context";
  readonly chat: ChatRow;
  /** What the model was told last. */
  readonly known: ContextPart | null;
}

/** Begins to read, or says what is to happen instead. Nothing is claimed: what is read twice does no harm. */
export async function beginContext(
  unit: Unit,
  key: OutcomeKey,
  fence: ScheduledAt,
): Promise<BegunContext | StepOutcome> {
  const standing = await readStanding(unit, key);
  if (standing.type === "elsewhere") return standing.outcome;
  const { chat } = standing;
  if (standing.type === "interrupting") {
    return settle(unit, { key, fence }, { type: "interrupted", answer: null });
  }
  const step = await readNextStep(unit, chat);
  if (step.type === "finish" || step.type === "overflow") {
    const settling = { unit, key, chat };
    return endSettling(settling, fence, await decide(settling));
  }
  if (step.type !== "persist-context") {
    return { type: "next", step, snapshot_version: chat.snapshot_version };
  }
  return { type: "context", chat, known: await readNewestContext(unit.tx, chat.id) };
}
