// The watch over an attempt in a chat: the live bus tells it of changes at once, and it looks at each checkpoint.
import type { ChatChanged, LiveBus } from "../../core/stream/bus-message.ts";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { Store } from "../../store/store.ts";
import { attemptStanding } from "../../store/turn/standing.ts";
import type { Fence } from "../../store/unit.ts";
import { type ActivitySignals, type StopReason, startWatch, type Watch } from "./watch.ts";

export interface WatchDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly failpoint: Failpoint;
}

/** Watches over one attempt until `end` is called. */
export function watchAttempt(
  deps: WatchDeps,
  activity: ActivitySignals,
  { chat_id, fence }: { readonly chat_id: string; readonly fence: Fence },
): Pick<Watch, "signal" | "end"> {
  let isEnded = false;
  const watch = startWatch({
    activity,
    shutdown: deps.shutdown,
    lookMs: deps.checkpointMs,
    leftMs: null,
    async look(): Promise<StopReason | null> {
      const standing = await attemptStanding(deps.store, chat_id, fence);
      if (standing === "running") return null;
      if (standing === "superseded") return standing;
      deps.failpoint("interrupt:heard");
      return "interrupted";
    },
  });
  const told = deps.bus.subscribe({ type: "chat", chat_id }, (message) => {
    if (message.type === "deleted") return watch.look();
    if (message.type !== "changed") return;
    if (!isOwnChange(message, fence)) return watch.look();
    // Told after its commit, and the attempt's own commit looks again: no question is left to ask the database.
    if (message.status === "interrupting") interrupt();
    else if (message.status !== "running") watch.look();
  });
  const interrupt = () => {
    if (watch.signal.aborted) return;
    deps.failpoint("interrupt:heard");
    watch.stop("interrupted");
  };
  // What was told before the subscription took effect is seen in the database.
  void told.listening.then(() => (isEnded ? undefined : watch.look()));
  return {
    signal: watch.signal,
    end() {
      isEnded = true;
      told.end();
      watch.end();
    },
  };
}

/** Whether a change left the chat to this very attempt; its status is then all there is to know. */
function isOwnChange(change: ChatChanged, fence: Fence): boolean {
  return (
    change.turn_id === fence.turn_id &&
    change.history_version === fence.history_version &&
    change.attempt === fence.generation_attempt
  );
}
