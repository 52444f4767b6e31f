// One call of a model, whatever it is for: an answer, a compaction or a phrase. It is recorded, it can be stopped, and
// whatever has come of it is committed before its end is recorded.
import type { ModelEvent, ModelRequest, Provider, StreamOptions } from "../../models/provider.ts";
import type { DebugCall } from "../debug/debug-recorder.ts";

export interface ModelAttempt<T> {
  readonly recording: DebugCall;
  /** Aborted when the call is to stop. */
  readonly signal: AbortSignal;
  /** Calls the model and takes what it says. Throws `ModelError`, or the signal's reason. */
  readonly write: () => Promise<void>;
  /** Commits what has come of the call. `failure`: what ended it early; null: the model has finished. */
  readonly end: (failure: unknown) => Promise<T>;
  /** Records how the call ended. `result`: what `end` gave; null when it threw. */
  readonly record: (failure: unknown, result: T | null) => void;
}

export async function runModelAttempt<T>(attempt: ModelAttempt<T>): Promise<T> {
  const { recording, signal, write, end, record } = attempt;
  let failure: unknown = null;
  try {
    await recording.during(write);
  } catch (error) {
    failure = signal.aborted ? signal.reason : error;
  }
  let result: T | null = null;
  try {
    result = await end(failure);
    return result;
  } finally {
    record(failure, result);
  }
}

export interface Streaming {
  readonly provider: Provider;
  readonly request: ModelRequest;
  readonly options: StreamOptions;
  /** Takes an event; true: that is enough, the rest is not wanted. */
  readonly take: (event: ModelEvent) => boolean | Promise<boolean>;
}

/** Streams what the model says, until it ends, is enough, or is to stop. */
export async function streamModel({ provider, request, options, take }: Streaming): Promise<void> {
  for await (const event of provider.stream(request, options)) {
    if (await take(event)) return;
    options.signal.throwIfAborted();
  }
}
