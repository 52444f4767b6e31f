// One request body, read into what the demo model needs to know.

import { type JsonObject, listOf, objectOf, textOf } from "../json.ts";
import { checkPrompt } from "./check-prompt.ts";
import { type DialectName, type ModelCall, type OfferedTool, type PromptTurn } from "./model-call.ts";
import { readPrompt } from "./read-prompt.ts";

/** Rough, but the same for the same prompt: usage is there to be counted, not to be billed. */
const charsPerToken = 4;

/** Tokens that a text is counted as. */
export function tokensOf(chars: number): number {
  return Math.ceil(chars / charsPerToken);
}

/**
 * Reads a request. `history` is what came before it, when it continues an earlier response.
 * Throws `CallRefused` for a prompt that the real service would not take.
 */
export function readCall(dialect: DialectName, body: JsonObject, history: readonly PromptTurn[]): ModelCall {
  const prompt = readPrompt(dialect, body);
  const isSystem = (turn: PromptTurn) => turn.role === "system";
  // Each request brings its own instructions: they stand before all of it, not between a call and its output.
  const turns = [...prompt.filter(isSystem), ...history, ...prompt.filter((turn) => !isSystem(turn))];
  checkPrompt(dialect, body, turns);
  const asked = withoutContext(turns);
  const last = asked.at(-1);
  // Responses has no way to let the caller begin the answer.
  const isBegun = dialect !== "openai-responses" && last?.role === "assistant" && last.calls.length === 0;
  const isPrefilled = isBegun && last.texts.length > 0;
  return {
    dialect,
    model: textOf(body["model"]) || "demo",
    body,
    stream: body["stream"] === true,
    turns: isPrefilled ? asked.slice(0, -1) : asked,
    tools: listOf(body["tools"]).map((tool) => readTool(objectOf(tool))),
    wantsReasoning: wantsReasoning(body),
    inputTokens: tokensOf(JSON.stringify(turns).length),
    prefill: isPrefilled ? last.texts.join("") : "",
  };
}

/** What Everturn adds to a prompt, such as files with instructions: the demo model answers the user. */
const addedContext = /<everturn-context>[^]*?<\/everturn-context>\n*/g;

function withoutContext(turns: readonly PromptTurn[]): readonly PromptTurn[] {
  return turns.flatMap((turn) => {
    if (turn.role !== "user" || !turn.texts.some((text) => text.includes("<everturn-context>")))
      return [turn];
    const texts = turn.texts.map((text) => text.replaceAll(addedContext, "").trim());
    const left = texts.filter((text) => text !== "");
    return left.length === 0 ? [] : [{ ...turn, texts: left }];
  });
}

function readTool(tool: JsonObject): OfferedTool {
  const spec = tool["function"] === undefined ? tool : objectOf(tool["function"]);
  const schema = objectOf(spec["parameters"] ?? spec["input_schema"]);
  return { name: textOf(spec["name"]), args: Object.keys(objectOf(schema["properties"])) };
}

function wantsReasoning(body: JsonObject): boolean {
  const thinking = textOf(objectOf(body["thinking"])["type"]);
  const effort = body["reasoning_effort"] ?? objectOf(body["reasoning"])["effort"];
  return (
    thinking === "enabled" || thinking === "adaptive" || (typeof effort === "string" && effort !== "none")
  );
}
