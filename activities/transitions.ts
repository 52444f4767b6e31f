// Database-only transitions of a turn, run as local activities of its workflow.
import { errorDetailCharsMax } from "../core/chat/limits.ts";
import type { LastError } from "../core/chat/message.ts";
import { Refusal } from "../core/chat/refusal.ts";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { interruptChat } from "../store/chat/interrupt-chat.ts";
import type { Store } from "../store/store.ts";
import { lookAtAgents } from "../store/turn/agents/await-agent.ts";
import { findBegunCalls } from "../store/turn/calls/tool-executions.ts";
import { requestRun } from "../store/turn/reconcile.ts";
import { type StepEvent, settle } from "../store/turn/settle.ts";
import { inUnit } from "../store/unit.ts";
import { outcomeKey } from "./attempt/activity-attempt.ts";
import type { LocalActivities, SettleRef } from "./contract.ts";

/** The run that asks for its successor needs a moment to end. A start that comes earlier only signals it. */
const HAND_OVER_AFTER_MS = 100;

export interface TransitionDeps {
  readonly store: Store;
  readonly failpoint: Failpoint;
}

export function createTransitions({ store, failpoint }: TransitionDeps): LocalActivities {
  const settleStep = async (ref: SettleRef, event: StepEvent): Promise<StepOutcome> => {
    const attempt = { key: outcomeKey(ref), fence: { scheduled_ms: ref.scheduled_ms } };
    return (await inUnit(store, (unit) => settle(unit, attempt, event))).result;
  };
  return {
    async settleTools(ref) {
      failpoint("settle:begun");
      const outcome = await settleStep(ref, { type: "tools-done" });
      failpoint("settle:committed");
      return outcome;
    },
    async settleWait({ ended, ...ref }) {
      const outcome = await settleStep(ref, { type: "waited", ended });
      failpoint("wait:committed");
      return outcome;
    },
    findBegunCalls: (input) => findBegunCalls(store.pool, input),
    async lookAtAgents(input) {
      const { result: waiting } = await inUnit(store, (unit) => lookAtAgents(unit, input));
      failpoint("agents:looked");
      return { waiting };
    },
    async finishInterruption(ref) {
      const outcome = await settleStep(ref, { type: "interrupted", answer: null });
      failpoint("interruption:committed");
      return outcome;
    },
    async requestInterrupt({ chat_id, turn_id }) {
      try {
        await inUnit(store, (unit) => interruptChat(unit, { chat_id, turn_id, owner_id: null }));
      } catch (error) {
        // Deleted or archived meanwhile: there is nothing left to interrupt.
        if (!(error instanceof Refusal)) throw error;
      }
    },
    async handOver({ chat_id }) {
      // The chat may have gone on to another turn, whose start was only a signal to the run that ends here.
      const chat = { id: chat_id, current_turn_id: null };
      await inUnit(store, (unit) => requestRun(unit, chat, HAND_OVER_AFTER_MS));
      failpoint("turn:handed-over");
    },
    async recordCrash(input) {
      return settleStep(input, { type: "crashed", error: crashError(input.message) });
    },
  };
}

function crashError(message: string): LastError {
  return {
    message: "Something broke on our side while the turn was running. Send a message to try again.",
    kind: "generic",
    provider: null,
    retryable: true,
    status_code: null,
    detail: message.slice(0, errorDetailCharsMax),
  };
}
