// Arranges a history in the way that all dialects want: system first, turns that alternate, each call followed by its
// result. Pure. Whatever the history contains, every provider accepts the result.

import type { JsonObject, Part, ProviderData, ToolResultPart } from "../../core/part/part.ts";
import { isBlank } from "../../core/text/blank.ts";
import type { PromptFile, PromptMessage } from "../provider.ts";
import { PLAIN_SHAPE, type PromptShape } from "../quirks/quirk.ts";
import { userText } from "./part-text.ts";
import { type ResultContent, resultContent } from "./result-content.ts";
import { type FileView, type ShownPiece, shownFile } from "./shown-file.ts";
import { type WrittenCall, wireCallIds, wireToolName } from "./wire-names.ts";

export type AssistantPiece =
  | { readonly type: "text"; readonly text: string; readonly data: ProviderData | null }
  | { readonly type: "reasoning"; readonly text: string; readonly data: ProviderData }
  | {
      readonly type: "call";
      readonly wire_id: string;
      readonly name: string;
      readonly args: JsonObject;
      readonly data: ProviderData | null;
    }
  /** A call or result of a tool that this same provider ran itself. `data` holds it word for word. */
  | { readonly type: "provider-item"; readonly data: ProviderData };

export interface ArrangedResult extends ResultContent {
  readonly wire_id: string;
}

export type PromptTurn =
  | { readonly type: "user"; readonly pieces: readonly ShownPiece[] }
  | {
      readonly type: "assistant";
      readonly pieces: readonly AssistantPiece[];
      /** One per call in `pieces`, in their order. */
      readonly results: readonly ArrangedResult[];
    };

export interface ArrangedPrompt {
  readonly system: readonly string[];
  readonly turns: readonly PromptTurn[];
}

/** The provider that a prompt is for. */
export interface PromptTarget {
  /** It gets its own data back; "" means that nobody does. */
  readonly provider: string;
  readonly shape: PromptShape;
  /** Names of the tools that the request declares. */
  readonly declared: ReadonlySet<string>;
  readonly files?: ReadonlyMap<string, PromptFile> | undefined;
}

/** Only a name: a server about which nothing special is known. */
export function promptTarget(target: string | PromptTarget): PromptTarget {
  return typeof target === "string" ? { provider: target, shape: PLAIN_SHAPE, declared: new Set() } : target;
}

/** Arranges a history for `target`. Calls without a result get an error result. Results without a call are dropped. */
export function arrangePrompt(
  system: string,
  messages: readonly PromptMessage[],
  target: string | PromptTarget,
): ArrangedPrompt {
  const { provider, shape, declared, files } = promptTarget(target);
  const view = { files, shape };
  const calls = openCallsOnce(messages);
  const wireIds = wireCallIds(calls, provider, shape.call_ids);
  const results = resultsById(messages);
  const turns: PromptTurn[] = [];
  for (const message of messages) {
    if (message.role === "user") addUserTurn(turns, userPieces(message.content, view));
    if (message.role !== "assistant") continue;
    const own = message.provider === provider ? provider : null;
    const takesAll = shape.reasoning_back === "all";
    const pieces = assistantPieces(message.content, { own, wireIds, results, takesAll });
    const turn = { pieces, results: arrangedResults(message.content, { wireIds, results, view }) };
    if (shape.undeclared_calls === "text") addToldTurn(turns, turn, declared);
    else addAssistantTurn(turns, turn.pieces, turn.results);
  }
  const systemTexts = messages
    .filter((each) => each.role === "system")
    .flatMap((each) => each.content.map(userText));
  return { system: [system, ...systemTexts].map((text) => text.toWellFormed()).filter(isWorthSaying), turns };
}

interface Surroundings {
  /** The provider's name if it wrote the message itself, else null: then its private data is not sent. */
  readonly own: string | null;
  readonly wireIds: ReadonlyMap<Part, string>;
  readonly results: ReadonlyMap<string, ToolResultPart>;
  /** Its reasoning goes back even without instructions how: the server wants each answer's. */
  readonly takesAll: boolean;
}

function assistantPieces(content: readonly Part[], around: Surroundings): readonly AssistantPiece[] {
  const pieces = content.flatMap((part) => pieceOf(part, around));
  // Reasoning that nothing follows was cut off: providers refuse it at the end of a message.
  const last = pieces.findLastIndex((piece) => piece.type !== "reasoning");
  return pieces.slice(0, last + 1);
}

function pieceOf(part: Part, { own, wireIds, results, takesAll }: Surroundings): readonly AssistantPiece[] {
  const data =
    "provider_data" in part && own !== null && part.provider_data?.provider === own
      ? part.provider_data
      : null;
  if (part.type === "text") {
    return isWorthSaying(part.text) ? [{ type: "text", text: part.text.toWellFormed(), data }] : [];
  }
  if (part.type === "reasoning") {
    const kept =
      data ?? (takesAll && own !== null && part.provider_data === undefined ? { provider: own } : null);
    return kept === null ? [] : [{ type: "reasoning", text: part.text.toWellFormed(), data: kept }];
  }
  const wireId = wireIds.get(part);
  if (part.type === "tool-call" && wireId !== undefined) {
    return [{ type: "call", wire_id: wireId, name: wireToolName(part.tool_name), args: part.args, data }];
  }
  const isProviders =
    part.type === "tool-result" || (part.type === "tool-call" && part.provider_executed === true);
  // A call of the provider's own tool goes back only together with its result.
  return isProviders && data !== null && results.has(part.tool_call_id)
    ? [{ type: "provider-item", data }]
    : [];
}

function userPieces(content: readonly Part[], view: FileView): readonly ShownPiece[] {
  return content.flatMap((part): readonly ShownPiece[] => {
    if (part.type === "file") return shownFile(part, view);
    const text = userText(part);
    return isWorthSaying(text) ? [{ type: "text", text }] : [];
  });
}

function addUserTurn(turns: PromptTurn[], pieces: readonly ShownPiece[]): void {
  const last = turns.at(-1);
  if (pieces.length === 0) return;
  // Some chat templates refuse two user messages in a row.
  if (last?.type === "user") turns[turns.length - 1] = { type: "user", pieces: [...last.pieces, ...pieces] };
  else turns.push({ type: "user", pieces });
}

function addAssistantTurn(
  turns: PromptTurn[],
  pieces: readonly AssistantPiece[],
  results: readonly ArrangedResult[],
): void {
  const last = turns.at(-1);
  if (pieces.length === 0) return;
  const joins = last?.type === "assistant" && last.results.length === 0;
  if (joins) turns[turns.length - 1] = { type: "assistant", pieces: [...last.pieces, ...pieces], results };
  else turns.push({ type: "assistant", pieces, results });
}

type AssistantTurn = Omit<Extract<PromptTurn, { type: "assistant" }>, "type">;

/** Calls of tools that the request does not declare, and their results, as text. */
function addToldTurn(
  turns: PromptTurn[],
  { pieces, results }: AssistantTurn,
  declared: ReadonlySet<string>,
): void {
  const told = new Map<string, string>();
  const kept = pieces.map((piece): AssistantPiece => {
    if (piece.type !== "call" || declared.has(piece.name)) return piece;
    told.set(piece.wire_id, piece.name);
    return {
      type: "text",
      text: `(called the tool ${piece.name} with ${JSON.stringify(piece.args)})`,
      data: null,
    };
  });
  const answers = results.filter(({ wire_id }) => told.has(wire_id));
  addAssistantTurn(
    turns,
    kept,
    results.filter(({ wire_id }) => !told.has(wire_id)),
  );
  const toldResults = answers.flatMap((result): readonly ShownPiece[] => [
    { type: "text", text: `(the tool ${told.get(result.wire_id)} answered: ${result.text})` },
    ...result.shown,
  ]);
  addUserTurn(turns, toldResults);
}

/** The calls that wait for a tool message, each id once: a repeated id could not be told from the first. */
function openCallsOnce(messages: readonly PromptMessage[]): readonly WrittenCall[] {
  const calls = new Map<string, WrittenCall>();
  for (const { role, content, provider } of messages) {
    for (const part of role === "assistant" ? content : []) {
      if (part.type !== "tool-call" || part.provider_executed === true || calls.has(part.tool_call_id))
        continue;
      calls.set(part.tool_call_id, { call: part, writer: provider });
    }
  }
  return [...calls.values()];
}

function resultsById(messages: readonly PromptMessage[]): ReadonlyMap<string, ToolResultPart> {
  const results = new Map<string, ToolResultPart>();
  for (const part of messages.flatMap((message) => message.content)) {
    if (part.type === "tool-result" && !results.has(part.tool_call_id)) results.set(part.tool_call_id, part);
  }
  return results;
}

interface ResultSources {
  readonly wireIds: ReadonlyMap<Part, string>;
  readonly results: ReadonlyMap<string, ToolResultPart>;
  readonly view: FileView;
}

function arrangedResults(
  content: readonly Part[],
  { wireIds, results, view }: ResultSources,
): readonly ArrangedResult[] {
  return content.flatMap((part): readonly ArrangedResult[] => {
    const wireId = wireIds.get(part);
    if (part.type !== "tool-call" || wireId === undefined) return [];
    return [{ wire_id: wireId, ...resultContent(results.get(part.tool_call_id), view) }];
  });
}

function isWorthSaying(text: string): boolean {
  return !isBlank(text);
}
