// Refuses the prompts that the real services refuse: an adapter that builds them must not pass its tests here.
import { type JsonObject, listOf, objectOf } from "../json.ts";
import { CallRefused, type DialectName, type PromptTurn } from "./model-call.ts";

/** Throws `CallRefused` (400) when the dialect's real service would not take this prompt. */
export function checkPrompt(dialect: DialectName, body: JsonObject, turns: readonly PromptTurn[]): void {
  if (!turns.some((turn) => turn.role !== "system"))
    throw invalid("messages: at least one message is required");
  checkResults(dialect, turns);
  if (dialect === "anthropic") checkAnthropic(body, turns);
  if (dialect === "openai-chat") checkContinued(body, turns);
}

/** Every call has its result in the next turn, and every result its call in the turn before. */
function checkResults(dialect: DialectName, turns: readonly PromptTurn[]): void {
  turns.forEach((turn, at) => {
    const answered = turns[at + 1]?.results.map((result) => result.id) ?? [];
    const open = turn.calls.find((call) => !answered.includes(call.id));
    if (open !== undefined) throw invalid(OPEN_CALL[dialect](open.id));
    const called = turns[at - 1]?.calls.map((call) => call.id) ?? [];
    const orphan = turn.results.find((result) => !called.includes(result.id));
    if (orphan !== undefined) throw invalid(ORPHAN_RESULT[dialect](orphan.id));
  });
}

const OPEN_CALL: Readonly<Record<DialectName, (id: string) => string>> = {
  "openai-chat": (id) => `messages: the tool call ${id} is not followed by a tool message that answers it`,
  "openai-responses": (id) => `No tool output found for function call ${id}.`,
  anthropic: (id) => `messages: the tool_use ${id} has no tool_result immediately after it`,
};

const ORPHAN_RESULT: Readonly<Record<DialectName, (id: string) => string>> = {
  "openai-chat": (id) => `messages: the tool message ${id} follows no message with that tool call`,
  "openai-responses": (id) => `No tool call found for function call output with call_id ${id}.`,
  anthropic: (id) => `messages: the tool_result ${id} has no tool_use in the message before`,
};

function checkAnthropic(body: JsonObject, turns: readonly PromptTurn[]): void {
  if (typeof body["max_tokens"] !== "number") throw invalid("max_tokens: field required");
  if (objectOf(listOf(body["messages"])[0])["role"] !== "user") {
    throw invalid("messages: the first message must use the user role");
  }
  for (const message of listOf(body["messages"]).map(objectOf)) {
    const blocks = listOf(message["content"]).map(objectOf);
    if (
      message["content"] === "" ||
      blocks.some((block) => block["type"] === "text" && block["text"] === "")
    ) {
      throw invalid("messages: text content blocks must be non-empty");
    }
  }
  const last = turns.at(-1);
  if (last?.role === "assistant" && /\s$/.test(last.texts.at(-1) ?? "")) {
    throw invalid("messages: final assistant content cannot end with trailing whitespace");
  }
}

/** vLLM's two fields: what is to be continued must be there, and no new message may be opened for it. */
function checkContinued(body: JsonObject, turns: readonly PromptTurn[]): void {
  if (body["continue_final_message"] !== true) return;
  if (body["add_generation_prompt"] !== false)
    throw invalid("continue_final_message and add_generation_prompt exclude each other");
  if (turns.at(-1)?.role !== "assistant")
    throw invalid("continue_final_message: the last message must be the assistant's");
}

function invalid(message: string): CallRefused {
  return new CallRefused(400, message);
}
