// The store is the only room with SQL. This file: the live bus over NOTIFY. Outside any writing transaction, on
// connections of its own; lossy by design, and fast because nobody waits for it.
import type { BusMessage, LiveBus } from "../core/bus-message.ts";
import type { Logger } from "../platform/logger.ts";
import { fromPayload } from "./bus-payload.ts";
import { createBusQueue } from "./bus-queue.ts";
import { createLastingClient } from "./lasting-client.ts";

const CHANNEL = "everturn";

export interface PostgresBus extends LiveBus {
  /** Resolves when the bus is up for the first time. */
  readonly ready: Promise<void>;
  /** Messages given up because the database was away or refused them. */
  readonly dropped: number;
}

export interface PostgresBusInput {
  readonly databaseUrl: string;
  readonly logger: Pick<Logger, "warn" | "info">;
}

type Listener = (message: BusMessage) => void;

/** Connects in the background and keeps itself connected; call `close` to end it. */
export function createPostgresBus(input: PostgresBusInput): PostgresBus {
  const subscriptions = createSubscriptions();
  const reconnectListeners = new Set<() => void>();
  const ready = Promise.withResolvers<void>();
  const isUp = () => listener.client !== null && publisher.client !== null;
  const onUp = () => {
    if (!isUp()) return;
    ready.resolve();
    for (const heard of reconnectListeners) heard();
  };
  const onDown = (reason: string) => input.logger.warn({ reason }, "the live bus lost a connection");
  const listener = createLastingClient({
    databaseUrl: input.databaseUrl,
    applicationName: "everturn-listen",
    prepare: async (client) => {
      client.on("notification", ({ payload }) => subscriptions.dispatch(fromPayload(payload ?? "")));
      await client.query(`listen ${CHANNEL}`);
    },
    onUp,
    onDown,
  });
  const sender = createSender(() => publisher);
  const publisher = createLastingClient({
    databaseUrl: input.databaseUrl,
    applicationName: "everturn-notify",
    onUp: () => {
      sender.wake();
      onUp();
    },
    onDown,
  });
  return {
    publish: sender.publish,
    subscribe: subscriptions.subscribe,
    get up() {
      return isUp();
    },
    get dropped() {
      return sender.dropped;
    },
    ready: ready.promise,
    onReconnect(heard) {
      reconnectListeners.add(heard);
      return () => void reconnectListeners.delete(heard);
    },
    async close() {
      await sender.drain();
      await Promise.all([listener.close(), publisher.close()]);
    },
  };
}

/** A bus that carries nothing: readers follow checkpoints alone (EVERTURN_LIVE_BUS=off). */
export function createOffBus(): LiveBus {
  return {
    publish: () => undefined,
    subscribe: () => () => undefined,
    up: false,
    onReconnect: () => () => undefined,
    close: () => Promise.resolve(),
  };
}

type Publisher = ReturnType<typeof createLastingClient>;

/** One flush at a time: what arrives meanwhile is the next batch. No timers, so an idle bus adds no delay. */
function createSender(publisherOf: () => Publisher) {
  const queue = createBusQueue();
  let flushing: Promise<void> | null = null;
  let woken = false;
  let refused = 0;

  const flush = async (): Promise<void> => {
    while (!queue.empty) {
      const publisher = publisherOf();
      const { client } = publisher;
      if (client === null) return;
      const payloads = queue.take();
      try {
        const text = "select pg_notify($1, x) from unnest($2::text[]) x";
        await client.query({ name: "notify", text, values: [CHANNEL, payloads] });
      } catch (error) {
        // Not sent again: half of it may have arrived, and whoever misses it looks into the store.
        refused += payloads.length;
        publisher.renew(error instanceof Error ? error.message : String(error));
      }
    }
  };
  const start = () => {
    woken = false;
    flushing ??= flush().finally(() => {
      flushing = null;
      if (!queue.empty && publisherOf().client !== null) wake();
    });
  };
  const wake = () => {
    if (woken || flushing !== null) return;
    woken = true;
    // After the events at hand: a burst of parts from one socket read becomes one batch.
    setImmediate(start);
  };
  return {
    publish: (message: BusMessage): void => {
      queue.add(message);
      wake();
    },
    wake,
    /** Waits until what was published is sent, as far as there is a connection. */
    async drain() {
      if (!queue.empty) start();
      await flushing;
    },
    get dropped() {
      return queue.dropped + refused;
    },
  };
}

function createSubscriptions() {
  const byChat = new Map<string, Set<Listener>>();
  const everything = new Set<Listener>();
  return {
    subscribe: (chatId: string | null, listener: Listener): (() => void) => {
      const listeners = chatId === null ? everything : (byChat.get(chatId) ?? new Set());
      if (chatId !== null) byChat.set(chatId, listeners);
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (chatId !== null && listeners.size === 0 && byChat.get(chatId) === listeners)
          byChat.delete(chatId);
      };
    },
    dispatch(messages: readonly BusMessage[]) {
      for (const message of messages) {
        for (const heard of byChat.get(message.chat_id) ?? []) heard(message);
        for (const heard of everything) heard(message);
      }
    },
  };
}
