// Tests: one reader of a build's log, connected by hand: to any replica, cut at any moment, resumed from where it was.
import assert from "node:assert/strict";
import { createParser } from "eventsource-parser";
import { buildLogEvents } from "../../../api/schemas/stream-events.ts";
import { checkEvent } from "./check-event.ts";

interface TakenLogEvent {
  readonly type: string;
  readonly id: string | null;
  readonly data: Record<string, unknown>;
}

/** One reader of a log: what came, in order. */
export class BuildLogReader {
  readonly events: TakenLogEvent[] = [];
  retryMs: number | null = null;
  readonly #controller = new AbortController();
  readonly #watchers = new Set<() => void>();
  #reading: Promise<void> = Promise.resolve();

  async connect(url: string, headers: Record<string, string>): Promise<this> {
    const response = await fetch(url, { headers, signal: this.#controller.signal });
    assert.equal(response.status, 200);
    assert.match(response.headers.get("content-type") ?? "", /^text\/event-stream/);
    this.#reading = this.#read(response);
    return this;
  }

  async #read(response: Response): Promise<void> {
    const parser = createParser({
      onEvent: ({ event: type = "", id, data: text }) => {
        const data = JSON.parse(text) as Record<string, unknown>;
        checkEvent(buildLogEvents, type, data);
        this.events.push({ type, id: id ?? null, data });
        for (const look of this.#watchers) look();
      },
      onRetry: (ms) => {
        this.retryMs = ms;
      },
    });
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) parser.feed(chunk);
  }

  /** Resolves when this many events have come. */
  async took(count: number): Promise<void> {
    await new Promise<void>((resolve) => {
      const look = () => {
        if (this.events.length >= count) resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Resolves when the server has ended the stream. */
  ended(): Promise<void> {
    return this.#reading;
  }

  async cut(): Promise<void> {
    this.#controller.abort();
    await this.#reading.catch(() => undefined);
  }

  get texts(): unknown[] {
    return this.events.filter((event) => event.type === "log").map((event) => event.data["text"]);
  }
}
