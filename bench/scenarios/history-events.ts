// Scenario: events in Temporal's history per turn without tools. That is what a turn costs there, whatever the number
// of its parts and readers.
import { randomUUID } from "node:crypto";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { createChat, watchChat } from "../clients/everturn-client.ts";
import { isRest } from "../clients/frames.ts";
import { row } from "../row.ts";
import type { Scenario } from "../scenario.ts";

const PARTS = [1, 10, 100, 300];
const partsPerSecond = 200;
const readersMax = 3;
const eventsAimed = 12;

export const historyEvents: Scenario = {
  name: "history-events",
  liveBus: "postgres",
  async run({ stack, everturn }) {
    const counts: number[] = [];
    for (const parts of PARTS) {
      const id = await createChat(everturn, { key: randomUUID(), parts, rate: partsPerSecond });
      const readers = Array.from({ length: readersMax }, () => watchChat(everturn, id));
      await Promise.all(readers.map((reader) => reader.next(isRest)));
      for (const reader of readers) reader.close();
      const handle = stack.bare.client.workflow.getHandle(chatWorkflowId(id));
      // The chat is at rest with the commit. The run ends a moment later.
      await handle.result();
      counts.push((await handle.fetchHistory()).events?.length ?? 0);
    }
    const aims = [{ type: "exactly", value: eventsAimed }] as const;
    return [row("history of a turn", counts, { unit: "events", aims })];
  },
};
