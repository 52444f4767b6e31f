// One activity per file. This file: how an activity of a build learns that it is to stop, and that it lives. Not from
// Temporal: a wish is in the database, and a cancelled activity would not be retried after its worker's death.
import type { ActivitySignals } from "../attempt/watch-attempt.ts";

/** How often the database is asked whether the build is still wanted: one cheap select. */
const lookEveryMs = 1_000;

/**
 * `over`: cancelled, ended, or another attempt works on it. `shutdown`: this worker ends, go on elsewhere. `lost`: Temporal
 * has given the task to somebody else. `late`: its time is over.
 */
export type BuildStopReason = "over" | "shutdown" | "lost" | "late";

export class BuildStopped extends Error {
  readonly reason: BuildStopReason;
  constructor(reason: BuildStopReason) {
    super(`stopped: ${reason}`);
    this.name = "BuildStopped";
    this.reason = reason;
  }
}

export interface BuildWatchInput {
  readonly activity: ActivitySignals;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  /** Aborted when somebody saw that it may be over: looks at once. */
  readonly maybeOver: AbortSignal;
  /** Whether the attempt is to go on. May throw while the database is away. */
  readonly isGoing: () => Promise<boolean>;
  readonly heartbeat: () => void;
  readonly heartbeatTimeoutMs: number;
  /** Null: the step has a clock of its own. */
  readonly leftMs: number | null;
}

export interface BuildWatch {
  /** Aborts with a `BuildStopped` as its reason. */
  readonly signal: AbortSignal;
  end(): void;
}

/** Beats and looks until `end` is called. */
export function watchBuild(input: BuildWatchInput): BuildWatch {
  const { activity, shutdown } = input;
  const controller = new AbortController();
  const stop = (reason: BuildStopReason) => controller.abort(new BuildStopped(reason));
  const look = () => {
    input.isGoing().then(
      (isGoing) => {
        if (!isGoing) stop("over");
      },
      // The database is away; the next look will tell.
      () => undefined,
    );
  };
  const beat = () => {
    try {
      input.heartbeat();
    } catch {
      // The activity is ending, or its worker is: a timer may not bring the process down for it.
    }
  };
  const onCancelled = () => {
    const details = activity.cancellationDetails;
    stop(details?.notFound === true || details?.timedOut === true ? "lost" : "shutdown");
  };
  const onShutdown = () => stop("shutdown");
  const looks = setInterval(look, lookEveryMs);
  const beats = setInterval(beat, Math.min(lookEveryMs, input.heartbeatTimeoutMs / 3));
  const late = input.leftMs === null ? undefined : setTimeout(() => stop("late"), Math.max(input.leftMs, 0));
  beat();
  activity.cancellationSignal.addEventListener("abort", onCancelled, { once: true });
  shutdown.addEventListener("abort", onShutdown, { once: true });
  input.maybeOver.addEventListener("abort", look, { once: true });
  if (activity.cancellationSignal.aborted) onCancelled();
  if (shutdown.aborted) onShutdown();
  return {
    signal: controller.signal,
    end() {
      clearInterval(looks);
      clearInterval(beats);
      clearTimeout(late);
      activity.cancellationSignal.removeEventListener("abort", onCancelled);
      shutdown.removeEventListener("abort", onShutdown);
    },
  };
}
