// One reader, with the product's own reducer, cut again and again, that comes back by its
// cursor to whichever replica, and notes each broken promise. It keeps no events: runs are long.
import { setTimeout as sleep } from "node:timers/promises";
import { createParser } from "eventsource-parser";
import type { ChatView } from "../../core/stream/chat-reducer.ts";
import { type CheckedReader, createCheckedReader } from "../../core/stream/checked-reader.ts";
import type { StreamEvent } from "../../core/stream/stream-event.ts";
import type { ReaderAudit } from "./check/reader-audit.ts";
import type { ReaderPlan } from "./plan/plan.ts";

const AGAIN_AFTER_MS = 50;

export interface ChaosReaderSettings {
  readonly chatId: string;
  readonly key: string;
  readonly plan: ReaderPlan;
  /** Of whichever replica is to be read from next. */
  readonly nextUrl: () => string;
  readonly audit: ReaderAudit;
}

export class ChaosReader {
  readonly #settings: ChaosReaderSettings;
  readonly #checked: CheckedReader;
  readonly #closing = new AbortController();
  #connection = new AbortController();
  #cursor: string | null = null;
  #cuts = 0;
  #stays = false;
  connects = 0;
  historyResets = 0;

  constructor(settings: ChaosReaderSettings) {
    this.#settings = settings;
    this.#checked = createCheckedReader(settings.chatId);
    void this.#follow();
  }

  get view(): ChatView {
    return this.#checked.view;
  }

  get audit(): ReaderAudit {
    return this.#settings.audit;
  }

  get violations(): readonly string[] {
    return [...this.#checked.violations, ...this.audit.violations];
  }

  /** Ends the connection in the middle of whatever is being sent. */
  cut(): void {
    this.#connection.abort();
  }

  /** From now on it is not cut by plan: a snapshot may be longer than it would ever stay. */
  stay(): void {
    this.#stays = true;
  }

  close(): void {
    this.#closing.abort();
    this.#connection.abort();
  }

  async #follow(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      this.#connection = new AbortController();
      try {
        await this.#read(this.#connection.signal);
      } catch {
        // Cut, by us or by what died: the next try resumes.
      }
      const away = this.#settings.plan.away_ms;
      const cutByPlan = this.#connection.signal.aborted;
      await sleep(cutByPlan ? (away[this.#cuts % away.length] ?? 0) : AGAIN_AFTER_MS);
    }
  }

  async #read(signal: AbortSignal): Promise<void> {
    const { chatId, key, nextUrl, plan } = this.#settings;
    const headers = {
      authorization: `Bearer ${key}`,
      ...(this.#cursor !== null && { "last-event-id": this.#cursor }),
    };
    const url = `${nextUrl()}/v1/chats/${chatId}/stream?messages=200`;
    const response = await fetch(url, { headers, signal });
    if (!response.ok || response.body === null) throw new Error(`stream answered ${response.status}`);
    this.connects++;
    this.#checked.reconnected();
    let left = plan.cut_after[this.connects % plan.cut_after.length] ?? Number.POSITIVE_INFINITY;
    const parser = createParser({
      onEvent: ({ event, id, data }) => {
        if (signal.aborted) return;
        this.#take(event as StreamEvent["type"], id ?? null, data);
        left--;
        if (left > 0 || this.#stays) return;
        this.#cuts++;
        this.cut();
      },
    });
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) parser.feed(chunk);
  }

  #take(type: StreamEvent["type"], id: string | null, text: string): void {
    const event = { type, data: JSON.parse(text) as unknown } as StreamEvent;
    if (type === "history_reset") this.historyResets++;
    this.#checked.apply(event, id);
    this.audit.take(event);
    if (id !== null) this.#cursor = id;
  }
}
