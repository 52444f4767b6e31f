// One activity per file. This file: how an activity learns that it is to stop. Not from Temporal: a cancelled activity
// would not be retried after its worker's death, and its text would be gone.
import type { ChatChanged, LiveBus } from "../../core/stream/bus-message.ts";
import type { Failpoint } from "../../platform/failpoint.ts";
import type { Store } from "../../store/store.ts";
import { attemptStanding } from "../../store/turn/commit-step.ts";
import type { Fence } from "../../store/turn/transition.ts";

/**
 * `interrupted`: commit what there is. `superseded`: an edit, deletion or newer attempt owns the chat, write nothing.
 * `shutdown`: this worker ends, go on elsewhere. `lost`: Temporal has given the task to somebody else.
 */
export type StopReason = "interrupted" | "superseded" | "shutdown" | "lost";

export class Stopped extends Error {
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.name = "Stopped";
    this.reason = reason;
  }
}

export interface WatchDeps {
  readonly store: Store;
  readonly bus: LiveBus;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  readonly checkpointMs: number;
  readonly failpoint: Failpoint;
}

/** What the watch needs of Temporal's activity context. */
export interface ActivitySignals {
  readonly cancellationSignal: AbortSignal;
  readonly cancellationDetails: { readonly notFound: boolean; readonly timedOut: boolean } | undefined;
}

export interface Watch {
  /** Aborts with a `Stopped` as its reason. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Watches over one attempt until `end` is called: by the bus at once, by one cheap select at each checkpoint. */
export function watchAttempt(
  deps: WatchDeps,
  activity: ActivitySignals,
  { chat_id, fence }: { readonly chat_id: string; readonly fence: Fence },
): Watch {
  const controller = new AbortController();
  const stop = (reason: StopReason) => controller.abort(new Stopped(reason));
  let ended = false;
  const interrupted = () => {
    if (controller.signal.aborted) return;
    deps.failpoint("interrupt:heard");
    stop("interrupted");
  };
  let looking = false;
  let wanted = false;
  const look = async () => {
    // What is told during a look may be newer than what that look reads; dropped, it would wait for the next checkpoint.
    wanted = true;
    if (looking) return;
    looking = true;
    while (wanted && !controller.signal.aborted) {
      wanted = false;
      try {
        const standing = await attemptStanding(deps.store, chat_id, fence);
        if (standing === "interrupting") interrupted();
        else if (standing !== "running") stop("superseded");
      } catch {
        // The database is away; the next look, or the commit's fence, will tell.
      }
    }
    looking = false;
  };
  const onCancelled = () => {
    const details = activity.cancellationDetails;
    // Pausing or resetting an activity in the Web UI is like a shutdown: checkpoint, and go on when asked again.
    stop(details?.notFound === true || details?.timedOut === true ? "lost" : "shutdown");
  };
  const onShutdown = () => stop("shutdown");
  const told = deps.bus.subscribe({ type: "chat", chat_id }, (message) => {
    if (message.type === "deleted") return void look();
    if (message.type !== "changed") return;
    if (!isOwnChange(message, fence)) return void look();
    // Told after its commit, and the attempt's own commit looks again: no question is left to ask the database.
    if (message.status === "interrupting") interrupted();
    else if (message.status !== "running") void look();
  });
  // What was told before the bus was listened to is seen in the database.
  void told.listening.then(() => (ended ? undefined : look()));
  const timer = setInterval(() => void look(), deps.checkpointMs);
  activity.cancellationSignal.addEventListener("abort", onCancelled, { once: true });
  deps.shutdown.addEventListener("abort", onShutdown, { once: true });
  if (activity.cancellationSignal.aborted) onCancelled();
  if (deps.shutdown.aborted) onShutdown();
  return {
    signal: controller.signal,
    end() {
      ended = true;
      told.end();
      clearInterval(timer);
      activity.cancellationSignal.removeEventListener("abort", onCancelled);
      deps.shutdown.removeEventListener("abort", onShutdown);
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
