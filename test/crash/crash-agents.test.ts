// Tests: workers and runs that die while a chat waits for ten subagents, each in the middle of its answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Chat, Message } from "../../core/chat/message.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { chatWorkflowId } from "../../workflows/contract.ts";
import { onlyWorker, tokens } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script, textOf } from "../support/turn/settled.ts";

const AGENTS = 10;
const PARTS = 12;

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn({ workers: 0 });
});
after(() => everturn.stop());

/** Its agents hold their answers in the middle until the gate opens. */
function aParent(gate: string): Promise<Chat> {
  const numbers = Array.from({ length: AGENTS }, (_, i) => i);
  const answer = { parts: PARTS, hold_until: gate, hold_after: PARTS / 2 };
  return everturn.createChat(
    script([
      {
        tool_calls: numbers.map((i) => ({
          name: "spawn_agent",
          args: { type: "general", title: `agent ${i}`, prompt: script([answer], `${gate}-${i}`) },
        })),
      },
      {
        tool_calls: numbers.map((i) => ({
          name: "wait_agent",
          args: { chat_id: `$result.${i}.chat_id`, timeout_ms: 600_000 },
        })),
      },
      { text: "all have reported" },
    ]),
  );
}

/** All ten answers are half written, and the parent waits for each of them. */
async function untilAllStreamAndAreAwaited(gate: string, chat: Chat): Promise<void> {
  for (let i = 0; i < AGENTS; i++) {
    await soon(`agent ${i} is half through`, () =>
      everturn.model.requests(`${gate}-${i}`).some(({ status }) => status === "held"),
    );
  }
  await soon("the parent waits", async () => {
    const { rows } = await everturn.pool.query<{ waits: number }>(
      "select count(*)::int as waits from tool_executions where chat_id = $1 and awaits_chat_id is not null and finished_at is null",
      [chat.id],
    );
    return rows[0]?.waits === AGENTS;
  });
}

function resultsOf({ content }: Message): JsonObject[] {
  return content.flatMap((part) => (part.type === "tool-result" ? [part.result as JsonObject] : []));
}

test("G3 killed while ten agents stream and their parent waits: each writes its report once, and the parent gets all of them", async () => {
  const worker = await onlyWorker(everturn);
  const chat = await aParent("killed");
  const reader = everturn.reader(chat.id);
  await untilAllStreamAndAreAwaited("killed", chat);
  await worker.kill();
  await everturn.startWorker();
  everturn.model.release("killed");
  await reader.untilIdle();
  const stored: readonly Message[] = await assertSettled(everturn, chat.id, [reader]);
  assert.deepEqual(
    stored.map(({ role }) => role),
    ["user", "assistant", "tool", "assistant", "tool", "assistant"],
  );
  const reports = stored.slice(4, 5).flatMap(resultsOf);
  assert.deepEqual(
    reports.map(({ title, status, report }) => [title, status, report]),
    Array.from({ length: AGENTS }, (_, i) => [`agent ${i}`, "finished", tokens(PARTS)]),
  );
  assert.equal(textOf(stored.at(-1) as Message), "all have reported");
  const { items } = await everturn.call<{ items: Chat[] }>("GET", "/v1/chats");
  const children = items.find(({ id }) => id === chat.id)?.children ?? [];
  assert.deepEqual(
    children.map(({ status }) => status),
    children.map(() => "waiting"),
  );
  assert.equal(children.length, AGENTS);
  const cost = await everturn.call<{ request_count: number }>("GET", `/v1/chats/${chat.id}/cost`);
  assert.ok(cost.request_count >= AGENTS + 3, "the cost of a chat includes that of its agents");
  const { events = [] } = await everturn.temporal.workflow.getHandle(chatWorkflowId(chat.id)).fetchHistory();
  const timers = events?.filter((event) => event.timerStartedEventAttributes != null).length;
  assert.ok((timers ?? 0) <= 2, `one timer holds for all waits: ${timers}`);
  assert.ok((events?.length ?? 0) < 300, `${events?.length} events`);
});
