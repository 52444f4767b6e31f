// Folds events into what is shown of a chat. Beyond the reducer: objects that say the same stay the same, nothing half is
// shown while a connection brings its snapshot, and older messages stay where a new snapshot joins them.
import { type ChatView, initialChatView, reduceChat } from "../../core/stream/chat-reducer.ts";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import type { Chat, Message } from "../types.ts";
import { kept } from "./same.ts";

export interface OlderPage {
  /** Newest first, as the API answers. */
  readonly messages: readonly Message[];
  readonly has_more: boolean;
}

export class ChatFold {
  #view: ChatView;
  #shown: ChatView;
  /** What was known when the history was dropped. */
  #before: ChatView | null = null;
  /** Grows when the history is dropped: pages asked for before that belong to another one. */
  resets = 0;

  constructor(chatId: string) {
    this.#view = initialChatView(chatId);
    this.#shown = this.#view;
  }

  /** What to show. It stays as it is while a connection catches up. */
  get shown(): ChatView {
    return this.#shown;
  }

  /** A new connection: what it sends is shown when it is complete. */
  connected(): void {
    this.#view = { ...this.#view, caught_up: false };
  }

  /** Returns whether there is something new to show. */
  apply(event: StreamEvent): boolean {
    if (event.type === "history_reset") {
      this.#before ??= this.#view;
      this.resets += 1;
    }
    this.#view = reduceChat(this.#view, this.#stable(event));
    if (event.type === "caught_up" && this.#before !== null) {
      this.#view = joined(this.#before, this.#view);
      this.#before = null;
    }
    if (!this.#view.caught_up) return false;
    this.#shown = this.#view;
    return true;
  }

  /** Puts a page before the oldest message. */
  prepend({ messages, has_more }: OlderPage): void {
    this.#view = withOlder(this.#view, messages, has_more);
    if (this.#view.caught_up) this.#shown = this.#view;
    else this.#shown = withOlder(this.#shown, messages, has_more);
  }

  #stable(event: StreamEvent): StreamEvent {
    if (event.type === "messages") {
      const known = new Map(
        [...(this.#before?.messages ?? []), ...this.#view.messages].map((each) => [each.id, each]),
      );
      const messages = event.data.messages.map((each) => kept(known.get(each.id), each));
      return { type: "messages", data: { ...event.data, messages } };
    }
    if (event.type === "chat") {
      const known: Chat | null = this.#view.chat ?? this.#before?.chat ?? null;
      return { type: "chat", data: { ...event.data, chat: kept(known, event.data.chat) } };
    }
    if (event.type === "queue_update") {
      const known = this.#before?.queued_messages ?? this.#view.queued_messages;
      return {
        type: "queue_update",
        data: { ...event.data, queued_messages: kept(known, event.data.queued_messages) },
      };
    }
    return event;
  }
}

function withOlder(view: ChatView, page: readonly Message[], has_more: boolean): ChatView {
  const known = new Set(view.messages.map(({ id }) => id));
  const older = page.filter(({ id }) => !known.has(id)).sort((a, b) => a.id - b.id);
  const messages = [...older, ...view.messages];
  return { ...view, messages, has_more, before_id: messages[0]?.id ?? null };
}

/**
 * The older messages that were known stay where the new snapshot reaches back to one of them: only ends of a history are
 * ever cut off, so whatever is before a message that is still there is still there, too.
 */
function joined(before: ChatView, after: ChatView): ChatView {
  const oldest = after.messages[0];
  if (oldest === undefined || !before.messages.some(({ id }) => id === oldest.id)) return after;
  const older = before.messages.filter(({ id }) => id < oldest.id);
  if (older.length === 0) return after;
  const { has_more, before_id } = before;
  return { ...after, messages: [...older, ...after.messages], has_more, before_id };
}
