// Models room: a history as the messages of OpenAI's Chat Completions. Pure.
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { type AssistantPiece, arrangePrompt, type PromptTurn } from "./arrange-prompt.ts";
import type { PromptMessage } from "./provider.ts";
import { textWithoutImages } from "./result-content.ts";
import { listOf } from "./untrusted-json.ts";

type AssistantTurn = Extract<PromptTurn, { type: "assistant" }>;

/** One leading system message (chat templates refuse others), then turns; each call is followed by its tool message. */
export function toOpenAiChat(
  system: string,
  messages: readonly PromptMessage[],
  provider: string,
): ChatCompletionMessageParam[] {
  const prompt = arrangePrompt(system, messages, provider);
  const lastUser = prompt.turns.findLastIndex((turn) => turn.type === "user");
  const out: ChatCompletionMessageParam[] = [];
  if (prompt.system.length > 0) out.push({ role: "system", content: prompt.system.join("\n\n") });
  for (const [index, turn] of prompt.turns.entries()) {
    if (turn.type === "user") addUserMessage(out, turn.texts.join("\n\n"));
    else out.push(...assistantMessages(turn, index > lastUser));
  }
  return out;
}

/** A turn of nothing but the provider's own items leaves no message here; its neighbours must not stand side by side. */
function addUserMessage(out: ChatCompletionMessageParam[], text: string): void {
  const last = out.at(-1);
  const before = last?.role === "user" && typeof last.content === "string" ? last.content : null;
  if (before !== null) out[out.length - 1] = { role: "user", content: `${before}\n\n${text}` };
  else out.push({ role: "user", content: text });
}

function assistantMessages(turn: AssistantTurn, isInCurrentTurn: boolean): ChatCompletionMessageParam[] {
  const text = turn.pieces.flatMap((piece) => (piece.type === "text" ? [piece.text] : [])).join("\n\n");
  const calls = turn.pieces.flatMap((piece) => (piece.type === "call" ? [piece] : []));
  if (text === "" && calls.length === 0) return [];
  const message: ChatCompletionAssistantMessageParam = {
    role: "assistant",
    content: text === "" ? null : text,
    ...(calls.length === 0 ? {} : { tool_calls: calls.map(toolCall) }),
    ...(isInCurrentTurn && calls.length > 0 ? reasoningOf(turn) : {}),
  };
  const results = turn.results.map((result) => ({
    role: "tool" as const,
    tool_call_id: result.wire_id,
    content: (result.is_error ? "error: " : "") + textWithoutImages(result),
  }));
  return [message, ...results];
}

function toolCall(call: Extract<AssistantPiece, { type: "call" }>) {
  const extra = call.data?.["extra_content"];
  return {
    type: "function" as const,
    id: call.wire_id,
    function: { name: call.name, arguments: JSON.stringify(call.args) },
    // Gemini refuses the history when a call comes back without the signature that it put here.
    ...(extra === undefined || extra === null ? {} : { extra_content: extra }),
  };
}

/** Servers with interleaved thinking (DeepSeek, for one) want a step's reasoning back while its turn goes on, where they put it. */
function reasoningOf(turn: AssistantTurn): Record<string, unknown> {
  const pieces = turn.pieces.flatMap((piece) => (piece.type === "reasoning" ? [piece] : []));
  // Gateways sign or seal the blocks of a reasoning, and take them back as they are or not at all.
  const details = pieces.flatMap((piece) => listOf(piece.data["reasoning_details"]));
  if (details.length > 0) return { reasoning_details: details };
  const field = pieces.find((piece) => typeof piece.data["field"] === "string")?.data["field"];
  return typeof field === "string" ? { [field]: pieces.map((piece) => piece.text).join("\n\n") } : {};
}
