// Tests: a reader of a chat's stream over real HTTP, with the product's own reducer, that notes every broken promise.
import { createParser } from "eventsource-parser";
import type { ChatView } from "../../../core/stream/chat-reducer.ts";
import { type CheckedReader, createCheckedReader } from "../../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";

const WAIT_MS = 60_000;

/** Follows one chat until closed; reconnects by its cursor when the connection ends. */
export class ChatReader {
  readonly #url: string;
  readonly #key: string;
  readonly #checked: CheckedReader;
  readonly #watchers = new Set<() => void>();
  readonly #closing = new AbortController();
  #connection = new AbortController();
  /** Every event in order, for tests of order. */
  readonly events: { readonly type: string; readonly id: string | null; readonly data: unknown }[] = [];
  cursor: string | null = null;
  connects = 0;

  constructor(url: string, chatId: string, key: string) {
    this.#url = `${url}/v1/chats/${chatId}/stream`;
    this.#key = key;
    this.#checked = createCheckedReader(chatId);
    void this.#follow();
  }

  get view(): ChatView {
    return this.#checked.view;
  }

  get violations(): readonly string[] {
    return this.#checked.violations;
  }

  /** The text being written in the answer's slot. */
  get writing(): string {
    const content = this.view.previews.get("")?.content ?? new Map();
    return [...content.values()].map((part) => (part.type === "text" ? part.text : "")).join("");
  }

  /** Resolves when the view satisfies `holds`; rejects after a minute with what was shown last. */
  async until(what: string, holds: (view: ChatView, reader: ChatReader) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => finish(new Error(`not in time: ${what}; ${this.#describe()}`)), WAIT_MS);
      const look = () => {
        if (holds(this.view, this)) finish();
      };
      const finish = (error?: Error) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        if (error === undefined) resolve();
        else reject(error);
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Waits for a chat at rest: waiting or error, snapshot complete. */
  async untilIdle(): Promise<void> {
    await this.until(
      "the chat is at rest",
      ({ status, caught_up }) => caught_up && (status === "waiting" || status === "error"),
    );
  }

  /** Cuts the connection; the reader comes back by its cursor. */
  reconnect(): void {
    this.#connection.abort();
  }

  close(): void {
    this.#closing.abort();
    this.#connection.abort();
  }

  #describe(): string {
    const { status, messages, error } = this.view;
    return JSON.stringify({
      status,
      error,
      messages: messages.length,
      writing: this.writing.slice(-80),
      connects: this.connects,
    });
  }

  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#connection = new AbortController();
      try {
        await this.#read(this.#connection.signal);
      } catch {
        // A cut connection or an API that is away: the next try resumes.
      }
      if (this.#closing.signal.aborted) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const headers = {
      authorization: `Bearer ${this.#key}`,
      ...(this.cursor !== null && { "last-event-id": this.cursor }),
    };
    const response = await fetch(this.#url, { headers, signal });
    if (!response.ok || response.body === null) throw new Error(`stream answered ${response.status}`);
    this.connects++;
    this.#checked.reconnected();
    const parser = createParser({
      onEvent: ({ event, id, data }) => this.#take(event as StreamEvent["type"], id ?? null, data),
    });
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) parser.feed(chunk);
  }

  #take(type: StreamEvent["type"], id: string | null, text: string): void {
    const data: unknown = JSON.parse(text);
    this.events.push({ type, id, data });
    this.#checked.apply({ type, data } as StreamEvent, id);
    if (id !== null) this.cursor = id;
    for (const look of this.#watchers) look();
  }
}
