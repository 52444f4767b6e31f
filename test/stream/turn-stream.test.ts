// Tests: turns end to end as readers see them, on real Postgres, Temporal, processes and HTTP; the same promises with the
// live bus and without.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { assertSettled, script, storedMessages, textOf } from "../support/turn/settled.ts";

interface World {
  readonly everturn: Everturn;
  readonly liveBus: "postgres" | "off";
}

/** Each promise, told once and kept in both worlds. */
const promises: Readonly<Record<string, (world: World) => Promise<void>>> = {
  "L1 T1 a text turn streams and is stored": async ({ everturn }) => {
    const chat = await everturn.createChat(script({ parts: 60, rate: 300 }));
    const reader = everturn.reader(chat.id);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      stored.map((message) => message.role),
      ["user", "assistant"],
    );
    assert.equal(stored[1]?.finish_reason, "stop");
    assert.ok((stored[1]?.usage?.total_tokens ?? 0) > 0);
  },

  "L1 a text turn takes 12 history events, whatever its length": async ({ everturn }) => {
    // A slow machine lets the first delivery miss its second, and the relay signals once more: such a turn is no measure.
    for (let tries = 0, signals = 2; signals !== 1; tries++) {
      assert.ok(tries < 10, "every start was delivered twice");
      const chat = await everturn.createChat(script({ parts: 300, rate: 3_000 }));
      await everturn.reader(chat.id).untilIdle();
      const run = everturn.temporal.workflow.getHandle(`chat-${chat.id}`);
      await run.result();
      const { events = [] } = await run.fetchHistory();
      signals = events?.filter((event) => event.workflowExecutionSignaledEventAttributes != null).length ?? 0;
      if (signals === 1) assert.equal(events?.length, 12);
    }
  },

  "T4 S5 readers that join in mid-answer or reconnect show the whole answer once": async ({
    everturn,
    liveBus,
  }) => {
    const key = `join-${liveBus}`;
    const chat = await everturn.createChat(
      script({ parts: 60, rate: 200, hold_until: key, hold_after: 30 }, key),
    );
    const first = everturn.reader(chat.id);
    await everturn.model.waitFor({ key, event: "held" });
    assert.equal((await everturn.call<{ status: string }>("GET", `/v1/chats/${chat.id}`)).status, "running");
    const second = everturn.reader(chat.id);
    await second.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
    await first.until("half the answer is shown", (_view, { writing }) => writing.includes("t30"));
    second.reconnect();
    everturn.model.release(key);
    await Promise.all([first.untilIdle(), second.untilIdle()]);
    const third = everturn.reader(chat.id);
    await third.untilIdle();
    await assertSettled(everturn, chat.id, [first, second, third]);
    assert.ok(second.connects >= 2);
  },

  "Q2 Q6 Q7 queued messages run one turn at a time, each after the answer before it": async ({
    everturn,
    liveBus,
  }) => {
    const key = `queue-${liveBus}`;
    const chat = await everturn.createChat(script({ text: "one", hold_until: key }, key));
    const reader = everturn.reader(chat.id);
    await everturn.model.waitFor({ key, event: "held" });
    for (const text of ["two", "three"]) {
      const body = { content: script({ text }) };
      const sent = await everturn.call<{ queued: boolean }>("POST", `/v1/chats/${chat.id}/messages`, body);
      assert.equal(sent.queued, true);
    }
    await reader.until("the queue is shown", ({ queued_messages }) => queued_messages.length === 2);
    everturn.model.release(key);
    await reader.until("three answers", ({ messages }) => messages.length === 6);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(stored.filter(({ role }) => role === "assistant").map(textOf), ["one", "two", "three"]);
    assert.equal(new Set(stored.map((message) => message.turn_id)).size, 3);
  },

  "I1 I2 an interrupt keeps what was shown and closes the provider's socket": async ({
    everturn,
    liveBus,
  }) => {
    const key = `stop-${liveBus}`;
    const chat = await everturn.createChat(script({ parts: 40, rate: 400, stall_after: 40 }, key));
    const reader = everturn.reader(chat.id);
    await reader.until("the answer is shown so far", (_view, { writing }) => writing.includes("t40"));
    const shown = reader.writing;
    await everturn.call("POST", `/v1/chats/${chat.id}/interrupt`);
    await everturn.model.waitFor({ key, event: "client_closed" });
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      [stored.length, stored[1]?.interrupted, stored[1]?.finish_reason],
      [2, true, "interrupted"],
    );
    assert.equal(textOf(stored[1] as never), shown);
  },

  "Q7 a message that interrupts comes after the partial answer": async ({ everturn, liveBus }) => {
    const key = `busy-${liveBus}`;
    const chat = await everturn.createChat(script({ parts: 10, stall_after: 10 }, key));
    const reader = everturn.reader(chat.id);
    await reader.until("the answer is shown so far", (_view, { writing }) => writing.includes("t10"));
    const body = { content: script({ text: "instead" }), busy_behavior: "interrupt" };
    await everturn.call("POST", `/v1/chats/${chat.id}/messages`, body);
    await reader.until("both answers", ({ messages }) => messages.length === 4);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      stored.map(({ role, interrupted }) => [role, interrupted]),
      [
        ["user", false],
        ["assistant", true],
        ["user", false],
        ["assistant", false],
      ],
    );
  },

  "Q7 a message that steers enters the turn after its tools, before one that was queued earlier": async ({
    everturn,
    liveBus,
  }) => {
    const key = `steer-${liveBus}`;
    const look = { text: "One.", tool_calls: [{ name: "list_templates", args: {} }], hold_until: key };
    const chat = await everturn.createChat(script([look, { text: "not steered" }], key));
    const reader = everturn.reader(chat.id);
    await everturn.model.waitFor({ key, event: "held" });
    const send = (text: string, busy_behavior: string) =>
      everturn.call("POST", `/v1/chats/${chat.id}/messages`, {
        content: script({ text: `after ${text}` }),
        busy_behavior,
      });
    await send("queue", "queue");
    await send("steer", "steer");
    await reader.until("the queue is shown", ({ queued_messages }) => queued_messages.length === 2);
    everturn.model.release(key);
    await reader.until("three answers", ({ messages }) => messages.length === 7);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual(
      stored.map(({ role }) => role),
      ["user", "assistant", "tool", "user", "assistant", "user", "assistant"],
    );
    assert.deepEqual(stored.filter(({ role }) => role === "assistant").map(textOf), [
      "One.",
      "after steer",
      "after queue",
    ]);
    // The turn stays one turn; the other message begins the second.
    assert.equal(new Set(stored.slice(0, 5).map((message) => message.turn_id)).size, 1);
    assert.equal(stored[5]?.turn_id, stored[5]?.id);
  },

  "E1 E3 E4 an edit in mid-answer drops it: readers begin anew, the provider's socket closes": async ({
    everturn,
    liveBus,
  }) => {
    const key = `edit-${liveBus}`;
    const chat = await everturn.createChat(script({ parts: 10, stall_after: 10 }, key));
    const reader = everturn.reader(chat.id);
    await reader.until("the answer is shown so far", (_view, { writing }) => writing.includes("t10"));
    const [first] = await storedMessages(everturn, chat.id);
    const body = { content: script({ text: "edited answer" }) };
    await everturn.call("PATCH", `/v1/chats/${chat.id}/messages/${first?.id}`, body);
    await everturn.model.waitFor({ key, event: "client_closed" });
    await reader.until("the new answer", ({ messages }) => messages.length === 2);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.equal(textOf(stored[1] as never), "edited answer");
    assert.ok(reader.events.some(({ type }, i) => type === "history_reset" && i > 0));
  },

  "X1 X7 a failed call is shown as a retry, its text dropped, and the next attempt answers": async ({
    everturn,
    liveBus,
  }) => {
    const attempts = [
      { parts: 5, stream_error: { type: "overloaded_error", message: "busy" } },
      { text: "at last" },
    ];
    const chat = await everturn.createChat(script({ attempts }, `retry-${liveBus}`));
    const reader = everturn.reader(chat.id);
    await reader.untilIdle();
    const stored = await assertSettled(everturn, chat.id, [reader]);
    assert.deepEqual([stored.length, textOf(stored[1] as never)], [2, "at last"]);
  },

  "T6 the stream of a deleted chat ends, and its provider's socket closes": async ({ everturn, liveBus }) => {
    const key = `delete-${liveBus}`;
    const chat = await everturn.createChat(script({ parts: 5, stall_after: 5 }, key));
    await everturn.model.waitFor({ key, event: "chunks", count: 5 });
    await everturn.call("DELETE", `/v1/chats/${chat.id}`);
    await everturn.model.waitFor({ key, event: "client_closed" });
    assert.equal((await everturn.answer("GET", `/v1/chats/${chat.id}`)).status, 404);
    await everturn.temporal.workflow.getHandle(`chat-${chat.id}`).result();
  },
};

for (const liveBus of ["postgres", "off"] as const) {
  describe(`live bus ${liveBus}`, () => {
    let everturn: Everturn;
    before(async () => {
      everturn = await startEverturn({ liveBus });
    });
    after(() => everturn.stop());
    for (const [name, keeps] of Object.entries(promises)) test(name, () => keeps({ everturn, liveBus }));
  });
}
