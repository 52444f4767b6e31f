// Makes the items of a transcript from committed messages and from the answer being written. An item keeps its key from its first
// streamed part to its committed form, so that the page never replaces what it shows.

import { assertNever } from "../../../../core/assert-never.ts";
import { CHAT_SUMMARIZED } from "../../../../core/chat/compaction.ts";
import type { CallDecision, Message } from "../../../../core/chat/message.ts";
import type { FilePart, JsonObject, Part, ToolResultPart } from "../../../../core/part/part.ts";
import type { ChatView, Preview, ShownMessage } from "../../../../core/stream/chat-reducer.ts";

interface ItemBase {
  readonly key: string;
  readonly turn_id: number;
}

export interface UserItem extends ItemBase {
  readonly type: "user";
  readonly message: Message;
}
export interface TextItem extends ItemBase {
  readonly type: "text";
  readonly text: string;
  readonly live: boolean;
}
export interface ReasoningItem extends ItemBase {
  readonly type: "reasoning";
  readonly text: string;
  readonly live: boolean;
  readonly duration_ms: number | null;
}
export interface ToolItem extends ItemBase {
  readonly type: "tool";
  readonly call: ShownCall;
  readonly result: ToolResultPart | ProviderResult | null;
  readonly decision: CallDecision | null;
}
export interface SourcesItem extends ItemBase {
  readonly type: "sources";
  readonly sources: readonly { readonly url: string; readonly title: string }[];
}
export interface FilesItem extends ItemBase {
  readonly type: "files";
  readonly files: readonly FilePart[];
}
export interface NoticeItem extends ItemBase {
  readonly type: "compaction" | "hidden";
  readonly message: Message;
}
/** The end of a committed answer: what it cost, whether it was stopped. */
export interface EndItem extends ItemBase {
  readonly type: "end";
  readonly message: Message;
}
export type TranscriptItem =
  | UserItem
  | TextItem
  | ReasoningItem
  | ToolItem
  | SourcesItem
  | FilesItem
  | NoticeItem
  | EndItem;

/** A tool call as a card shows it, streamed or committed. */
export interface ShownCall {
  readonly tool_call_id: string;
  readonly tool_name: string;
  /** Null while they are being written. */
  readonly args: JsonObject | null;
  readonly args_text: string;
  readonly mcp_server_id: string | null;
  readonly created_at: string | null;
}
type ProviderResult = Omit<ToolResultPart, "created_at" | "provider_data">;

/** Items of committed messages, kept by identity of what they are made from. */
interface MadeItems {
  readonly step: number;
  readonly tool_message: Message | null;
  readonly is_last: boolean;
  readonly items: readonly TranscriptItem[];
}
const made = new WeakMap<Message, MadeItems>();

/** The items of committed messages, oldest first. A message that did not change gives the same objects again. */
export function committedItems(messages: readonly Message[]): readonly TranscriptItem[] {
  let step = 0;
  let turn = 0;
  return messages.flatMap((message, at) => {
    if (message.turn_id !== turn) step = 0;
    turn = message.turn_id;
    if (message.role === "tool") return [];
    const after = messages[at + 1];
    const tool_message = message.role === "assistant" && after?.role === "tool" ? after : null;
    const next = tool_message === null ? after : messages[at + 2];
    const is_last = next === undefined || next.role !== "assistant" || next.turn_id !== turn;
    const items = itemsOnce(message, { step, tool_message, is_last });
    if (message.role === "assistant") step += 1;
    return items;
  });
}

function itemsOnce(message: Message, from: Omit<MadeItems, "items">): readonly TranscriptItem[] {
  const known = made.get(message);
  const isSame =
    known !== undefined &&
    known.step === from.step &&
    known.tool_message === from.tool_message &&
    known.is_last === from.is_last;
  if (isSame) return known.items;
  const items = itemsOf(message, from);
  made.set(message, { ...from, items });
  return items;
}

function itemsOf(message: Message, from: Omit<MadeItems, "items">): readonly TranscriptItem[] {
  const { turn_id } = message;
  if (message.role === "user") return [{ type: "user", key: `m${message.id}`, turn_id, message }];
  if (message.role === "system") return [{ type: "hidden", key: `m${message.id}`, turn_id, message }];
  const isCompaction = message.content.some(
    (part) => part.type === "tool-call" && part.tool_name === CHAT_SUMMARIZED,
  );
  if (isCompaction) {
    const shown = from.tool_message ?? message;
    return [{ type: "compaction", key: `m${message.id}`, turn_id, message: shown }];
  }
  const parts = message.content.filter((part) => part.type !== "context");
  const place = { turn_id, step: from.step, live: false };
  const items = partItems(parts, place, from.tool_message);
  if (!isEnd(message, from.is_last)) return items;
  return [...items, { type: "end", key: `e${turn_id}.${from.step}`, turn_id, message }];
}

/** While calls are open the turn goes on: what stands below an answer would go again. */
function isEnd(message: Message, isLast: boolean): boolean {
  if (message.interrupted) return true;
  const asks = message.content.some((part) => part.type === "tool-call" && part.provider_executed !== true);
  return isLast && !asks;
}

/** The key of the item that shows a message; null: it is not among these, or nothing of it is shown. */
export function keyOfMessage(messages: readonly Message[], id: number): string | null {
  const message = messages.find((one) => one.id === id);
  const items = message === undefined ? [] : (made.get(message)?.items ?? []);
  // Calls and thoughts may be folded away.
  const item = items.find(({ type }) => type !== "tool" && type !== "reasoning") ?? items[0];
  return item?.key ?? null;
}

interface Place {
  readonly turn_id: number;
  readonly step: number;
  readonly live: boolean;
}

type AnyPart = Part | ShownMessage["content"][number];

function partItems(
  parts: readonly AnyPart[],
  place: Place,
  toolMessage: Message | null,
): readonly TranscriptItem[] {
  const shown = parts.filter((part) => !isEmpty(part));
  const items: TranscriptItem[] = [];
  for (const [at, part] of shown.entries()) {
    const base = { turn_id: place.turn_id, key: `${place.turn_id}.${place.step}.${items.length}` };
    const live = place.live && at === shown.length - 1;
    const item = itemOf(part, { base, live, shown, toolMessage });
    const last = items.at(-1);
    if (item?.type === "sources" && last?.type === "sources")
      items[items.length - 1] = { ...last, sources: [...last.sources, ...item.sources] };
    else if (item?.type === "files" && last?.type === "files")
      items[items.length - 1] = { ...last, files: [...last.files, ...item.files] };
    else if (item !== null) items.push(item);
  }
  return items;
}

/** What the commit leaves out is not shown before, either: else the keys would move. */
function isEmpty(part: AnyPart): boolean {
  return (part.type === "text" || part.type === "reasoning") && part.text.trim() === "";
}

interface PartInput {
  readonly base: ItemBase;
  readonly live: boolean;
  readonly shown: readonly AnyPart[];
  readonly toolMessage: Message | null;
}

function itemOf(part: AnyPart, { base, live, shown, toolMessage }: PartInput): TranscriptItem | null {
  switch (part.type) {
    case "text":
      return { ...base, type: "text", text: part.text, live };
    case "reasoning":
      return { ...base, type: "reasoning", text: part.text, live, duration_ms: durationOf(part) };
    case "tool-call":
      return {
        ...base,
        type: "tool",
        call: shownCall(part),
        ...outcomeOf(part.tool_call_id, shown, toolMessage),
      };
    case "source":
      return { ...base, type: "sources", sources: [{ url: part.url, title: part.title }] };
    case "file":
      return { ...base, type: "files", files: [part] };
    case "tool-result":
    case "tool-output":
    case "context":
    case "file-reference":
      return null;
    default:
      return assertNever(part);
  }
}

function outcomeOf(
  callId: string,
  shown: readonly AnyPart[],
  toolMessage: Message | null,
): Pick<ToolItem, "result" | "decision"> {
  const own = shown.find((part) => part.type === "tool-result" && part.tool_call_id === callId);
  const committed = toolMessage?.content.find(
    (part) => part.type === "tool-result" && part.tool_call_id === callId,
  );
  const result = committed ?? own;
  const decision = toolMessage?.decisions?.find((one) => one.tool_call_id === callId) ?? null;
  return { result: result?.type === "tool-result" ? result : null, decision };
}

function shownCall(part: Extract<AnyPart, { type: "tool-call" }>): ShownCall {
  return {
    tool_call_id: part.tool_call_id,
    tool_name: part.tool_name,
    args: part.args ?? null,
    args_text: "args_text" in part ? part.args_text : "",
    mcp_server_id: part.mcp_server_id ?? null,
    created_at: "created_at" in part ? part.created_at : null,
  };
}

function durationOf(part: Extract<AnyPart, { type: "reasoning" }>): number | null {
  if (!("started_at" in part) || part.started_at === undefined || part.completed_at === undefined)
    return null;
  const ms = Date.parse(part.completed_at) - Date.parse(part.started_at);
  return Number.isFinite(ms) && ms >= 0 ? ms : null;
}

/** The items of the answer being written; empty while nothing of it is there. */
export function liveItems(view: ChatView): readonly TranscriptItem[] {
  const preview = view.previews.get("");
  return preview === undefined ? [] : previewItems(view, preview);
}

export function previewItems(view: ChatView, preview: Preview): readonly TranscriptItem[] {
  const turn_id = view.turn_id ?? view.messages.at(-1)?.turn_id ?? 0;
  const parts = [...preview.content].sort(([a], [b]) => a - b).map(([, part]) => part);
  return partItems(parts, { turn_id, step: stepOf(view.messages, turn_id), live: true }, null);
}

/** How many answers of this turn are committed. */
function stepOf(messages: readonly Message[], turn_id: number): number {
  let count = 0;
  for (let at = messages.length - 1; at >= 0; at -= 1) {
    const message = messages[at];
    if (message === undefined || message.turn_id !== turn_id) break;
    if (message.role === "assistant") count += 1;
  }
  return count;
}
