// What the demo model does when asked for agents, or to use a skill.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { ModelCall } from "../request/model-call.ts";
import { agentsStep } from "./agents-plot.ts";
import { skillStep } from "./skill-plot.ts";

const tools = ["spawn_agent", "wait_agent", "read_skill"].map((name) => ({ name, args: [] }));

/** @param steps the results of each step so far */
function callAfter(asked: string, steps: readonly (readonly string[])[] = []): ModelCall {
  const turns = steps.flatMap((texts) => [
    { role: "assistant", texts: [], calls: [], results: [] } as const,
    { role: "tool", texts: [], calls: [], results: texts.map((text) => ({ id: "c", text })) } as const,
  ]);
  const user = { role: "user", texts: [asked], calls: [], results: [] } as const;
  return { tools, turns: [user, ...turns] } as unknown as ModelCall;
}

const started = (chat_id: string) => JSON.stringify({ chat_id, title: chat_id, type: "explore" });
const waited = (title: string, more: object) => JSON.stringify({ chat_id: "x", title, ...more });

test("agents are started side by side, awaited, and their reports repeated", () => {
  const asked = "Start two agents: count to 5; list the files in src";
  assert.deepEqual(
    agentsStep(callAfter(asked))?.tool_calls?.map(({ name, args }) => [name, args?.["prompt"]]),
    [
      ["spawn_agent", "count to 5"],
      ["spawn_agent", "list the files in src"],
    ],
  );
  const spawned = [started("a"), started("b")];
  assert.deepEqual(agentsStep(callAfter(asked, [spawned]))?.tool_calls, [
    { name: "wait_agent", args: { chat_id: "a" } },
    { name: "wait_agent", args: { chat_id: "b" } },
  ]);
  const reports = [waited("one", { report: "1 2 3" }), waited("two", { timed_out: true })];
  const end = agentsStep(callAfter(asked, [spawned, reports]));
  assert.equal(end?.tool_calls, undefined);
  assert.equal(end?.text, "The agents are done.\n- “one” reports: 1 2 3\n- “two” is not done yet");
});

test("an agent that cannot be started is told in its words", () => {
  const failed = callAfter("Start an agent: count to 5", [["error: there are too many"]]);
  assert.equal(agentsStep(failed)?.text, "That did not work: there are too many");
});

test("a skill is read, then its first file, and both are summed up", () => {
  const asked = "Please use the skill plan-a-trip.";
  const args = { name: "plan-a-trip" };
  assert.deepEqual(skillStep(callAfter(asked))?.tool_calls, [{ name: "read_skill", args }]);
  const body = [JSON.stringify({ content: "1. Read it", files: ["stops.md"] })];
  assert.deepEqual(skillStep(callAfter(asked, [body]))?.tool_calls, [
    { name: "read_skill_file", args: { ...args, path: "stops.md" } },
  ]);
  const file = [JSON.stringify({ content: "Harbour" })];
  assert.match(skillStep(callAfter(asked, [body, file]))?.text ?? "", /Harbour/);
  const alone = skillStep(callAfter(asked, [[JSON.stringify({ content: "1. Go", files: [] })]]));
  assert.equal(alone?.tool_calls, undefined);
});

test("without the tools, or asked for something else, there are no agents and no skills", () => {
  for (const step of [agentsStep, skillStep]) {
    assert.equal(step(callAfter("Hello")), null);
    for (const asked of ["Start an agent: count to 5", "Use the skill plan-a-trip"])
      assert.equal(step({ ...callAfter(asked), tools: [] }), null);
  }
});
