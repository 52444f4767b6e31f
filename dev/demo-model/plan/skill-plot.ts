// What the demo model does when asked to use a skill: it reads its instructions, then the first file that they come with.
import { listOf, objectOf, parsedJson, textOf } from "../json.ts";
import { lastUserText, type ModelCall, turnsSinceUser } from "../request/model-call.ts";
import { describeResults } from "./describe-results.ts";
import type { ScriptStep } from "./script-step.ts";

const WISH = /\buse the skill [`"“]?([a-z0-9]+(?:-[a-z0-9]+)*)/i;

/** The next step; null when no skill is asked for, or the chat has none. */
export function skillStep(call: ModelCall): ScriptStep | null {
  const name = WISH.exec(lastUserText(call.turns))?.[1]?.toLowerCase();
  if (name === undefined || !call.tools.some((tool) => tool.name === "read_skill")) return null;
  const since = turnsSinceUser(call.turns);
  const results = since.flatMap((turn) => turn.results);
  const done = since.filter((turn) => turn.role === "assistant").length;
  if (done === 0) {
    return { text: "I read the skill first.", tool_calls: [{ name: "read_skill", args: { name } }] };
  }
  const path = textOf(listOf(objectOf(parsedJson(results[0]?.text ?? ""))["files"])[0]);
  if (done > 1 || path === "") return { text: describeResults(call, results) };
  return {
    text: "It comes with a file.",
    tool_calls: [{ name: "read_skill_file", args: { name, path } }],
  };
}
