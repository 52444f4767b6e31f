// Converts a history to Anthropic's system blocks and messages. Pure. Roles alternate, user first. The cache marks of
// SPEC L10 are on the system prompt and on the last two messages.
import type {
  ContentBlockParam,
  DocumentBlockParam,
  ImageBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
} from "@anthropic-ai/sdk/resources/messages";
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

export interface AnthropicPrompt {
  readonly system: TextBlockParam[];
  readonly messages: MessageParam[];
}

interface BlockMessage {
  readonly role: "user" | "assistant";
  readonly content: ContentBlockParam[];
}

const NO_THOUGHT = " ";

/** How many messages at the end get a cache mark: this step's, and the one before, which the last step wrote. */
const cachedMessages = 2;

/** Converts a history. The target decides whose thinking blocks and call ids are sent back. */
export function toAnthropic(
  system: string,
  messages: readonly PromptMessage[],
  to: string | PromptTarget,
): AnthropicPrompt {
  const target = promptTarget(to);
  const prompt = arrangePrompt(system, messages, target);
  const merged = mergeRoles(prompt.turns.flatMap((turn) => messagesOf(turn, target)));
  // A history may start with the assistant (after a compaction). This API wants a user first.
  if (merged[0]?.role === "assistant") merged.unshift(userMessage([{ type: "text", text: "(continued)" }]));
  trimPrefill(merged);
  const blocks = prompt.system.map((text): TextBlockParam => ({ type: "text", text }));
  if (target.shape.cache_marks) {
    markForCache(blocks);
    for (const message of merged.slice(-cachedMessages)) markForCache(message.content);
  }
  return { system: blocks, messages: merged };
}

function messagesOf(turn: PromptTurn, { shape }: PromptTarget): BlockMessage[] {
  if (turn.type === "user") return [userMessage(turn.pieces.map(shownBlock))];
  const blocks = withThinking(turn.pieces.flatMap(blockOf), turn.pieces, shape);
  // Thinking must be followed by what it led to.
  const last = blocks.findLastIndex((block) => !isThinking(block));
  if (last < 0) return [];
  const results = turn.results.map(
    (result): ContentBlockParam => ({
      type: "tool_result",
      tool_use_id: result.wire_id,
      ...resultBlocks(result),
      ...(result.is_error ? { is_error: true } : {}),
    }),
  );
  const assistant: BlockMessage = { role: "assistant", content: callsLast(blocks.slice(0, last + 1)) };
  return results.length === 0 ? [assistant] : [assistant, userMessage(results)];
}

/** A server that wants each answer's thinking back takes it unsigned, and a placeholder if there is none. */
function withThinking(
  blocks: readonly ContentBlockParam[],
  pieces: readonly AssistantPiece[],
  shape: PromptShape,
): readonly ContentBlockParam[] {
  if (shape.reasoning_back !== "all" || blocks.some(isThinking)) return blocks;
  const thoughts = pieces.flatMap((piece) =>
    piece.type === "reasoning" && piece.text !== "" ? [piece.text] : [],
  );
  const thinking = thoughts.length === 0 ? NO_THOUGHT : thoughts.join("\n\n");
  return [{ type: "thinking", thinking, signature: "" }, ...blocks];
}

function resultBlocks({ text, shown }: ResultContent): Pick<ToolResultBlockParam, "content"> {
  if (shown.length === 0) return text === "" ? {} : { content: text };
  return { content: [...(text === "" ? [] : [{ type: "text" as const, text }]), ...shown.map(shownBlock)] };
}

function shownBlock(piece: ShownPiece): TextBlockParam | ImageBlockParam | DocumentBlockParam {
  switch (piece.type) {
    case "text":
      return { type: "text", text: piece.text };
    case "image": {
      const { media_type, data } = piece;
      return { type: "image", source: { type: "base64", media_type, data } };
    }
    case "document": {
      const source = { type: "base64", media_type: "application/pdf", data: piece.data } as const;
      return { type: "document", source, title: piece.name };
    }
  }
}

/** Calls end an assistant message, because their results come next. Calls keep their order, and so does the rest. */
function callsLast(blocks: readonly ContentBlockParam[]): ContentBlockParam[] {
  return [
    ...blocks.filter((block) => block.type !== "tool_use"),
    ...blocks.filter((block) => block.type === "tool_use"),
  ];
}

function blockOf(piece: AssistantPiece): ContentBlockParam[] {
  switch (piece.type) {
    case "text": {
      const citations = listOf(piece.data?.["citations"]);
      // The cast is safe: the citations came from this provider unchanged.
      const cited =
        citations.length === 0 ? {} : { citations: citations as TextBlockParam["citations"] & object };
      return [{ type: "text", text: piece.text, ...cited }];
    }
    case "reasoning": {
      const { redacted_thinking: redacted, signature } = piece.data;
      if (typeof redacted === "string" && redacted !== "")
        return [{ type: "redacted_thinking", data: redacted }];
      // The API takes no thinking back without its signature.
      return typeof signature === "string" ? [{ type: "thinking", thinking: piece.text, signature }] : [];
    }
    case "call":
      return [{ type: "tool_use", id: piece.wire_id, name: piece.name, input: piece.args }];
    case "provider-item":
      // The cast is safe: the block came from this provider unchanged. A copy, because it may get a cache mark.
      return piece.data["block"] === undefined
        ? []
        : [{ ...(piece.data["block"] as unknown as ContentBlockParam) }];
  }
}

function mergeRoles(messages: readonly BlockMessage[]): BlockMessage[] {
  const merged: BlockMessage[] = [];
  for (const message of messages) {
    const last = merged.at(-1);
    if (last?.role === message.role) last.content.push(...message.content);
    else merged.push({ role: message.role, content: [...message.content] });
  }
  return merged;
}

/** An answer to continue must not end in white space. */
function trimPrefill(messages: readonly BlockMessage[]): void {
  const last = messages.at(-1);
  const block = last?.role === "assistant" ? last.content.at(-1) : undefined;
  if (block?.type === "text") block.text = block.text.trimEnd();
}

function markForCache(blocks: readonly ContentBlockParam[]): void {
  const block = blocks.findLast((each) => !isThinking(each));
  if (block !== undefined && !isThinking(block))
    Object.assign(block, { cache_control: { type: "ephemeral" } });
}

function isThinking(block: ContentBlockParam): boolean {
  return block.type === "thinking" || block.type === "redacted_thinking";
}

function userMessage(content: ContentBlockParam[]): BlockMessage {
  return { role: "user", content };
}
