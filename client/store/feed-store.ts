// The caller's chats as they are now: follows the feed, and reads the pages that its snapshot does not reach.
import type { Http } from "../http/http.ts";
import type { Connection } from "../stream/connection.ts";
import { type FeedEvent, type FeedStreamOptions, streamFeed } from "../stream/feed-stream.ts";
import type { Chat } from "../types.ts";
import { Observable } from "./observable.ts";
import { kept } from "./same.ts";

export type FeedStoreOptions = Omit<FeedStreamOptions, "after" | "onConnection">;

export interface FeedSnapshot {
  /** By id: roots and subagents alike, archived ones too. Another map whenever one of them has changed. */
  readonly chats: ReadonlyMap<string, Chat>;
  /** Whether the first snapshot has arrived. */
  readonly isLoaded: boolean;
  /** Whether `loadMore` can find older chats. */
  readonly hasMore: boolean;
  /** Grows when `GET /v1/projects` should be read anew. */
  readonly projectsVersion: number;
  readonly connection: Connection;
}

const pageSize = 200;

export class FeedStore extends Observable<FeedSnapshot> {
  readonly #http: Http;
  readonly #closing = new AbortController();
  #chats: ReadonlyMap<string, Chat> = new Map();
  #connection: Connection = { state: "connecting" };
  #isLoaded = false;
  #projectsVersion = 0;
  /** Where the next page begins; undefined: at the top, null: there is none. */
  #cursor: string | null | undefined;
  #pages = 0;
  #loading: Promise<void> | null = null;

  constructor(http: Http, { signal, ...options }: FeedStoreOptions = {}) {
    const connection: Connection = { state: "connecting" };
    super({ chats: new Map(), isLoaded: false, hasMore: false, projectsVersion: 0, connection });
    this.#http = http;
    const signals = signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal];
    void this.#follow({ ...options, signal: AbortSignal.any(signals) });
  }

  /** As it is at this moment. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Reads on until a chat appears that was not known, or there are no more. Throws what the call throws. */
  async loadMore(): Promise<void> {
    this.#loading ??= this.#loadMore().finally(() => {
      this.#loading = null;
      this.changed();
    });
    return this.#loading;
  }

  /** Takes a chat that a call has answered, so that it is there before the feed tells of it. */
  put(chat: Chat): void {
    this.#upsert([chat]);
  }

  close(): void {
    this.#closing.abort();
  }

  protected take(): FeedSnapshot {
    return {
      chats: this.#chats,
      isLoaded: this.#isLoaded,
      hasMore: this.#isLoaded && this.#cursor !== null,
      projectsVersion: this.#projectsVersion,
      connection: this.#connection,
    };
  }

  async #loadMore(): Promise<void> {
    for (;;) {
      const known = this.#chats.size;
      const page = await this.#readPage(this.#cursor ?? undefined);
      if (page === null) return;
      this.#pages += 1;
      this.#cursor = page.next_cursor;
      this.#upsert(page.chats);
      if (this.#chats.size > known || this.#cursor === null) return;
    }
  }

  async #readPage(after: string | undefined): Promise<{ chats: Chat[]; next_cursor: string | null } | null> {
    if (this.#cursor === null) return null;
    const { items, next_cursor } = await this.#http.request("get", "/v1/chats", {
      query: { limit: pageSize, after },
      signal: this.#closing.signal,
    });
    return { chats: items.flatMap(withDescendants), next_cursor };
  }

  async #follow(options: FeedStreamOptions): Promise<void> {
    const onConnection = (connection: Connection) => {
      this.#connection = connection;
      this.changed();
    };
    try {
      for await (const event of streamFeed(this.#http, { ...options, onConnection })) this.#apply(event);
    } catch (error) {
      this.#connection = { state: "ended", error: error as Error };
      this.changed();
    }
  }

  #apply(event: FeedEvent): void {
    switch (event.type) {
      case "snapshot":
        this.#replace(event.data.chats);
        break;
      case "deleted": {
        const chats = new Map(this.#chats);
        chats.delete(event.data.chat_id);
        this.#chats = chats;
        break;
      }
      case "project_created":
      case "project_deleted":
        this.#projectsVersion += 1;
        break;
      default:
        this.#upsert([event.data.chat]);
    }
    this.changed();
  }

  /** A snapshot replaces what was known. Pages that were read before are read again. */
  #replace(chats: readonly Chat[]): void {
    const before = this.#chats;
    this.#chats = new Map(chats.map((chat) => [chat.id, kept(before.get(chat.id), chat)]));
    this.#isLoaded = true;
    this.#projectsVersion += 1;
    this.#cursor = chats.length < pageSize ? null : undefined;
    const pages = this.#pages;
    this.#pages = 0;
    // Where that fails, the next `loadMore` reads them.
    if (pages > 0) void this.#readAgain(pages).catch(() => undefined);
  }

  async #readAgain(pages: number): Promise<void> {
    while (this.#pages < pages && this.#cursor !== null) await this.loadMore();
  }

  #upsert(chats: readonly Chat[]): void {
    const next = new Map(this.#chats);
    for (const chat of chats) {
      const known = next.get(chat.id);
      if (known === undefined || known.snapshot_version <= chat.snapshot_version)
        next.set(chat.id, kept(known, chat));
    }
    this.#chats = next;
    this.changed();
  }
}

function withDescendants({ children = [], ...chat }: Chat): Chat[] {
  return [chat, ...children.flatMap(withDescendants)];
}
