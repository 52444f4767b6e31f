import assert from "node:assert/strict";
import { test } from "node:test";
import type { Client } from "@temporalio/client";
import type { TypedSearchAttributes } from "@temporalio/common";
import { pino } from "pino";
import type { Pool } from "../store/database.ts";
import { createDeliverer } from "./deliver-outbox.ts";

interface Started {
  readonly args: readonly unknown[];
  readonly typedSearchAttributes: TypedSearchAttributes;
}

test("O4 a run begins with fields that the version before can replay, and no others", async () => {
  const started: Started[] = [];
  const client = {
    withDeadline: (_deadline: number, work: () => Promise<void>) => work(),
    workflow: {
      count: async () => ({ count: 0 }),
      signalWithStart: async (_type: string, options: Started) => started.push(options),
    },
  } as unknown as Client;
  const pool = { query: async () => ({ rows: [] }) } as unknown as Pool;
  const store = { pool, announce: () => undefined, queuedMessagesMax: 1, workspacesPerUserMax: 1 };
  const deliverer = createDeliverer({
    temporal: () => client,
    store,
    taskQueue: "turns",
    showTitles: false,
    consoleUrl: "https://chat.example.com",
    heartbeatTimeoutMs: 20_000,
    failpoint: () => undefined,
    logger: pino({ level: "silent" }),
  });
  const payload = { owner_id: "o", turn_id: 1, version: 1, title: "t", model: "demo", parent_chat_id: "p" };
  await deliverer.deliver([
    { id: 1, tries: 0, chat_id: "c", kind: "start", signal: "messageQueued", payload },
  ]);
  const [run] = started;
  assert.deepEqual(run?.args, [
    {
      chat_id: "c",
      owner_id: "o",
      chat_url: "https://chat.example.com/chats/c",
      parent_chat_id: "p",
      turn_id: 1,
      title: "",
      model: "demo",
      shows_outcome: true,
      heartbeat_timeout_ms: 20_000,
    },
  ]);
  const values = run?.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]);
  assert.deepEqual(Object.fromEntries(values ?? []), {
    EverturnOwner: "o",
    EverturnModel: "demo",
    EverturnTurn: "1",
    EverturnParent: "p",
  });
});
