// A chat as it is now: follows its stream, and holds what is to be shown for as many readers as you like.
import type { ChatView } from "../../core/stream/chat-reducer.ts";
import type { Http } from "../http/http.ts";
import { type ChatStreamOptions, streamChat } from "../stream/chat-stream.ts";
import type { Connection } from "../stream/connection.ts";
import { ChatFold } from "./chat-fold.ts";
import { Observable } from "./observable.ts";

export type ChatStoreOptions = Omit<ChatStreamOptions, "after" | "onConnection">;

export interface ChatSnapshot {
  /** The chat, its messages, its queue, and what is being written. Empty until `view.caught_up`. */
  readonly view: ChatView;
  readonly connection: Connection;
  readonly isLoadingOlder: boolean;
}

/** Messages in a page of older ones. */
const olderPageDefault = 100;

export class ChatStore extends Observable<ChatSnapshot> {
  readonly chatId: string;
  readonly #http: Http;
  readonly #fold: ChatFold;
  readonly #closing = new AbortController();
  #connection: Connection = { state: "connecting" };
  #loading: Promise<boolean> | null = null;

  constructor(http: Http, chatId: string, { signal, ...options }: ChatStoreOptions = {}) {
    const fold = new ChatFold(chatId);
    super({ view: fold.shown, connection: { state: "connecting" }, isLoadingOlder: false });
    this.chatId = chatId;
    this.#http = http;
    this.#fold = fold;
    const signals = signal === undefined ? [this.#closing.signal] : [this.#closing.signal, signal];
    void this.#follow({ ...options, signal: AbortSignal.any(signals) });
  }

  /** As it is at this moment: `getSnapshot()` has it as it was when the last frame was drawn. */
  get connection(): Connection {
    return this.#connection;
  }

  /** Loads the messages before the oldest one. Gives whether there are more. Throws what the call throws. */
  async loadOlder(limit = olderPageDefault): Promise<boolean> {
    if (this.#loading !== null) return this.#loading;
    this.#loading = this.#loadOlder(limit).finally(() => {
      this.#loading = null;
      this.changed();
    });
    this.changed();
    return this.#loading;
  }

  /** Ends the connection. What is shown stays. */
  close(): void {
    this.#closing.abort();
  }

  protected take(): ChatSnapshot {
    return {
      view: this.#fold.shown,
      connection: this.#connection,
      isLoadingOlder: this.#loading !== null,
    };
  }

  async #loadOlder(limit: number): Promise<boolean> {
    const { has_more, before_id } = this.#fold.shown;
    if (!has_more || before_id === null) return false;
    const { resets } = this.#fold;
    const page = await this.#http.request("get", "/v1/chats/{chat}/messages", {
      path: { chat: this.chatId },
      query: { before_id, limit },
      signal: this.#closing.signal,
    });
    // The history was dropped meanwhile: the page may belong to another one.
    if (resets === this.#fold.resets) this.#fold.prepend(page);
    return this.#fold.shown.has_more;
  }

  async #follow(options: ChatStreamOptions): Promise<void> {
    const onConnection = (connection: Connection) => {
      if (connection.state === "live") this.#fold.connected();
      this.#connection = connection;
      this.changed();
    };
    try {
      for await (const event of streamChat(this.#http, this.chatId, { ...options, onConnection })) {
        if (this.#fold.apply(event)) this.changed();
      }
    } catch (error) {
      this.#connection = { state: "ended", error: error as Error };
      this.changed();
    }
  }
}
