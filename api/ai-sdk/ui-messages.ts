// Stored messages as an AI SDK client keeps them, for a page that loads. A turn is one message, with the id that its stream
// gives it.
import { type CallDecision, isDenial, type Message, type RequiredAction } from "../../core/chat/message.ts";
import type { Part, ToolResultPart } from "../../core/part/part.ts";
import type { SdkVersion, TurnMetadata } from "./chunk.ts";
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
  /** What the turn waits for that waits; null: none does. */
  readonly required_action: RequiredAction | null;
  readonly sdk: SdkVersion;
}

/** What is known of tool calls beside their own parts. */
interface Calls {
  readonly results: ReadonlyMap<string, ToolResultPart>;
  /** Those that people are asked about, where the client knows such calls. */
  readonly asked: ReadonlySet<string>;
  readonly denied: ReadonlyMap<string, CallDecision>;
}

export function uiMessages({ messages, names, running_turn_id, ...waits }: UiHistory): StoredUiMessage[] {
  const turns = Map.groupBy(messages, ({ turn_id }) => turn_id);
  return [...turns].flatMap(([turn_id, turn]): StoredUiMessage[] => {
    // What was sent into the turn (SPEC Q7) stands before its answer, which is one message in the turn's stream, too.
    const questions = turn.filter(({ role }) => role === "user");
    const answers = turn.filter(({ role }) => role !== "user");
    const asked = questions.map((question) => questionOf(question, names.get(question.id)));
    return turn_id === running_turn_id ? asked : [...asked, ...answerOf(turn_id, answers, waits)];
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

function answerOf(
  turn_id: number,
  turn: readonly Message[],
  waits: Pick<UiHistory, "required_action" | "sdk">,
): StoredUiMessage[] {
  const [first] = turn;
  if (first === undefined) return [];
  const calls = callsOf(turn, waits);
  const steps = turn.filter(({ role }) => role === "assistant");
  const parts = steps.flatMap(({ content }): StoredUiPart[] => [
    { type: "step-start" },
    ...content.flatMap((part) => partOf(wantedOf(part), calls)),
  ]);
  const metadata = turnMetadata({ chat_id: first.chat_id, turn_id }, turn);
  return [{ id: turnMessageId(turn_id), role: "assistant", metadata, parts }];
}

function callsOf(
  turn: readonly Message[],
  { required_action, sdk }: Pick<UiHistory, "required_action" | "sdk">,
): Calls {
  const results = new Map(turn.flatMap(({ content }) => content.flatMap(resultOf)));
  // Version 5 knows no approvals: its calls have no output yet, or failed in words.
  if (sdk === 5) return { results, asked: new Set(), denied: new Map() };
  const asked = (required_action?.tool_calls ?? []).filter(({ kind }) => kind === "approval");
  const denied = turn.flatMap(({ decisions = [] }) => decisions.filter(isDenial));
  return {
    results,
    asked: new Set(asked.map(({ tool_call_id }) => tool_call_id)),
    denied: new Map(denied.map((decision) => [decision.tool_call_id, decision])),
  };
}

function resultOf(part: Part): [string, ToolResultPart][] {
  return part.type === "tool-result" ? [[part.tool_call_id, part]] : [];
}

function partOf(wanted: WantedPart | null, calls: Calls): StoredUiPart[] {
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
      const result = calls.results.get(toolCallId);
      if (calls.asked.has(toolCallId))
        return [{ ...part, state: "approval-requested", approval: { id: toolCallId } }];
      if (result === undefined) return [{ ...part, state: "input-available" }];
      const denial = calls.denied.get(toolCallId);
      if (denial !== undefined) return [{ ...part, state: "output-denied", approval: approvalOf(denial) }];
      const { type, toolCallId: _id, ...end } = endTool(result, byProvider) as StoredUiPart;
      return [{ ...part, ...end, state: type === "tool-output-error" ? "output-error" : "output-available" }];
    }
    // A result is shown with its call.
    case "tool-result":
    case undefined:
      return [];
  }
}

/** By the id that its request had. */
function approvalOf({ tool_call_id, approved, reason }: CallDecision): object {
  return { id: tool_call_id, approved, ...(reason !== undefined && { reason }) };
}
