// What a chat is told: messages, answers to its questions, and what becomes of its turns.
import type { BodyOf, CallOptions } from "../../http/call-types.ts";
import type { Http } from "../../http/http.ts";

type Path<Rest extends string> = `/v1/chats/{chat}${Rest}`;
export type EditInput = { readonly message: number } & BodyOf<"patch", Path<"/messages/{message}">>;
export type ToolResults = BodyOf<"post", Path<"/tool-results">>["results"];
export type Decisions = BodyOf<"post", Path<"/approvals">>["decisions"];
export type Answers = BodyOf<"post", Path<"/answers">>["answers"];

export function chatCommands(http: Http) {
  return {
    /** Sends a message. While the chat is busy it is queued, unless `busy_behavior` says otherwise. */
    send: (chat: string, message: string | BodyOf<"post", Path<"/messages">>, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/messages", {
        ...options,
        path: { chat },
        body: typeof message === "string" ? { content: message } : message,
      }),

    /** Replaces a message of the user; what followed it is dropped, and a new turn begins. */
    edit: (chat: string, { message, ...body }: EditInput, options?: CallOptions) =>
      http.request("patch", "/v1/chats/{chat}/messages/{message}", {
        ...options,
        path: { chat, message },
        body,
      }),

    /** Stops the running turn. With a `turn_id` that turn is stopped, or nothing. */
    interrupt: (chat: string, body: BodyOf<"post", Path<"/interrupt">> = {}, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/interrupt", { ...options, path: { chat }, body }),

    /** Writes the last answer again. */
    regenerate: (chat: string, body: BodyOf<"post", Path<"/regenerate">> = {}, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/regenerate", { ...options, path: { chat }, body }),

    /** A new chat with the history up to a message. */
    fork: (chat: string, body: BodyOf<"post", Path<"/fork">>, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/fork", { ...options, path: { chat }, body }),

    /** Replaces the older history by a summary, for the model. */
    compact: (chat: string, body: BodyOf<"post", Path<"/compact">> = {}, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/compact", { ...options, path: { chat }, body }),

    /** The model forgets what came before; people can still read it. */
    clear: (chat: string, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/clear", { ...options, path: { chat }, body: {} }),

    /** Asks a model for another title. */
    newTitle: (chat: string, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/title", { ...options, path: { chat }, body: {} }),

    /** Reads the project's instructions and skills anew. */
    refreshContext: (chat: string, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/refresh-context", { ...options, path: { chat }, body: {} }),

    /** The results of all open client-run calls at once. */
    toolResults: (chat: string, results: ToolResults, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/tool-results", {
        ...options,
        path: { chat },
        body: { results },
      }),

    /** Approves or denies calls, singly or together. */
    approvals: (chat: string, decisions: Decisions, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/approvals", { ...options, path: { chat }, body: { decisions } }),

    /** Answers questions of the servers of MCP tools, singly or together. */
    answers: (chat: string, answers: Answers, options?: CallOptions) =>
      http.request("post", "/v1/chats/{chat}/answers", { ...options, path: { chat }, body: { answers } }),
  };
}
