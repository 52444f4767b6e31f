// Converts a history to the input of OpenAI's Responses. Pure. Nothing is looked up by id: items carry their content.
import type { ResponseInputItem } from "openai/resources/responses/responses";
import { type AssistantPiece, arrangePrompt, type PromptTarget } from "../prompt/arrange-prompt.ts";
import type { ResultContent } from "../prompt/result-content.ts";
import type { ShownPiece } from "../prompt/shown-file.ts";
import type { PromptMessage } from "../provider.ts";

export interface ResponsesPrompt {
  readonly instructions: string | null;
  readonly input: ResponseInputItem[];
}

/** System texts become `instructions`. Each function call is followed by its output. */
export function toOpenAiResponses(
  system: string,
  messages: readonly PromptMessage[],
  to: string | PromptTarget,
): ResponsesPrompt {
  const prompt = arrangePrompt(system, messages, to);
  const input = prompt.turns.flatMap((turn): ResponseInputItem[] => {
    if (turn.type === "user") {
      return [{ role: "user", content: turn.pieces.map(inputPart) }];
    }
    const outputs = turn.results.map((result) => functionCallOutput(result.wire_id, result));
    return [...withoutLooseReasoning(turn.pieces).flatMap(itemOf), ...outputs];
  });
  return {
    instructions: prompt.system.length > 0 ? prompt.system.join("\n\n") : null,
    input: withoutTwins(input),
  };
}

/** The API refuses an input that contains an item twice. */
function withoutTwins(input: readonly ResponseInputItem[]): ResponseInputItem[] {
  const seen = new Set<string>();
  return input.filter((item) => {
    const id = "id" in item && typeof item.id === "string" ? item.id : null;
    const isTwin = id !== null && seen.has(id);
    if (id !== null) seen.add(id);
    return !isTwin;
  });
}

/** What a call led to. Errors are told as text, because this dialect has no field for them. */
export function functionCallOutput(
  callId: string,
  { text, shown, is_error }: ResultContent,
): Extract<ResponseInputItem, { type: "function_call_output" }> {
  const words = is_error ? `error: ${text}` : text;
  const said = words === "" ? [] : [{ type: "input_text" as const, text: words }];
  return {
    type: "function_call_output",
    call_id: callId,
    output: shown.length === 0 ? words : [...said, ...shown.map(inputPart)],
  };
}

function inputPart(piece: ShownPiece) {
  switch (piece.type) {
    case "text":
      return { type: "input_text" as const, text: piece.text };
    case "image": {
      const image_url = `data:${piece.media_type};base64,${piece.data}`;
      return { type: "input_image" as const, image_url, detail: "auto" as const };
    }
    case "document": {
      const file_data = `data:application/pdf;base64,${piece.data}`;
      return { type: "input_file" as const, filename: piece.name, file_data };
    }
  }
}

/** A reasoning item must be followed by what it led to. This dialect sends only sealed ones. */
function withoutLooseReasoning(pieces: readonly AssistantPiece[]): readonly AssistantPiece[] {
  const sent = pieces.filter((piece) => itemOf(piece).length > 0);
  const last = sent.findLastIndex((piece) => piece.type !== "reasoning");
  return sent.slice(0, last + 1);
}

function itemOf(piece: AssistantPiece): ResponseInputItem[] {
  switch (piece.type) {
    case "text": {
      const phase = piece.data?.["phase"];
      const isPhase = phase === "commentary" || phase === "final_answer";
      return [{ role: "assistant", content: piece.text, ...(isPhase ? { phase } : {}) }];
    }
    case "reasoning":
      return reasoningItem(piece);
    case "call":
      return [
        {
          type: "function_call",
          call_id: piece.wire_id,
          name: piece.name,
          arguments: JSON.stringify(piece.args),
        },
      ];
    case "provider-item":
      // The result is inside the item of the call. The cast is safe: the item came from this provider unchanged.
      return piece.data["item"] === undefined ? [] : [piece.data["item"] as unknown as ResponseInputItem];
  }
}

/**
 * Only sealed reasoning can be sent back: without encrypted content the provider looks an item up, and nothing is
 * stored there.
 */
function reasoningItem(piece: Extract<AssistantPiece, { type: "reasoning" }>): ResponseInputItem[] {
  const { item_id: id, encrypted_content: sealed } = piece.data;
  if (typeof sealed !== "string" || typeof id !== "string") return [];
  const summary = piece.text === "" ? [] : [{ type: "summary_text" as const, text: piece.text }];
  return [{ type: "reasoning", id, summary, encrypted_content: sealed }];
}
