// Whether anybody watches the chat that is written here. Replicas say so on the bus now and then. A chat that nobody has named
// for a while publishes nothing. There is one lease per chat and worker; its streams share it, and it is kept for a while
// between them, because a turn has many steps.
import { watchGraceMs, watchLeaseMs } from "../../core/chat/limits.ts";
import type { LiveBus } from "../../core/stream/bus-message.ts";
import type { PartStreamClock } from "./checkpointer.ts";

export interface WatchLease {
  /**
   * Whether parts are to be published: somebody watches, or might and could not say so yet, or nobody can be heard (bus
   * down).
   */
  readonly live: boolean;
  end(): void;
}

/** `begins`: nothing was published before. `lacks`: a replica asks for what was. */
export type Watched = "begins" | "lacks";

export interface WatchLeases {
  open(chatId: string, onWatched: (how: Watched) => void): WatchLease;
}

export interface WatchLeasesInput {
  readonly bus: LiveBus;
  readonly clock: PartStreamClock;
}

interface Held {
  /** Live until then; the grace time counts as a lease. */
  until: number;
  holders: number;
  forgetting: unknown;
  readonly listeners: Set<(how: Watched) => void>;
  readonly end: () => void;
}

export function createWatchLeases({ bus, clock }: WatchLeasesInput): WatchLeases {
  const held = new Map<string, Held>();
  // Whoever watches may have said so while nothing was heard. For the life of the worker, as the leases are.
  bus.onReconnect(() => {
    for (const lease of held.values()) lease.until = Math.max(lease.until, clock.now() + watchGraceMs);
  });
  const hear = (lease: Held, catchUp: boolean) => {
    const lapsed = lease.until <= clock.now();
    lease.until = Math.max(lease.until, clock.now() + watchLeaseMs);
    if (!lapsed && !catchUp) return;
    for (const heard of lease.listeners) heard(lapsed ? "begins" : "lacks");
  };
  const hold = (chatId: string): Held => {
    const { end } = bus.subscribe({ type: "chat", chat_id: chatId }, (message) => {
      if (message.type === "watched") hear(lease, message.catch_up);
    });
    const until = clock.now() + watchGraceMs;
    const lease: Held = { until, holders: 0, forgetting: undefined, listeners: new Set(), end };
    held.set(chatId, lease);
    return lease;
  };
  const release = (chatId: string, lease: Held) => {
    lease.holders -= 1;
    if (lease.holders > 0) return;
    lease.forgetting = clock.setTimeout(() => {
      held.delete(chatId);
      lease.end();
    }, watchLeaseMs);
  };
  return {
    open(chatId, onWatched) {
      const lease = held.get(chatId) ?? hold(chatId);
      lease.holders += 1;
      clock.clearTimeout(lease.forgetting);
      const heard = (how: Watched) => onWatched(how);
      lease.listeners.add(heard);
      return {
        get live() {
          return !bus.up || clock.now() < lease.until;
        },
        end() {
          if (lease.listeners.delete(heard)) release(chatId, lease);
        },
      };
    },
  };
}
