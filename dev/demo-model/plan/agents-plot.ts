// What the demo model does when asked for agents: it starts one for each task, waits for all of them, and repeats their reports.
import { objectOf, parsedJson, textOf } from "../json.ts";
import { lastUserText, type ModelCall, turnsSinceUser } from "../request/model-call.ts";
import { faultOf } from "./describe-results.ts";
import type { ScriptStep } from "./script-step.ts";

const WISH = /\bstart (?:an|\w+) agents?\b[^:\n]*: *(.+)/i;
/** As many as may run beside a chat. */
const agentsMax = 10;
const titleWords = 3;

/** The next step; null when no agents are asked for, or the chat has no tools for them. */
export function agentsStep(call: ModelCall): ScriptStep | null {
  const offered = new Set(call.tools.map((tool) => tool.name));
  const wish = WISH.exec(lastUserText(call.turns))?.[1];
  if (wish === undefined || !offered.has("spawn_agent") || !offered.has("wait_agent")) return null;
  const since = turnsSinceUser(call.turns);
  const texts = since.flatMap((turn) => turn.results).map((result) => result.text);
  const fault = texts.map(faultOf).find((words) => words !== "");
  if (fault !== undefined) return { text: `That did not work: ${fault}` };
  const results = texts.map((text) => objectOf(parsedJson(text)));
  const done = since.filter((turn) => turn.role === "assistant").length;
  if (done === 0) return { text: "I give that away.", tool_calls: spawnCalls(wish) };
  if (done > 1) return { text: reportsOf(results.filter((result) => result["type"] === undefined)) };
  const waits = results.map(({ chat_id }) => ({ name: "wait_agent", args: { chat_id: textOf(chat_id) } }));
  return { text: "Now I wait for the report.", tool_calls: waits };
}

function spawnCalls(wish: string) {
  const prompts = wish.split(";").map((prompt) => prompt.trim());
  return prompts
    .filter((prompt) => prompt !== "")
    .slice(0, agentsMax)
    .map((prompt) => {
      const title = prompt
        .split(/\s+/)
        .slice(0, titleWords)
        .join(" ")
        .replace(/[,.:]+$/, "");
      return { name: "spawn_agent", args: { type: "explore", prompt, title } };
    });
}

function reportsOf(waited: readonly ReturnType<typeof objectOf>[]): string {
  const lines = waited.map((result) => {
    const words = result["timed_out"] === true ? "is not done yet" : `reports: ${textOf(result["report"])}`;
    return `- “${textOf(result["title"])}” ${words}`;
  });
  return `The agents are done.\n${lines.join("\n")}`;
}
