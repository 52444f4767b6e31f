// Tests: one reader of a user's feed, connected by hand: to any replica, cut at any moment, resumed from where it was. It
// reduces what comes as any client would.
import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import { feedEvents } from "../../../api/schemas/stream-events.ts";
import type { Chat } from "../../../core/chat/message.ts";
import { checkEvent } from "./check-event.ts";

interface FeedTaken {
  readonly type: string;
  readonly id: string | null;
  /** Absent in a snapshot. */
  readonly chat_id: string | undefined;
  readonly chat: Chat | undefined;
  /** Of events about projects. */
  readonly project_id: string | undefined;
}

interface FeedData {
  readonly chats?: Chat[];
  readonly chat?: Chat;
  readonly chat_id?: string;
  readonly project?: { readonly id: string };
  readonly project_id?: string;
}

export class FeedClient {
  readonly events: FeedTaken[] = [];
  readonly chats = new Map<string, Chat>();
  retryMs: number | null = null;
  cursor: string | null = null;
  readonly #key: string;
  readonly #watchers = new Set<() => void>();
  #controller = new AbortController();
  #reading: Promise<void> = Promise.resolve();

  constructor(key: string) {
    this.#key = key;
  }

  /** From its last cursor, unless told otherwise. Resolves when the answer has begun. */
  async connect(baseUrl: string, cursor = this.cursor): Promise<this> {
    this.#controller = new AbortController();
    const response = await fetch(`${baseUrl}/v1/chats/watch`, {
      headers: { Authorization: `Bearer ${this.#key}`, ...(cursor !== null && { "Last-Event-ID": cursor }) },
      signal: this.#controller.signal,
    });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    this.#reading = this.#read(response);
    return this;
  }

  async #read(response: Response): Promise<void> {
    const parser = createParser({
      onEvent: ({ event, id, data }) => this.#take(event ?? "", id ?? null, data),
      onRetry: (ms) => {
        this.retryMs = ms;
      },
    });
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) parser.feed(chunk);
  }

  #take(type: string, id: string | null, text: string): void {
    const data = JSON.parse(text) as FeedData;
    checkEvent(feedEvents, type, data);
    if (type === "snapshot") this.chats.clear();
    for (const chat of data.chats ?? (data.chat === undefined ? [] : [data.chat])) {
      const known = this.chats.get(chat.id);
      if (known === undefined || known.snapshot_version <= chat.snapshot_version)
        this.chats.set(chat.id, chat);
    }
    if (type === "deleted") this.chats.delete(data.chat_id as string);
    const project_id = data.project_id ?? data.project?.id;
    this.events.push({ type, id, chat_id: data.chat_id ?? data.chat?.id, chat: data.chat, project_id });
    if (id !== null) this.cursor = id;
    for (const look of this.#watchers) look();
  }

  /** Resolves when it holds; the test run's own limit ends what never does. */
  async until(holds: () => boolean): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (!holds()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Resolves with the first event of that name for that chat, after the first `skip` events. */
  async untilTold(type: string, chatId: string, skip = 0): Promise<FeedTaken> {
    const find = () => this.events.slice(skip).find((one) => one.type === type && one.chat_id === chatId);
    await this.until(() => find() !== undefined);
    return find() as FeedTaken;
  }

  /** Resolves when the server has ended the stream. */
  ended(): Promise<void> {
    return this.#reading;
  }

  async cut(): Promise<void> {
    this.#controller.abort();
    await this.#reading.catch(() => undefined);
  }

  get types(): string[] {
    return this.events.map((event) => event.type);
  }
}
