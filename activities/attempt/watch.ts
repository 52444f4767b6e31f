// How an activity learns that it is to stop. Temporal does not cancel it: a cancelled activity would not be tried again
// after its worker's death, and what it had written would be gone.

/**
 * `interrupted`: commit what there is. `superseded`: what the activity works for has ended, or another attempt works on it;
 * write nothing. `late`: its time is over. `shutdown`: this worker ends, go on elsewhere. `lost`: Temporal has given the
 * task to another worker.
 */
export type StopReason = "interrupted" | "superseded" | "late" | "shutdown" | "lost";

export class Stopped extends Error {
  readonly reason: StopReason;
  constructor(reason: StopReason) {
    super(`stopped: ${reason}`);
    this.name = "Stopped";
    this.reason = reason;
  }
}

/** What the watch needs of Temporal's activity context. */
export interface ActivitySignals {
  readonly cancellationSignal: AbortSignal;
  readonly cancellationDetails: { readonly notFound: boolean; readonly timedOut: boolean } | undefined;
}

export interface WatchInput {
  readonly activity: ActivitySignals;
  /** Aborted when this worker is told to end. */
  readonly shutdown: AbortSignal;
  /** Why the work is to stop, from the database; null: it goes on. May throw while the database is away. */
  readonly look: () => Promise<StopReason | null>;
  /** How often it looks: one cheap select. */
  readonly lookMs: number;
  /** Time that is left for the work; null: no limit. */
  readonly leftMs: number | null;
}

export interface Watch {
  /** Aborts with a `Stopped` as its reason. */
  readonly signal: AbortSignal;
  /** Looks at once: somebody has said that something changed. */
  look(): void;
  stop(reason: StopReason): void;
  end(): void;
}

/** Watches over one attempt until `end` is called. */
export function startWatch(input: WatchInput): Watch {
  const { activity, shutdown } = input;
  const controller = new AbortController();
  const stop = (reason: StopReason) => controller.abort(new Stopped(reason));
  const look = createLook(input, { stop, isStopped: () => controller.signal.aborted });
  const onCancelled = () => {
    const details = activity.cancellationDetails;
    // An activity that is paused or reset in the Web UI is treated as at a shutdown: it goes on when it is asked again.
    stop(details?.notFound === true || details?.timedOut === true ? "lost" : "shutdown");
  };
  const onShutdown = () => stop("shutdown");
  const looks = setInterval(look, input.lookMs);
  const late = input.leftMs === null ? undefined : setTimeout(() => stop("late"), Math.max(input.leftMs, 0));
  activity.cancellationSignal.addEventListener("abort", onCancelled, { once: true });
  shutdown.addEventListener("abort", onShutdown, { once: true });
  if (activity.cancellationSignal.aborted) onCancelled();
  if (shutdown.aborted) onShutdown();
  return {
    signal: controller.signal,
    look,
    stop,
    end() {
      clearInterval(looks);
      clearTimeout(late);
      activity.cancellationSignal.removeEventListener("abort", onCancelled);
      shutdown.removeEventListener("abort", onShutdown);
    },
  };
}

interface LookTarget {
  readonly stop: (reason: StopReason) => void;
  readonly isStopped: () => boolean;
}

/** One look at a time. A look that is wanted during another follows it: it may see what is newer than the other reads. */
function createLook({ look }: WatchInput, { stop, isStopped }: LookTarget): () => void {
  let isLooking = false;
  let isWanted = false;
  const lookWhileWanted = async () => {
    isLooking = true;
    while (isWanted && !isStopped()) {
      isWanted = false;
      try {
        const reason = await look();
        if (reason !== null && !isStopped()) stop(reason);
      } catch {
        // The database is away; the next look, or the commit's fence, will tell.
      }
    }
    isLooking = false;
  };
  return () => {
    isWanted = true;
    if (!isLooking) void lookWhileWanted();
  };
}
