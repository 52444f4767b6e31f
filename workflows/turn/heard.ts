// What signals and cancels have told a turn's run so far.
import { CancellationScope, defineSignal, isCancellation, setHandler } from "@temporalio/workflow";
import { CHAT_SIGNALS, type ChatTurnInput, DRAINED } from "../contract.ts";
import { readChatSignal } from "./read-signal.ts";

export interface Heard {
  /** Newest snapshot version named by a signal since the last call was begun. */
  version: number;
  /** This turn was asked to stop, or its history was cut: waits end at once. */
  stop: boolean;
  /** Another build of the worker is current: the run ends at its next boundary, and the chat goes on there. */
  drained: boolean;
  /** Signals that told of a change so far. */
  count: number;
  /** Called when another build has become current. */
  onDrained?: () => void;
}

export function listen(input: ChatTurnInput): Heard {
  const heard: Heard = { version: 0, stop: false, drained: false, count: 0 };
  setHandler(defineSignal(DRAINED), () => {
    heard.drained = true;
    heard.onDrained?.();
  });
  for (const name of CHAT_SIGNALS) {
    setHandler(defineSignal<[unknown]>(name), (payload) => {
      const signal = readChatSignal(payload);
      heard.count += 1;
      heard.version = Math.max(heard.version, signal.version);
      // A stop names its turn: one for an earlier turn must not touch this one. A cut always names the next turn.
      if (name === "interrupted" && signal.turn_id === input.turn_id) heard.stop = true;
      if (signal.turn_id !== input.turn_id && signal.turn_id > input.turn_id) heard.stop = true;
    });
  }
  return heard;
}

/** Cancel in Temporal's Web UI is an interrupt: by way of the database, so that the partial answer is kept. */
export function interruptOnCancel(heard: Heard, requestInterrupt: () => Promise<void>): void {
  CancellationScope.current()
    .cancelRequested.catch((error: unknown) => {
      if (!isCancellation(error)) throw error;
      return CancellationScope.nonCancellable(requestInterrupt);
    })
    .then(
      () => {
        heard.stop = true;
      },
      () => undefined,
    );
}
