// The prompts of the three dialects, as turns. What a dialect has no word for is skipped, as the real services do.
import { type JsonObject, listOf, objectOf, textOf } from "../json.ts";
import type { DialectName, PromptTurn } from "./model-call.ts";

/** The turns of a request body, system text first. */
export function readPrompt(dialect: DialectName, body: JsonObject): readonly PromptTurn[] {
  switch (dialect) {
    case "openai-chat":
      return joined(listOf(body["messages"]).map((message) => readChatMessage(objectOf(message))));
    case "openai-responses":
      return joined([
        ...systemTurns(body["instructions"]),
        ...(typeof body["input"] === "string"
          ? [turn("user", { texts: [body["input"]] })]
          : listOf(body["input"]).map((item) => readResponsesItem(objectOf(item)))),
      ]);
    case "anthropic":
      return [
        ...systemTurns(body["system"]),
        ...listOf(body["messages"]).flatMap((message) => readAnthropicMessage(objectOf(message))),
      ];
  }
}

function turn(role: PromptTurn["role"], fields: Partial<Omit<PromptTurn, "role">>): PromptTurn {
  return { role, texts: [], calls: [], results: [], ...fields };
}

function systemTurns(system: unknown): readonly PromptTurn[] {
  const texts = textsOf(system);
  return texts.length === 0 ? [] : [turn("system", { texts })];
}

function textsOf(content: unknown): readonly string[] {
  if (typeof content === "string") return [content];
  return listOf(content)
    .map((block) => textOf(objectOf(block)["text"]))
    .filter((text) => text !== "");
}

function roleOf(role: unknown): "system" | "user" | "assistant" {
  if (role === "system" || role === "developer") return "system";
  return role === "assistant" ? "assistant" : "user";
}

function readChatMessage(message: JsonObject): PromptTurn {
  const texts = textsOf(message["content"]);
  if (message["role"] === "tool") {
    return turn("tool", { results: [{ id: textOf(message["tool_call_id"]), text: texts.join("\n") }] });
  }
  const calls = listOf(message["tool_calls"]).map((call) => ({
    id: textOf(objectOf(call)["id"]),
    name: textOf(objectOf(objectOf(call)["function"])["name"]),
  }));
  return turn(roleOf(message["role"]), { texts, calls });
}

function readResponsesItem(item: JsonObject): PromptTurn {
  switch (item["type"]) {
    case "function_call":
      return turn("assistant", { calls: [{ id: textOf(item["call_id"]), name: textOf(item["name"]) }] });
    case "function_call_output":
      return turn("tool", {
        results: [{ id: textOf(item["call_id"]), text: textsOf(item["output"]).join("\n") }],
      });
    case "reasoning":
      return turn("assistant", {});
    default:
      return turn(roleOf(item["role"]), { texts: textsOf(item["content"]) });
  }
}

function readAnthropicMessage(message: JsonObject): readonly PromptTurn[] {
  const blocks = listOf(message["content"]).map(objectOf);
  const texts = textsOf(message["content"]);
  const results = blocks
    .filter((block) => block["type"] === "tool_result")
    .map((block) => ({ id: textOf(block["tool_use_id"]), text: resultText(block) }));
  const calls = blocks
    .filter((block) => block["type"] === "tool_use")
    .map((block) => ({ id: textOf(block["id"]), name: textOf(block["name"]) }));
  if (results.length === 0) return [turn(roleOf(message["role"]), { texts, calls })];
  const rest = texts.length === 0 ? [] : [turn("user", { texts })];
  return [turn("tool", { results }), ...rest];
}

/** OpenAI's dialects have no flag for a failed call: there it is told in words. */
function resultText(block: JsonObject): string {
  const text = textsOf(block["content"]).join("\n");
  return block["is_error"] === true ? `error: ${text}` : text;
}

/** Joins what one step wrote: consecutive assistant items (Responses) and consecutive tool results. */
function joined(turns: readonly PromptTurn[]): readonly PromptTurn[] {
  const out: PromptTurn[] = [];
  for (const next of turns) {
    const last = out.at(-1);
    if (last === undefined || last.role !== next.role || next.role === "user") {
      out.push(next);
      continue;
    }
    out[out.length - 1] = turn(last.role, {
      texts: [...last.texts, ...next.texts],
      calls: [...last.calls, ...next.calls],
      results: [...last.results, ...next.results],
    });
  }
  return out;
}
