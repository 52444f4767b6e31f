// Stored messages as an AI SDK client keeps them, for a page that loads. A turn is one message, with the id that its stream
// gives it.
import type { Message } from "../../core/chat/message.ts";
import type { Part, ToolResultPart } from "../../core/part/part.ts";
import type { TurnMetadata } from "./chunk.ts";
import { turnMessageId, turnMetadata } from "./turn-metadata.ts";
import { endTool, type WantedPart, wantedOf } from "./ui-part.ts";

export interface StoredUiMessage {
  readonly id: string;
  readonly role: "user" | "assistant";
  readonly metadata: TurnMetadata;
  readonly parts: readonly StoredUiPart[];
}

export interface StoredUiPart {
  readonly type: string;
  readonly [field: string]: unknown;
}

export interface UiHistory {
  /** Oldest first. */
  readonly messages: readonly Message[];
  /** The client's own names of user messages. */
  readonly names: ReadonlyMap<number, string>;
  /** The running turn. Its answer is left out, since its stream sends it. */
  readonly running_turn_id: number | null;
}

export function uiMessages({ messages, names, running_turn_id }: UiHistory): StoredUiMessage[] {
  const turns = Map.groupBy(messages, ({ turn_id }) => turn_id);
  return [...turns].flatMap(([turn_id, turn]): StoredUiMessage[] => {
    // What was sent into the turn (SPEC Q7) stands before its answer, which is one message in the turn's stream, too.
    const questions = turn.filter(({ role }) => role === "user");
    const answers = turn.filter(({ role }) => role !== "user");
    const asked = questions.map((question) => questionOf(question, names.get(question.id)));
    return turn_id === running_turn_id ? asked : [...asked, ...answerOf(turn_id, answers)];
  });
}

function questionOf(message: Message, name: string | undefined): StoredUiMessage {
  const { id, chat_id, turn_id, content } = message;
  const parts = content.flatMap((part): StoredUiPart[] => {
    if (part.type === "text") return [{ type: "text", text: part.text }];
    if (part.type !== "file") return [];
    const { file_id, media_type: mediaType, name: filename } = part;
    return [{ type: "file", mediaType, filename, url: `/v1/files/${file_id}` }];
  });
  return { id: name ?? `everturn-message-${id}`, role: "user", metadata: { chat_id, turn_id }, parts };
}

function answerOf(turn_id: number, turn: readonly Message[]): StoredUiMessage[] {
  const [first] = turn;
  if (first === undefined) return [];
  const results = new Map(turn.flatMap(({ content }) => content.flatMap(resultOf)));
  const steps = turn.filter(({ role }) => role === "assistant");
  const parts = steps.flatMap(({ content }): StoredUiPart[] => [
    { type: "step-start" },
    ...content.flatMap((part) => partOf(wantedOf(part), results)),
  ]);
  const metadata = turnMetadata({ chat_id: first.chat_id, turn_id }, turn);
  return [{ id: turnMessageId(turn_id), role: "assistant", metadata, parts }];
}

function resultOf(part: Part): [string, ToolResultPart][] {
  return part.type === "tool-result" ? [[part.tool_call_id, part]] : [];
}

function partOf(wanted: WantedPart | null, results: ReadonlyMap<string, ToolResultPart>): StoredUiPart[] {
  switch (wanted?.type) {
    case "text":
    case "reasoning":
      return [{ type: wanted.type, text: wanted.text, state: "done" }];
    case "source":
      return [{ type: "source-url", sourceId: wanted.url, url: wanted.url, title: wanted.title }];
    case "tool-call": {
      const { tool_call_id: toolCallId, tool_name, args: input, provider_executed } = wanted;
      const byProvider = provider_executed === true;
      const part = {
        type: `tool-${tool_name}`,
        toolCallId,
        input,
        ...(byProvider && { providerExecuted: true }),
      };
      const result = results.get(toolCallId);
      if (result === undefined) return [{ ...part, state: "input-available" }];
      const { type, toolCallId: _id, ...end } = endTool(result, byProvider) as StoredUiPart;
      return [{ ...part, ...end, state: type === "tool-output-error" ? "output-error" : "output-available" }];
    }
    // A result is shown with its call.
    case "tool-result":
    case undefined:
      return [];
  }
}
