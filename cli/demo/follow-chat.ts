// Follows a chat's stream with the product's own reducer, and checks the stream against its promises.
import { createParser } from "eventsource-parser";
import type { ChatView } from "../../core/stream/chat-reducer.ts";
import { createCheckedReader } from "../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../core/stream/stream-event.ts";

// Long enough for a heartbeat timeout, a restarted worker and a long answer, even on a slow machine.
const WAIT_MAX_MS = 60_000;
const RECONNECT_AFTER_MS = 200;

export interface ChatFollower {
  readonly view: ChatView;
  /** What the stream did that it must never do. */
  readonly violations: readonly string[];
  /** Parts received so far. */
  readonly parts: number;
  /** Resolves when `holds` is true. Rejects after a minute and names `what`. */
  until(what: string, holds: (view: ChatView) => boolean): Promise<void>;
  close(): void;
}

export interface FollowedStream {
  readonly apiUrl: string;
  readonly apiKey: string;
  readonly chatId: string;
  /** Called after each event. */
  readonly onChange: (view: ChatView) => void;
}

/** Follows until closed. Reconnects with its cursor when the connection ends. */
export function followChat({ apiUrl, apiKey, chatId, onChange }: FollowedStream): ChatFollower {
  const checked = createCheckedReader(chatId);
  const closing = new AbortController();
  const watchers = new Set<() => void>();
  let cursor: string | null = null;
  let parts = 0;

  const take = (type: StreamEvent["type"], id: string | null, text: string) => {
    if (type === "message_part") parts++;
    const event: StreamEvent = { type, data: JSON.parse(text) };
    checked.apply(event, id);
    if (id !== null) cursor = id;
    onChange(checked.view);
    for (const look of watchers) look();
  };
  const read = async () => {
    const headers = {
      authorization: `Bearer ${apiKey}`,
      ...(cursor !== null && { "last-event-id": cursor }),
    };
    const url = `${apiUrl}/v1/chats/${chatId}/stream`;
    const response = await fetch(url, { headers, signal: closing.signal });
    if (!response.ok || response.body === null) throw new Error(`the stream answered ${response.status}`);
    checked.reconnected();
    const parser = createParser({
      onEvent: ({ event, id, data }) => take(event as StreamEvent["type"], id ?? null, data),
    });
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) parser.feed(chunk);
  };
  void keepReading(read, closing.signal);
  return {
    get view() {
      return checked.view;
    },
    get parts() {
      return parts;
    },
    violations: checked.violations,
    until: (what, holds) => waitUntil(watchers, what, () => holds(checked.view)),
    close: () => closing.abort(),
  };
}

async function keepReading(read: () => Promise<void>, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // However the connection ended, the next one resumes from the cursor.
    await read().catch(() => undefined);
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_AFTER_MS));
  }
}

function waitUntil(watchers: Set<() => void>, what: string, holds: () => boolean): Promise<void> {
  return new Promise((resolve, reject) => {
    const finish = (error?: Error) => {
      clearTimeout(timer);
      watchers.delete(look);
      if (error === undefined) resolve();
      else reject(error);
    };
    const look = () => {
      if (holds()) finish();
    };
    const timer = setTimeout(
      () => finish(new Error(`waited ${WAIT_MAX_MS / 1_000} s in vain: ${what}`)),
      WAIT_MAX_MS,
    );
    watchers.add(look);
    look();
  });
}
