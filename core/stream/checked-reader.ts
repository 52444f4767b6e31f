// A reader that checks a stream against its promises (SPEC T), for tests and the demo. The reducer tolerates
// violations; this reader records them.

import type { Message } from "../chat/message.ts";
import { slotOf } from "../part/stream-part.ts";
import { type ChatView, initialChatView, reduceChat } from "./chat-reducer.ts";
import type { MessagePartData, StreamEvent } from "./stream-event.ts";

export interface CheckedReader {
  readonly view: ChatView;
  /** What the stream did that it must never do. */
  readonly violations: readonly string[];
  /** Takes one event; `id` is the frame's cursor, if it has one. */
  apply(event: StreamEvent, id?: string | null): void;
  /** A new connection starts. Until `caught_up` the stream repeats the state. */
  reconnected(): void;
}

export function createCheckedReader(chatId: string): CheckedReader {
  let view = initialChatView(chatId);
  let inSnapshot = true;
  const violations: string[] = [];
  return {
    get view() {
      return view;
    },
    violations,
    apply(event, id = null) {
      if (event.data.chat_id !== chatId) violations.push(`${event.type} of chat ${event.data.chat_id}`);
      if (event.type === "history_reset") inSnapshot = true;
      if (event.type === "caught_up") inSnapshot = false;
      if (id !== null && inSnapshot) violations.push(`${event.type} has an id before caught_up`);
      if (event.type === "message_part") violations.push(...faultsOfPart(view, event.data));
      view = reduceChat(view, event);
      if (event.type === "messages") violations.push(...shownTwice(view, event.data.messages));
    },
    reconnected() {
      inSnapshot = true;
    },
  };
}

function faultsOfPart(view: ChatView, part: MessagePartData): string[] {
  const preview = view.previews.get(slotOf(part.episode));
  if (preview === undefined || preview.episode !== part.episode) return [];
  const where = `${part.episode} ${part.from_seq}-${part.seq}`;
  if (part.from_seq > preview.last_seq + 1) return [`gap: ${where} after ${preview.last_seq}`];
  if (part.from_seq <= preview.last_seq) return [`doubled: ${where} after ${preview.last_seq}`];
  return [];
}

/** Text that is both in a message just committed and in what is being written. */
function shownTwice(view: ChatView, messages: readonly Message[]): string[] {
  const draft = view.previews.get("");
  if (draft === undefined) return [];
  const texts = new Set(
    [...draft.content.values()].flatMap((part) => (part.type === "text" ? [part.text] : [])),
  );
  return messages
    .filter((message) => message.role === "assistant")
    .flatMap((message) => message.content)
    .flatMap((part) => (part.type === "text" && texts.has(part.text) ? [`shown twice: ${part.text}`] : []));
}
