// Tests: one reader of a stream, connected by hand: to any replica, cut at any moment, resumed from where it was.
import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import { chatEvents } from "../../../api/schemas/stream-events.ts";
import type { ChatView } from "../../../core/stream/chat-reducer.ts";
import { type CheckedReader, createCheckedReader } from "../../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../../core/stream/stream-event.ts";
import { faultOfEvent } from "./check-event.ts";

export interface TakenEvent {
  readonly type: string;
  readonly id: string | null;
  readonly data: unknown;
}

const waitMaxMs = 30_000;

export class StreamClient {
  readonly chatId: string;
  readonly events: TakenEvent[] = [];
  readonly #checked: CheckedReader;
  /** Events that differ from their schemas. */
  readonly #faults: string[] = [];
  readonly #watchers = new Set<() => void>();
  #connection: AbortController | null = null;
  #reading: Promise<void> = Promise.resolve();
  cursor: string | null = null;
  /** `retry:` of the stream, when it sent one. */
  retryMs: number | null = null;
  /** Whether the server ended the stream. */
  ended = false;

  constructor(chatId: string) {
    this.chatId = chatId;
    this.#checked = createCheckedReader(chatId);
  }

  get view(): ChatView {
    return this.#checked.view;
  }

  get violations(): readonly string[] {
    return [...this.#checked.violations, ...this.#faults];
  }

  types(from = 0): string[] {
    return this.events.slice(from).map((event) => event.type);
  }

  /** Text in the answer's slot. */
  get writing(): string {
    const content = [...(this.view.previews.get("")?.content.values() ?? [])];
    return content.map((part) => (part.type === "text" ? part.text : "")).join("");
  }

  /** Connects to a replica, from the last cursor unless told otherwise. Resolves when the answer has begun. */
  async connect(baseUrl: string, how: { cursor?: string | null; query?: string } = {}): Promise<this> {
    const controller = new AbortController();
    this.#connection = controller;
    this.ended = false;
    const cursor = how.cursor === undefined ? this.cursor : how.cursor;
    const headers: Record<string, string> = cursor === null ? {} : { "last-event-id": cursor };
    const url = `${baseUrl}/v1/chats/${this.chatId}/stream${how.query ?? ""}`;
    const response = await fetch(url, { headers, signal: controller.signal });
    assert.equal(response.status, 200);
    this.#checked.reconnected();
    this.#reading = this.#read(response, controller);
    return this;
  }

  async #read(response: Response, controller: AbortController): Promise<void> {
    const parser = createParser({
      onEvent: ({ event, id, data }) => {
        if (!controller.signal.aborted) this.#take(event as StreamEvent["type"], id ?? null, data);
      },
      onRetry: (ms) => {
        this.retryMs = ms;
      },
    });
    try {
      for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) parser.feed(chunk);
      this.ended = true;
    } catch {
      // Cut, by the test or by the server.
    }
    for (const look of this.#watchers) look();
  }

  /** Cuts the connection in the middle of whatever is being sent. */
  async cut(): Promise<void> {
    this.#connection?.abort();
    await this.#reading;
  }

  async until(what: string, holds: (view: ChatView) => boolean): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const shown = () => JSON.stringify({ ...this.view, chat: null, writing: this.writing.slice(-40) });
      const timer = setTimeout(() => finish(new Error(`not in time: ${what}; shown: ${shown()}`)), waitMaxMs);
      const look = () => {
        if (holds(this.view)) finish();
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

  untilCaughtUp(): Promise<void> {
    return this.until("caught up", (view) => view.caught_up);
  }

  untilWriting(text: string): Promise<void> {
    return this.until(`writing ${text.slice(-40)}`, () => this.writing === text);
  }

  untilEnded(): Promise<void> {
    return this.until("the stream ends", () => this.ended);
  }

  #take(type: StreamEvent["type"], id: string | null, text: string): void {
    const data: unknown = JSON.parse(text);
    const fault = faultOfEvent(chatEvents, type, data);
    if (fault !== null) this.#faults.push(fault);
    this.events.push({ type, id, data });
    this.#checked.apply({ type, data } as StreamEvent, id);
    if (id !== null) this.cursor = id;
    for (const look of this.#watchers) look();
  }
}
