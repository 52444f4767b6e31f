// Sends what is published as fast as the database takes it, one statement at a time. What arrives meanwhile is the next
// batch. There are no timers, so an idle bus adds no delay.
import type { BusMessage } from "../../core/stream/bus-message.ts";
import type { LastingClient } from "../lasting-client.ts";
import { createBusQueue } from "./bus-queue.ts";

export interface BusSender {
  readonly publish: (message: BusMessage) => void;
  /** Sends what waits: there is a connection again. */
  wake(): void;
  /** Resolves when everything published is sent, as far as there is a connection. Takes nothing from then on. */
  close(): Promise<void>;
  /** Messages dropped because the database was away or refused them. */
  readonly dropped: number;
}

const NOTIFY =
  "select pg_notify(channel, payload) from unnest($1::text[], $2::text[]) as sent (channel, payload)";

export function createBusSender(publisherOf: () => LastingClient): BusSender {
  const queue = createBusQueue();
  let flushing: Promise<void> | null = null;
  let woken = false;
  let refused = 0;
  let closed = false;

  const flush = async (): Promise<void> => {
    while (!queue.empty) {
      const publisher = publisherOf();
      const { client } = publisher;
      if (client === null) return;
      const sent = queue.take();
      const values = [sent.map(({ channel }) => channel), sent.map(({ payload }) => payload)];
      try {
        await client.query({ name: "notify", text: NOTIFY, values });
      } catch (error) {
        // Not sent again: half of it may have arrived. Whoever misses the rest reads the store.
        refused += sent.length;
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
    // After the current events: a burst of parts from one socket read becomes one batch.
    setImmediate(start);
  };
  return {
    publish(message) {
      if (closed) return;
      queue.add(message);
      wake();
    },
    wake,
    async close() {
      closed = true;
      if (!queue.empty) start();
      await flushing;
    },
    get dropped() {
      return queue.dropped + refused;
    },
  };
}
