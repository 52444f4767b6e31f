// Reduces the events of a chat's stream to what a reader shows. Tests and clients use it. After a commit it shows what
// the store holds.
import { assertNever } from "../assert-never.ts";
import { applyDelta, type DraftContent, type DraftPart } from "../chat/draft-content.ts";
import type {
  Chat,
  ChatStatus,
  LastError,
  Message,
  QueuedMessage,
  RetryState,
  Role,
} from "../chat/message.ts";
import type { Part } from "../part/part.ts";
import { slotOf } from "../part/stream-part.ts";
import type {
  ActionRequired,
  MessagePartData,
  MessagesData,
  StatusData,
  StreamEvent,
} from "./stream-event.ts";

/** An episode in progress, as far as it has been seen. */
export interface Preview {
  readonly episode: string;
  readonly content: DraftContent;
  readonly last_seq: number;
}

export interface ChatView {
  readonly chat_id: string;
  readonly chat: Chat | null;
  /** Committed, oldest first. */
  readonly messages: readonly Message[];
  /** Older messages come before `before_id`. */
  readonly has_more: boolean;
  readonly before_id: number | null;
  readonly queued_messages: readonly QueuedMessage[];
  readonly status: ChatStatus | null;
  readonly turn_id: number | null;
  readonly history_version: number;
  readonly error: LastError | null;
  readonly retry: RetryState | null;
  readonly action: Omit<ActionRequired, "chat_id"> | null;
  /** By slot: "" is the answer being written; other slots are ids of running tool calls. */
  readonly previews: ReadonlyMap<string, Preview>;
  readonly caught_up: boolean;
}

export function initialChatView(chatId: string): ChatView {
  return {
    chat_id: chatId,
    chat: null,
    messages: [],
    has_more: false,
    before_id: null,
    queued_messages: [],
    status: null,
    turn_id: null,
    history_version: 0,
    error: null,
    retry: null,
    action: null,
    previews: new Map(),
    caught_up: false,
  };
}

/** The view after one event. Never changes the view that it gets. */
export function reduceChat(view: ChatView, event: StreamEvent): ChatView {
  switch (event.type) {
    case "history_reset": {
      const { has_more, before_id } = event.data;
      return { ...initialChatView(view.chat_id), has_more, before_id };
    }
    case "chat":
      return { ...view, chat: event.data.chat };
    case "messages":
      return withMessages(view, event.data);
    case "queue_update":
      return { ...view, queued_messages: event.data.queued_messages };
    case "status":
      return withStatus(view, event.data);
    case "error":
      return { ...view, error: event.data.error };
    case "retry": {
      const { chat_id: _chat, ...retry } = event.data;
      return { ...view, retry };
    }
    case "action_required": {
      const { chat_id: _chat, ...action } = event.data;
      return { ...view, action };
    }
    case "preview_reset": {
      const { episode } = event.data;
      return withPreview(view, { episode, content: new Map(), last_seq: 0 });
    }
    case "message_part":
      return withPart(view, event.data);
    case "caught_up":
      return { ...view, caught_up: true };
    default:
      return assertNever(event);
  }
}

/** Upserts by id; drops the parts of the closed episodes and nothing else. */
function withMessages(view: ChatView, data: MessagesData): ChatView {
  const byId = new Map(view.messages.map((message) => [message.id, message]));
  for (const message of data.messages) byId.set(message.id, message);
  const messages = [...byId.values()].sort((a, b) => a.id - b.id);
  const open = [...view.previews].filter(([, preview]) => !data.closes.includes(preview.episode));
  return { ...view, messages, history_version: data.history_version, previews: new Map(open) };
}

/** A status never drops parts: it may be repeated or late. */
function withStatus(view: ChatView, data: StatusData): ChatView {
  const { status, turn_id, history_version } = data;
  const error = status === "error" ? view.error : null;
  const action = status === "requires_action" ? view.action : null;
  return { ...view, status, turn_id, history_version, error, action, retry: null };
}

/** Takes the next part of the episode in its slot. Parts of other episodes, and parts that it knows, change nothing. */
function withPart(view: ChatView, data: MessagePartData): ChatView {
  const slot = slotOf(data.episode);
  const preview = view.previews.get(slot);
  if (preview === undefined || preview.episode !== data.episode) return view;
  if (data.from_seq <= preview.last_seq) return view;
  const content = new Map<number, DraftPart>(preview.content);
  applyDelta(content, data.index, data.part);
  const next = withPreview(view, { episode: data.episode, content, last_seq: data.seq });
  // The retry is over when the next attempt sends its first part, not when it is announced.
  return slot === "" && view.retry !== null ? { ...next, retry: null } : next;
}

function withPreview(view: ChatView, preview: Preview): ChatView {
  return { ...view, previews: new Map(view.previews).set(slotOf(preview.episode), preview) };
}

export interface ShownMessage {
  /** Null while it is being written. */
  readonly id: number | null;
  readonly role: Role;
  readonly content: readonly (Part | DraftPart)[];
}

/** What a person sees: committed messages, then the answer being written, then the output of tools. */
export function shownContent(view: ChatView): ShownMessage[] {
  const committed = view.messages.map(({ id, role, content }) => ({ id, role, content }));
  const drafts = [...view.previews]
    .filter(([, preview]) => preview.content.size > 0)
    .sort(([a], [b]) => Number(a !== "") - Number(b !== ""))
    .map(([slot, preview]) => ({
      id: null,
      role: slot === "" ? ("assistant" as const) : ("tool" as const),
      content: inPlace(preview.content),
    }));
  return [...committed, ...drafts];
}

function inPlace(content: DraftContent): DraftPart[] {
  return [...content].sort(([a], [b]) => a - b).map(([, part]) => part);
}
