// Chats: made, read, changed, written to, and followed.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import { ChatStore, type ChatStoreOptions } from "../../store/chat-store.ts";
import { type ChatStreamOptions, streamChat } from "../../stream/chat-stream.ts";
import { chatCommands } from "./chat-commands.ts";

type Path<Rest extends string> = `/v1/chats/{chat}${Rest}`;

export function chats(http: Http) {
  return {
    ...chatCommands(http),

    /** Creates a chat; with `content` its first turn begins at once. */
    create: (body: BodyOf<"post", "/v1/chats">, options?: CallOptions) =>
      http.request("post", "/v1/chats", { ...options, body }),

    /** A page of the chats, pinned ones first, then by latest change. */
    list: (query: QueryOf<"get", "/v1/chats"> = {}, options?: CallOptions) =>
      http.request("get", "/v1/chats", { ...options, query }),

    get: (chat: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}", { ...options, path: { chat } }),

    update: (chat: string, body: BodyOf<"patch", Path<"">>, options?: CallOptions) =>
      http.request("patch", "/v1/chats/{chat}", { ...options, path: { chat }, body }),

    /** Deletes it with its subagents; a running turn is stopped. */
    delete: (chat: string, options?: CallOptions) =>
      http.request("delete", "/v1/chats/{chat}", { ...options, path: { chat } }),

    /** A page of messages, newest first; oldest first with `after_id` alone. */
    messages: (chat: string, query: QueryOf<"get", Path<"/messages">> = {}, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/messages", { ...options, path: { chat }, query }),

    message: (chat: string, message: number, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/messages/{message}", { ...options, path: { chat, message } }),

    /** A page of turns, newest first. */
    turns: (chat: string, query: QueryOf<"get", Path<"/turns">> = {}, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/turns", { ...options, path: { chat }, query }),

    turn: (chat: string, turn: number, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/turns/{turn}", { ...options, path: { chat, turn } }),

    /** What the chat and its subagents have cost. */
    cost: (chat: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/cost", { ...options, path: { chat } }),

    /** Its MCP servers, with the reason where the model is not offered the tools of one. */
    mcpServers: (chat: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/mcp-servers", { ...options, path: { chat } }),

    /** A token for an `EventSource`, which cannot send a key. */
    streamToken: (chat: string, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/stream-token", { ...options, path: { chat } }),

    /**
     * The events of a chat, for as long as you read them: it reconnects by itself. Ends when the chat is deleted or `signal`
     * aborts; throws EverturnError when it may not be read.
     */
    stream: (chat: string, options: ChatStreamOptions = {}) => streamChat(http, chat, options),

    /** The whole state of a chat, kept up to date until you close it. */
    open: (chat: string, options: ChatStoreOptions = {}) => new ChatStore(http, chat, options),
  };
}
