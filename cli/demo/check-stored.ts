// Compares what was streamed with what is stored.
import { isDeepStrictEqual } from "node:util";
import type { ChatStatus, Message } from "../../core/chat/message.ts";
import type { ChatView } from "../../core/stream/chat-reducer.ts";

export interface Streamed {
  readonly view: ChatView;
  /** Promises that the stream itself broke. */
  readonly violations: readonly string[];
}

export interface Stored {
  readonly messages: readonly Message[];
  readonly status: ChatStatus;
}

/** The differences for a chat at rest; empty if the promises held. */
export function differences({ view, violations }: Streamed, stored: Stored): string[] {
  const found = [...violations];
  for (const message of stored.messages) {
    const shown = view.messages.find(({ id }) => id === message.id);
    if (shown === undefined) found.push(`message ${message.id} is stored and was not streamed`);
    else if (!isDeepStrictEqual(shown, message)) {
      found.push(
        `message ${message.id}: streamed ${JSON.stringify(shown)}, stored ${JSON.stringify(message)}`,
      );
    }
  }
  const ids = new Set(stored.messages.map(({ id }) => id));
  for (const { id } of view.messages) {
    if (!ids.has(id)) found.push(`message ${id} was streamed and is not stored`);
  }
  if ([...view.previews.values()].some(({ content }) => content.size > 0)) {
    found.push("a part is shown that no message holds");
  }
  if (view.status !== stored.status) found.push(`status: streamed ${view.status}, stored ${stored.status}`);
  return found;
}
