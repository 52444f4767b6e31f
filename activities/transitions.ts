// One activity per file, but for these: database-only transitions, run as local activities of the workflow.
import { Context } from "@temporalio/activity";
import { errorDetailCharsMax } from "../core/chat/limits.ts";
import type { LastError } from "../core/chat/message.ts";
import { Refusal } from "../core/chat/refusal.ts";
import type { OutcomeKey, StepOutcome } from "../core/chat/step-outcome.ts";
import type { Failpoint } from "../platform/failpoint.ts";
import { interruptChat } from "../store/chat/interrupt-chat.ts";
import type { Store } from "../store/store.ts";
import { commitInterruption, commitToolResults, notRunning } from "../store/turn/commit-step.ts";
import { finishError } from "../store/turn/finish-turn.ts";
import { Superseded } from "../store/turn/transition.ts";
import { inUnit, type Unit } from "../store/unit.ts";
import type { LocalActivities, RecordCrashInput, TurnRef } from "./contract.ts";

export interface TransitionDeps {
  readonly store: Store;
  readonly failpoint: Failpoint;
}

/** Under these names the commit is remembered: a local activity runs twice when a signal comes in its workflow task. */
function keyOf(turn: TurnRef): OutcomeKey {
  const { workflowExecution, activityId } = Context.current().info;
  const { chat_id, turn_id } = turn;
  return { chat_id, turn_id, run_id: workflowExecution?.runId ?? "", activity_id: `local-${activityId}` };
}

async function commit(
  deps: TransitionDeps,
  work: (unit: Unit) => Promise<StepOutcome>,
): Promise<StepOutcome> {
  try {
    return (await inUnit(deps.store, work)).result;
  } catch (error) {
    if (error instanceof Superseded) return { type: "superseded", snapshot_version: 0 };
    throw error;
  }
}

export function createTransitions(deps: TransitionDeps): LocalActivities {
  return {
    async settleTools(turn) {
      const key = keyOf(turn);
      const outcome = await commit(deps, (unit) => commitToolResults(unit, key));
      deps.failpoint("settle:committed");
      return outcome;
    },
    async finishInterruption(turn) {
      const key = keyOf(turn);
      const outcome = await commit(deps, (unit) => commitInterruption(unit, { key }, null));
      deps.failpoint("interruption:committed");
      return outcome;
    },
    async requestInterrupt({ chat_id, turn_id }) {
      try {
        await inUnit(deps.store, (unit) => interruptChat(unit, { chat_id, turn_id, owner_id: null }));
      } catch (error) {
        // Deleted or archived meanwhile: there is nothing left to interrupt.
        if (!(error instanceof Refusal)) throw error;
      }
    },
    async recordCrash(input) {
      const key = keyOf(input);
      return commit(deps, async (unit) => {
        const found = await notRunning(unit, key);
        if (found !== null && found.type !== "interrupting") return found;
        return finishError(unit, { key }, crashError(input));
      });
    },
  };
}

function crashError(input: RecordCrashInput): LastError {
  return {
    message: "Something broke on our side while the turn was running. Send a message to try again.",
    kind: "generic",
    provider: null,
    retryable: true,
    status_code: null,
    detail: input.message.slice(0, errorDetailCharsMax),
  };
}
