// Chats that others may read: by their user, or by a link.
import type { BodyOf, CallOptions, QueryOf } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";
import { type ChatStreamOptions, streamSharedChat } from "../../stream/chat-stream.ts";

export function shares(http: Http) {
  return {
    list: (chat: string, options?: CallOptions) =>
      http.request("get", "/v1/chats/{chat}/shares", { ...options, path: { chat } }),

    create: (chat: string, body: BodyOf<"post", "/v1/chats/{chat}/shares">, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/shares", { ...options, path: { chat }, body }),

    delete: (chat: string, share: string, options?: CallOptions) =>
      http.request("delete", "/v1/chats/{chat}/shares/{share}", { ...options, path: { chat, share } }),

    /** The chat behind a link. The token is the proof: no key is needed. */
    read: (token: string, query: QueryOf<"get", "/shared/{token}"> = {}, options?: CallOptions) =>
      http.request("get", "/shared/{token}", { ...options, path: { token }, query }),

    /** The events of the chat behind a link, named by its id. */
    stream: (token: string, chat: string, options: ChatStreamOptions = {}) =>
      streamSharedChat(http, { token, chat }, options),

    /** The bytes of a file that the shared chat shows. */
    file: (token: string, file: string, options?: CallOptions) =>
      http.raw("get", "/shared/{token}/files/{file}", { ...options, path: { token, file } }),
  };
}
