// The live bus over NOTIFY, outside any writing transaction and on its own connections. It may lose messages, and is
// fast because nobody waits for it.
import { assertNever } from "../../core/assert-never.ts";
import type { BusMessage, BusSubscription, BusTopic, LiveBus } from "../../core/stream/bus-message.ts";
import type { Logger } from "../../platform/logger.ts";
import { createLastingClient, type LastingClient } from "../lasting-client.ts";
import { channelOf, topicOf } from "./bus-channel.ts";
import { BusListening } from "./bus-listening.ts";
import { fromPayload } from "./bus-payload.ts";
import { createBusSender } from "./bus-sender.ts";

/** For metrics and tests. */
export interface BusCounts {
  /** Payloads and messages dropped because the database was away or refused them. */
  readonly dropped: number;
  /** Messages that arrived, whether or not anyone here listens for them. */
  readonly heard: number;
  /** Channels that are listened to at present. */
  readonly channels: number;
}

export interface PostgresBus extends LiveBus, BusCounts {
  /** Resolves when the bus is up for the first time. */
  readonly ready: Promise<void>;
}

export interface PostgresBusInput {
  readonly databaseUrl: string;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** How long an unneeded channel is still listened to. Tests set it. */
  readonly unlistenAfterMs?: number;
}

type Listener = (message: BusMessage) => void;

/** Connects in the background and stays connected. Call `close` to end it. */
export function createPostgresBus(input: PostgresBusInput): PostgresBus {
  const subscriptions = createSubscriptions();
  const reconnectListeners = new Set<() => void>();
  const ready = Promise.withResolvers<void>();
  const { listening, sender, listener, publisher } = connect(input, subscriptions.dispatch, () => {
    ready.resolve();
    for (const heard of reconnectListeners) heard();
  });
  return {
    publish: sender.publish,
    subscribe(topic, heard) {
      const leave = subscriptions.add(topic, heard);
      const wanted = listening.want(channelOf(topic));
      const end = () => {
        leave();
        wanted.release();
      };
      return { listening: wanted.listening, end: once(end) };
    },
    get up() {
      return listener.client !== null && publisher.client !== null;
    },
    get dropped() {
      return sender.dropped;
    },
    get heard() {
      return subscriptions.heard;
    },
    get channels() {
      return listening.size;
    },
    ready: ready.promise,
    onReconnect(heard) {
      reconnectListeners.add(heard);
      return () => void reconnectListeners.delete(heard);
    },
    async close() {
      await sender.close();
      listening.lose();
      subscriptions.clear();
      await Promise.all([listener.close(), publisher.close()]);
    },
  };
}

/**
 * One connection listens, the other sends: a burst on one must not delay the other. `onUp` is called when both are
 * there.
 */
function connect(
  { databaseUrl, logger, unlistenAfterMs }: PostgresBusInput,
  dispatch: (channel: string, payload: string) => void,
  onUp: () => void,
) {
  const listening = new BusListening({
    onFailed: (error) => listener.renew(error instanceof Error ? error.message : String(error)),
    ...(unlistenAfterMs !== undefined && { unlistenAfterMs }),
  });
  const sender = createBusSender(() => publisher);
  const onOneUp = () => {
    if (listener.client !== null && publisher.client !== null) onUp();
  };
  const onDown = (reason: string) => logger.warn({ reason }, "the live bus lost a connection");
  const listener: LastingClient = createLastingClient({
    databaseUrl,
    applicationName: "everturn-listen",
    async prepare(client) {
      client.on("notification", ({ channel, payload }) => dispatch(channel, payload ?? ""));
      await listening.begin(client);
    },
    onUp: onOneUp,
    onDown(reason) {
      listening.lose();
      onDown(reason);
    },
  });
  const publisher: LastingClient = createLastingClient({
    databaseUrl,
    applicationName: "everturn-notify",
    onUp() {
      sender.wake();
      onOneUp();
    },
    onDown,
  });
  return { listening, sender, listener, publisher };
}

/** A bus that carries nothing: readers follow only checkpoints (EVERTURN_LIVE_BUS=off). */
export function createOffBus(): LiveBus & BusCounts {
  const nothing: BusSubscription = { listening: Promise.resolve(), end: () => undefined };
  return {
    dropped: 0,
    heard: 0,
    channels: 0,
    publish: () => undefined,
    subscribe: () => nothing,
    up: false,
    onReconnect: () => () => undefined,
    close: () => Promise.resolve(),
  };
}

function once(run: () => void): () => void {
  let done = false;
  return () => {
    if (!done) run();
    done = true;
  };
}

function createSubscriptions() {
  const byTopic = new Map<string, Set<Listener>>();
  let heard = 0;
  return {
    /** Returns a function that ends the subscription. */
    add(topic: BusTopic, listener: Listener): () => void {
      const key = keyOf(topic);
      const listeners = byTopic.get(key) ?? new Set();
      byTopic.set(key, listeners);
      // Wrapped, because the same function may be passed twice.
      const own: Listener = (message) => listener(message);
      listeners.add(own);
      return () => {
        listeners.delete(own);
        if (listeners.size === 0 && byTopic.get(key) === listeners) byTopic.delete(key);
      };
    },
    dispatch: (channel: string, payload: string): void => {
      for (const message of fromPayload(payload)) {
        heard += 1;
        const topic = topicOf(channel, message);
        if (topic === null) continue;
        for (const listener of byTopic.get(keyOf(topic)) ?? []) listener(message);
      }
    },
    clear: () => byTopic.clear(),
    get heard() {
      return heard;
    },
  };
}

function keyOf(topic: BusTopic): string {
  switch (topic.type) {
    case "chat":
      return `c ${topic.chat_id}`;
    case "owner":
      return `o ${topic.owner_id}`;
    case "terminal":
      return `t ${topic.terminal_id}`;
    default:
      return assertNever(topic);
  }
}
