// Tests: the plan of a chaos run: a seed means one plan, and every plan has all that is to happen in it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseScript } from "../../../dev/demo-model/plan/script-step.ts";
import { keyOf, wordsOf } from "../check/expected-answer.ts";
import { CLIENT_TOOL } from "../mcp/marks.ts";
import { makePlan } from "./make-plan.ts";
import { FAULT_KINDS, messagesOf, ROUND_KINDS } from "./plan.ts";
import { createRandom } from "./seeded-random.ts";

const SEEDS = [0, 1, 7, 2_026, 2 ** 31 - 1];

test("the same seed means the same plan, another seed another one", () => {
  for (const seed of SEEDS) assert.deepEqual(makePlan(seed, 100), makePlan(seed, 100));
  const plans = new Set(SEEDS.map((seed) => JSON.stringify(makePlan(seed, 100).chats)));
  assert.equal(plans.size, SEEDS.length);
});

test("every kind of fault occurs in a run of 60 turns, while there are messages to be sent", () => {
  for (const seed of SEEDS) {
    const { faults, chats } = makePlan(seed, 60);
    const messages = chats.flatMap(({ rounds }) => messagesOf(rounds));
    assert.deepEqual(new Set(faults.map(({ kind }) => kind)), new Set(FAULT_KINDS));
    assert.ok(messages.length >= 60);
    for (const { after_messages } of faults)
      assert.ok(after_messages >= 1 && after_messages < messages.length);
    assert.deepEqual(
      faults.map(({ after_messages }) => after_messages),
      faults.map(({ after_messages }) => after_messages).toSorted((a, b) => a - b),
    );
  }
});

test("every kind of round, ground and dialect occurs in a run of 2,000 turns", () => {
  const { chats } = makePlan(1, 2_000);
  const kinds = chats.flatMap(({ rounds }) => rounds.map(({ kind }) => kind));
  assert.deepEqual(new Set(kinds), new Set(ROUND_KINDS));
  assert.deepEqual(new Set(chats.map(({ ground }) => ground)), new Set(["none", "project", "workspace"]));
  assert.deepEqual(new Set(chats.map(({ mcp }) => mcp)), new Set([true, false]));
  assert.deepEqual(new Set(chats.map(({ dialect }) => dialect)), new Set(["openai", "anthropic"]));
});

test("each message has a key of its own, stands in its words, and has a script the model takes", () => {
  for (const seed of SEEDS) {
    const sent = makePlan(seed, 100).chats.flatMap(({ rounds }) => messagesOf(rounds));
    const told = sent.flatMap(({ subagents = [] }) => subagents.flatMap((subagent) => subagent.messages));
    assert.ok(told.length > 0);
    const messages = [...sent, ...told];
    assert.equal(new Set(messages.map(({ key }) => key)).size, messages.length);
    for (const message of messages) {
      assert.equal(keyOf(wordsOf(message)), message.key);
      parseScript({ key: message.key, steps: message.steps });
    }
  }
});

test("a deadline is set in a chat that is there, for calls that can expire", () => {
  const deadlines = makePlan(1, 2_000).chats.flatMap(({ rounds }) => {
    return rounds.filter(({ kind }) => kind === "wait-expired").map((round) => ({ round, rounds }));
  });
  assert.ok(deadlines.some(({ round, rounds }) => round === rounds[0]));
  for (const { round, rounds } of deadlines) {
    assert.ok(round !== rounds[0] || round.moves[0]?.type === "send");
    const calls = messagesOf([round]).flatMap(({ steps }) =>
      steps.flatMap(({ tool_calls = [] }) => tool_calls),
    );
    assert.deepEqual(new Set(calls.map(({ name }) => name)), new Set([CLIENT_TOOL]));
  }
});

test("what one part of a plan draws does not change what another draws", () => {
  const [one, other] = [createRandom(5), createRandom(5)];
  one.next();
  assert.equal(one.fork("faults").next(), other.fork("faults").next());
  assert.notEqual(one.fork("faults").next(), one.fork("chats").next());
});

test("K5 an answer that fills the context is never the first since a compaction, which asks for no other one", () => {
  const filling = SEEDS.flatMap((seed) => makePlan(seed, 1_000).chats).flatMap(({ rounds }) =>
    rounds.filter(({ kind }) => kind === "compacted-by-threshold"),
  );
  assert.ok(filling.length > 0);
  for (const round of filling) {
    const [before, full] = messagesOf([round]);
    assert.deepEqual(
      [before, full].map((message) => message?.steps.some(({ usage }) => usage !== undefined)),
      [false, true],
    );
  }
});
