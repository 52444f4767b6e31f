// How the streams of what a page shows are connected, beside the feed: the banner must tell when one of them is lost alone.
import { useEffect, useSyncExternalStore } from "react";
import type { Connection } from "../../../client/index.ts";

const listeners = new Set<() => void>();
let told: ReadonlyMap<object, Connection> = new Map();

function set(next: ReadonlyMap<object, Connection>): void {
  told = next;
  for (const listener of listeners) listener();
}

/** @param stream whose connection it is; null: it is not shown any more */
export function tellConnection(stream: object, connection: Connection | null): void {
  const next = new Map(told);
  if (connection === null) next.delete(stream);
  else next.set(stream, connection);
  set(next);
}

/** Tells how a stream is connected for as long as the component is shown. */
export function useToldConnection(stream: object | null, connection: Connection | undefined): void {
  useEffect(() => {
    if (stream !== null && connection !== undefined) tellConnection(stream, connection);
  }, [stream, connection]);
  useEffect(() => {
    if (stream === null) return;
    return () => tellConnection(stream, null);
  }, [stream]);
}

export type LostConnection = Extract<Connection, { readonly retryAt: number }>;

export function isLost(connection: Connection): connection is LostConnection {
  return connection.state === "reconnecting" || connection.state === "offline";
}

/** The connection that is to be told of: one that is lost, the feed's first, whose trouble all others share; else one that begins. */
export function useConnection(feed: Connection): Connection {
  const streams = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => told,
  );
  const all = [feed, ...streams.values()];
  return all.find(isLost) ?? all.find(({ state }) => state === "connecting") ?? feed;
}
