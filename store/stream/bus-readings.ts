// Numbers about the live bus, for the metrics of a process.
import type { Reading } from "../../platform/metrics.ts";
import type { BusCounts } from "./live-bus.ts";

export function busReadings(bus: BusCounts): Reading[] {
  return [
    {
      name: "everturn_bus_heard_messages_total",
      help: "Messages of the live bus that reached this process, including those for other chats in the same channel",
      read: () => bus.heard,
    },
    {
      name: "everturn_bus_dropped_messages_total",
      help: "Messages of the live bus that this process dropped because the database was away, slow or refused them",
      read: () => bus.dropped,
    },
    {
      name: "everturn_bus_channels",
      help: "Channels of the live bus that this process listens to",
      read: () => bus.channels,
    },
  ];
}
