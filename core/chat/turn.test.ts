import assert from "node:assert/strict";
import { test } from "node:test";
import { CHAT_STATUSES } from "./message.ts";
import { type ChatStanding, type TurnStanding, turnStatus } from "./turn.ts";

const over: TurnStanding = { id: 1, ended: null, finish_reason: "stop" };
const resting: ChatStanding = { status: "waiting", current_turn_id: 1, compaction: null };

test("a turn that is under way has its chat's status", () => {
  const shown = CHAT_STATUSES.map((status) => turnStatus(over, { ...resting, status }));
  assert.deepEqual(CHAT_STATUSES, ["waiting", "running", "interrupting", "requires_action", "error"]);
  assert.deepEqual(shown, ["completed", "running", "interrupting", "requires_action", "completed"]);
});

test("a turn that is over stays as it ended, whatever its chat does", () => {
  const chats: ChatStanding[] = [
    { ...resting, status: "running", current_turn_id: 2 },
    { ...resting, status: "error" },
    { ...resting, status: "running", compaction: { source: "manual", context_limit: null } },
  ];
  for (const chat of chats) {
    assert.equal(turnStatus(over, chat), "completed");
    assert.equal(turnStatus({ ...over, ended: "error" }, chat), "error");
    assert.equal(turnStatus({ ...over, ended: "interrupted" }, chat), "interrupted");
  }
});

test("of a turn without a note its newest answer tells how it ended", () => {
  assert.equal(turnStatus({ ...over, finish_reason: "error" }, resting), "error");
  assert.equal(turnStatus({ ...over, finish_reason: "interrupted" }, resting), "interrupted");
  assert.equal(turnStatus({ ...over, finish_reason: "max_steps" }, resting), "completed");
  assert.equal(turnStatus({ ...over, finish_reason: null }, resting), "completed");
});
