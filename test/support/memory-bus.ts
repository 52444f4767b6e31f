// Tests: the live bus in memory, for tests of one process. It keeps what the port promises and loses what is published while
// it is down; `test/stream/live-bus.test.ts` holds it to the same promises as the real one.
import type { BusMessage, BusSubscription, BusTopic, LiveBus } from "../../core/stream/bus-message.ts";

export interface MemoryBus extends LiveBus {
  /** Whatever was published here, lost or not. */
  readonly published: readonly BusMessage[];
}

export interface MemoryNetwork {
  /** One more process on the bus. */
  open(): MemoryBus;
  /** All are down until `restore`. */
  cut(): void;
  restore(): void;
}

interface Subscriber {
  readonly topic: BusTopic;
  readonly heard: (message: BusMessage) => void;
}

export function createMemoryNetwork(): MemoryNetwork {
  const subscribers = new Set<Subscriber>();
  const reconnectListeners = new Set<() => void>();
  let up = true;
  const deliver = (message: BusMessage) => {
    for (const { topic, heard } of subscribers) if (isAbout(message, topic)) heard(structuredClone(message));
  };
  return {
    cut: () => {
      up = false;
    },
    restore() {
      up = true;
      for (const heard of reconnectListeners) heard();
    },
    open() {
      const own = new Set<Subscriber>();
      const published: BusMessage[] = [];
      let closed = false;
      const subscribe = (topic: BusTopic, heard: Subscriber["heard"]): BusSubscription => {
        const subscriber = { topic, heard };
        for (const set of closed ? [] : [own, subscribers]) set.add(subscriber);
        const end = () => {
          for (const set of [own, subscribers]) set.delete(subscriber);
        };
        return { listening: Promise.resolve(), end };
      };
      return {
        published,
        publish(message) {
          if (closed) return;
          published.push(message);
          if (up) queueMicrotask(() => deliver(message));
        },
        subscribe,
        get up() {
          return up && !closed;
        },
        onReconnect(heard) {
          reconnectListeners.add(heard);
          return () => void reconnectListeners.delete(heard);
        },
        close() {
          closed = true;
          for (const subscriber of own) subscribers.delete(subscriber);
          return Promise.resolve();
        },
      };
    },
  };
}

function isAbout(message: BusMessage, topic: BusTopic): boolean {
  if (topic.type === "terminal" || message.type === "terminal")
    return (
      topic.type === "terminal" && message.type === "terminal" && topic.terminal_id === message.terminal_id
    );
  if (topic.type === "chat") return message.type !== "read" && message.chat_id === topic.chat_id;
  return "owner_id" in message && message.owner_id === topic.owner_id;
}
