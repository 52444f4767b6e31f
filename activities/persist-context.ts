// `persistContext` reads a chat's instructions and skills and commits them as a hidden message, before the model is called. A
// workspace that does not answer costs seconds, and the turn goes on with what was known last (SPEC C1, L3).
import { Context } from "@temporalio/activity";
import type { StepOutcome } from "../core/chat/step-outcome.ts";
import type { StepEvent } from "../store/turn/settle.ts";
import { fenceOf, type ScheduledAt } from "../store/turn/standing.ts";
import { inUnit } from "../store/unit.ts";
import { outcomeKey, workerShutdown } from "./attempt/activity-attempt.ts";
import { settlePatiently } from "./attempt/end-attempt.ts";
import { heartbeatWhile } from "./attempt/heartbeat-while.ts";
import { Stopped } from "./attempt/watch.ts";
import { type WatchDeps, watchAttempt } from "./attempt/watch-attempt.ts";
import { type BegunContext, beginContext } from "./context/begin-context.ts";
import { type ReadContextDeps, readContext } from "./context/read-context.ts";
import type { TurnRef } from "./contract.ts";

export interface PersistContextDeps extends WatchDeps {
  readonly context: ReadContextDeps;
}

/** Returns the activity. It throws only what Temporal is to retry: a worker's end, a database out of reach. */
export function createPersistContext(deps: PersistContextDeps) {
  return async function persistContext(turn: TurnRef): Promise<StepOutcome> {
    const key = outcomeKey(turn);
    const fence = { scheduled_ms: Context.current().info.currentAttemptScheduledTimestampMs };
    return heartbeatWhile(async () => {
      const begun = (await inUnit(deps.store, (unit) => beginContext(unit, key, fence))).result;
      if (begun.type !== "context") return begun;
      deps.failpoint("persistContext:begun");
      const event = await read(deps, begun);
      if (event === null) return { type: "superseded", snapshot_version: 0 };
      const outcome = await settlePatiently(deps, { key, fence: fence satisfies ScheduledAt }, event);
      deps.failpoint("persistContext:committed");
      return outcome;
    });
  };
}

/** What the reading came to; null: the chat has gone on without it. */
async function read(deps: PersistContextDeps, begun: BegunContext): Promise<StepEvent | null> {
  const { chat } = begun;
  const watch = watchAttempt(deps, Context.current(), { chat_id: chat.id, fence: fenceOf(chat) });
  try {
    const found = await readContext(deps.context, begun, watch.signal);
    return { type: "context-read", found };
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
    if (error.reason === "interrupted") return { type: "interrupted", answer: null };
    if (error.reason === "superseded") return null;
    throw error.reason === "shutdown" ? workerShutdown("reading") : error;
  } finally {
    watch.end();
  }
}
