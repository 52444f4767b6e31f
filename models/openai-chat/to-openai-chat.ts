// Converts a history to the messages of OpenAI's Chat Completions. Pure.
import type {
  ChatCompletionAssistantMessageParam,
  ChatCompletionContentPart,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import type { JsonValue } from "../../core/part/part.ts";
import { listOf } from "../http/untrusted-json.ts";
import {
  type AssistantPiece,
  arrangePrompt,
  type PromptTarget,
  type PromptTurn,
  promptTarget,
} from "../prompt/arrange-prompt.ts";
import type { ResultContent } from "../prompt/result-content.ts";
import type { ShownPiece } from "../prompt/shown-file.ts";
import type { PromptMessage } from "../provider.ts";
import type { PromptShape } from "../quirks/quirk.ts";

type AssistantTurn = Extract<PromptTurn, { type: "assistant" }>;

/** Used where a server wants an answer and there was none. */
const NO_ANSWER = "(no answer)";
/** The text of an assistant message that only calls tools, for servers that accept none without text. */
const CALLS_TOOLS = "(calls tools)";
/** Used instead of missing reasoning, for servers that want some with each answer. */
const NO_REASONING = " ";
/** The text of a result that is nothing but a picture. */
const SHOWN_BELOW = "(shown below)";

/**
 * One leading system message (chat templates refuse others), a user message before any other, then turns. Each call is
 * followed by its tool message.
 */
export function toOpenAiChat(
  system: string,
  messages: readonly PromptMessage[],
  to: string | PromptTarget,
): ChatCompletionMessageParam[] {
  const target = promptTarget(to);
  const prompt = arrangePrompt(system, messages, target);
  const lastUser = prompt.turns.findLastIndex((turn) => turn.type === "user");
  const out: ChatCompletionMessageParam[] = [];
  // Templates of local models fail if nobody has asked anything.
  if (prompt.turns[0]?.type === "assistant") addUserMessage(out, [{ type: "text", text: "(continued)" }]);
  for (const [index, turn] of prompt.turns.entries()) {
    if (turn.type === "user") {
      addUserMessage(out, turn.pieces);
      continue;
    }
    out.push(...assistantMessages(turn, target, index > lastUser));
    const shown = resultFiles(turn);
    if (shown.length > 0) addUserMessage(out, shown);
  }
  const told = target.shape.user_behind_tool ? out : withAnswersBetween(out, target);
  return withSystem(told, prompt.system, target);
}

function withSystem(
  messages: readonly ChatCompletionMessageParam[],
  system: readonly string[],
  { shape }: PromptTarget,
): ChatCompletionMessageParam[] {
  if (system.length === 0) return [...messages];
  const text = system.join("\n\n");
  const [first, ...rest] = messages;
  if (shape.system === "message") return [{ role: "system", content: text }, ...messages];
  if (first?.role !== "user") return [{ role: "user", content: text }, ...messages];
  const { content } = first;
  const said = typeof content === "string" ? `${text}\n\n${content}` : joinedParts(text, content);
  return [{ role: "user", content: said }, ...rest];
}

function withAnswersBetween(
  messages: readonly ChatCompletionMessageParam[],
  { shape }: PromptTarget,
): ChatCompletionMessageParam[] {
  const thought = shape.reasoning_back === "all" ? { reasoning_content: NO_REASONING } : {};
  return messages.flatMap((message, index) => {
    const isBehindTool = message.role === "user" && messages[index - 1]?.role === "tool";
    return isBehindTool ? [{ role: "assistant", content: NO_ANSWER, ...thought }, message] : [message];
  });
}

type UserContent = string | ChatCompletionContentPart[];

/** A turn of nothing but the provider's own items leaves no message here. Its neighbours must not be adjacent. */
function addUserMessage(out: ChatCompletionMessageParam[], pieces: readonly ShownPiece[]): void {
  const last = out.at(-1);
  const content = userContent(pieces);
  if (last?.role === "user")
    out[out.length - 1] = { role: "user", content: joinedParts(last.content, content) };
  else out.push({ role: "user", content });
}

/** Text alone is a string: not every server takes a list of parts. */
function userContent(pieces: readonly ShownPiece[]): UserContent {
  const isText = pieces.every(({ type }) => type === "text");
  return isText
    ? pieces.map((piece) => (piece.type === "text" ? piece.text : "")).join("\n\n")
    : pieces.map(contentPart);
}

function joinedParts(before: UserContent, after: UserContent): UserContent {
  if (typeof before === "string" && typeof after === "string") return `${before}\n\n${after}`;
  return [...partsOf(before), ...partsOf(after)];
}

function partsOf(content: UserContent): ChatCompletionContentPart[] {
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

function contentPart(piece: ShownPiece): ChatCompletionContentPart {
  switch (piece.type) {
    case "text":
      return { type: "text", text: piece.text };
    case "image":
      return { type: "image_url", image_url: { url: `data:${piece.media_type};base64,${piece.data}` } };
    case "document": {
      const file_data = `data:application/pdf;base64,${piece.data}`;
      return { type: "file", file: { filename: piece.name, file_data } };
    }
  }
}

/** Tool messages of this API are text. What else belongs to results follows them as the user's, each under the name of its tool. */
function resultFiles({ pieces, results }: AssistantTurn): readonly ShownPiece[] {
  const names = new Map(
    pieces.flatMap((piece) => (piece.type === "call" ? [[piece.wire_id, piece.name]] : [])),
  );
  return results.flatMap(({ wire_id, shown }): readonly ShownPiece[] => {
    if (!shown.some(({ type }) => type !== "text")) return [];
    return [{ type: "text", text: `(belongs to the result of the tool ${names.get(wire_id)})` }, ...shown];
  });
}

/** What stands in the place of pictures and documents is part of the result's text. */
function resultText({ text, shown }: ResultContent): string {
  if (shown.some(({ type }) => type !== "text")) return text === "" ? SHOWN_BELOW : text;
  const words = shown.map((piece) => (piece.type === "text" ? piece.text : ""));
  return [text, ...words].filter((each) => each !== "").join("\n");
}

function assistantMessages(
  turn: AssistantTurn,
  { shape }: PromptTarget,
  isInCurrentTurn: boolean,
): ChatCompletionMessageParam[] {
  const text = turn.pieces.flatMap((piece) => (piece.type === "text" ? [piece.text] : [])).join("\n\n");
  const calls = turn.pieces.flatMap((piece) => (piece.type === "call" ? [piece] : []));
  if (text === "" && calls.length === 0) return [];
  const message: ChatCompletionAssistantMessageParam = {
    role: "assistant",
    content: text === "" ? BESIDE_CALLS[shape.beside_calls] : text,
    ...(calls.length === 0 ? {} : { tool_calls: toolCalls(calls, shape) }),
    ...(isInCurrentTurn && calls.length > 0 && shape.reasoning_back === "turn" ? reasoningOf(turn) : {}),
    ...(shape.reasoning_back === "all" ? { reasoning_content: NO_REASONING, ...reasoningOf(turn) } : {}),
  };
  const results = turn.results.map((result) => ({
    role: "tool" as const,
    tool_call_id: result.wire_id,
    content: (result.is_error ? "error: " : "") + resultText(result),
  }));
  return [message, ...results];
}

const BESIDE_CALLS: Readonly<Record<PromptShape["beside_calls"], string | null>> = {
  null: null,
  empty: "",
  words: CALLS_TOOLS,
};

type Call = Extract<AssistantPiece, { type: "call" }>;

/** Google's word for calls that its models did not write. Only the first call of a message needs a signature. */
const STAND_IN = { google: { thought_signature: "skip_thought_signature_validator" } };

function toolCalls(calls: readonly Call[], shape: PromptShape) {
  const isUnsigned = calls.every((call) => extraOf(call) === null);
  const needsStandIn = shape.unsigned_calls === "stand-in" && isUnsigned;
  return calls.map((call, place) => toolCall(call, place === 0 && needsStandIn ? STAND_IN : extraOf(call)));
}

/** Gemini refuses the history if a call comes back without the signature that Gemini put there. */
function extraOf(call: Call): JsonValue {
  return call.data?.["extra_content"] ?? null;
}

function toolCall(call: Call, extra: JsonValue) {
  return {
    type: "function" as const,
    id: call.wire_id,
    function: { name: call.name, arguments: JSON.stringify(call.args) },
    ...(extra === null ? {} : { extra_content: extra }),
  };
}

/**
 * Servers with interleaved thinking (such as DeepSeek) want a step's reasoning back while its turn continues, in the
 * place where they put it.
 */
function reasoningOf(turn: AssistantTurn): Record<string, unknown> {
  const pieces = turn.pieces.flatMap((piece) => (piece.type === "reasoning" ? [piece] : []));
  // Gateways sign or seal the blocks of a reasoning. They take them back unchanged or not at all.
  const details = pieces.flatMap((piece) => listOf(piece.data["reasoning_details"]));
  if (details.length > 0) return { reasoning_details: details };
  const field = pieces.find((piece) => typeof piece.data["field"] === "string")?.data["field"];
  return typeof field === "string" ? { [field]: pieces.map((piece) => piece.text).join("\n\n") } : {};
}
