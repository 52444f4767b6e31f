// Who is signed in on this page, as far as it knows.
import { useSyncExternalStore } from "react";
import type { Me } from "../../../client/index.ts";

export type SessionState =
  /** It has not been asked yet. */
  | { readonly type: "unknown" }
  | { readonly type: "signed-in"; readonly me: Me }
  | { readonly type: "signed-out" }
  /** The server did not answer. */
  | { readonly type: "away"; readonly reason: string };

export interface Session {
  readonly get: () => SessionState;
  readonly subscribe: (listener: () => void) => () => void;
  readonly set: (next: SessionState) => void;
  /** A call was refused because there is no session any more. */
  readonly lost: () => void;
}

export function createSession(): Session {
  let state: SessionState = { type: "unknown" };
  const listeners = new Set<() => void>();
  const set = (next: SessionState) => {
    state = next;
    for (const listener of listeners) listener();
  };
  return {
    get: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    set,
    lost() {
      if (state.type !== "signed-out") set({ type: "signed-out" });
    },
  };
}

export function useSession(session: Session): SessionState {
  return useSyncExternalStore(session.subscribe, session.get);
}
