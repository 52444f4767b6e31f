// Heartbeats of an activity while it does something that writes no parts.
import { Context } from "@temporalio/activity";

/**
 * Does `work` and heartbeats until it is done, so that a worker that waits for a lock or a database is not taken for dead.
 * @param details what the heartbeats hold; absent: what the attempt before has left there, which is still to be read
 */
export async function heartbeatWhile<T>(work: () => Promise<T>, details?: () => unknown): Promise<T> {
  const context = Context.current();
  const { heartbeatTimeoutMs, heartbeatDetails } = context.info;
  if (heartbeatTimeoutMs === undefined) return work();
  const beat = () => {
    try {
      context.heartbeat(details === undefined ? heartbeatDetails : details());
    } catch {
      // The activity is ending, or its worker is: a timer must not bring the process down for it.
    }
  };
  if (details !== undefined) beat();
  const timer = setInterval(beat, heartbeatTimeoutMs / 3);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
