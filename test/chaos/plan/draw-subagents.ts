// Draws messages whose answers start subagents, tell them more or stop some of them, and wait for all of them.
import type { ScriptStepWithAttempts } from "../../../dev/demo-model/plan/script-step.ts";
import { stepMarkOf, wordsOf } from "../check/expected-answer.ts";
import { failingMessage, shortMessage, slowMessage } from "./draw-message.ts";
import type { MessagePlan, SubagentPlan } from "./plan.ts";
import type { SeededRandom } from "./seeded-random.ts";

type ToolCall = NonNullable<ScriptStepWithAttempts["tool_calls"]>[number];

interface DrawnSubagent extends SubagentPlan {
  /** What the parent calls between the start and the wait, besides the id. */
  readonly meanwhile: ToolCall | null;
}

/** One to three, some of which are told more or stopped. */
export function subagentsMessage(random: SeededRandom, key: string): MessagePlan {
  return withSubagents(random, key, drawSubagent);
}

/** One to three that write long enough to be stopped in their middle. */
export function slowSubagentsMessage(random: SeededRandom, key: string): MessagePlan {
  return withSubagents(random, key, (own, name) => {
    return { messages: [slowMessage(own, name)], interrupts: 0, meanwhile: null };
  });
}

function withSubagents(
  random: SeededRandom,
  key: string,
  draw: (random: SeededRandom, name: string) => DrawnSubagent,
): MessagePlan {
  const drawn = Array.from({ length: random.int(1, 3) }, (_, at) => draw(random, `${key}-a${at + 1}`));
  const meanwhile = drawn.flatMap(({ meanwhile: call }, at) => (call === null ? [] : [ofAgent(call, at)]));
  const calls = [
    drawn.map(({ messages }) => spawnCall(random, messages[0] as MessagePlan)),
    ...(meanwhile.length === 0 ? [] : [meanwhile]),
    drawn.map((_, at) => ofAgent({ name: "wait_agent" }, at)),
  ];
  const steps = calls.map((tool_calls, at) => ({ tool_calls, text: stepMarkOf(key, at) }));
  const subagents = drawn.map(({ messages, interrupts }) => ({ messages, interrupts }));
  return {
    key,
    steps: [...steps, { parts: 8, text: stepMarkOf(key, steps.length) }],
    ends: "well",
    subagents,
  };
}

function spawnCall(random: SeededRandom, message: MessagePlan): ToolCall {
  const type = random.pick(["general", "explore"] as const);
  return { name: "spawn_agent", args: { type, title: message.key, prompt: wordsOf(message) } };
}

/** The results of the first calls of the turn name the subagents, in their order. */
function ofAgent({ name, args = {} }: ToolCall, at: number): ToolCall {
  return { name, args: { chat_id: `$turn.${at}.chat_id`, ...args } };
}

function drawSubagent(random: SeededRandom, name: string): DrawnSubagent {
  const draw = random.pick([shortMessage, slowMessage, slowMessage, failingMessage, spawningMessage]);
  const first = draw(random, name);
  const drawn = random.next();
  if (drawn < 0.3) {
    const more = shortMessage(random, `${name}-more`);
    const interrupt = random.chance(0.5);
    const meanwhile = { name: "message_agent", args: { message: wordsOf(more), interrupt } };
    return { messages: [first, more], interrupts: interrupt ? 1 : 0, meanwhile };
  }
  const isStopped = drawn < 0.5;
  const meanwhile = isStopped ? { name: "interrupt_agent" } : null;
  return { messages: [first], interrupts: isStopped ? 1 : 0, meanwhile };
}

/** Asks for a subagent of its own, which must be refused. */
function spawningMessage(random: SeededRandom, key: string): MessagePlan {
  const args = { type: "explore", title: key, prompt: "Nobody must read this." };
  const first = { tool_calls: [{ name: "spawn_agent", args }], text: stepMarkOf(key, 0) };
  return { key, steps: [first, { parts: random.int(3, 10), text: stepMarkOf(key, 1) }], ends: "well" };
}
