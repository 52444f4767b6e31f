// The port of the client package.
export { initialChatView, reduceChat, shownContent } from "../core/stream/chat-reducer.ts";
export { Everturn, type EverturnSettings } from "./everturn.ts";
export type { AnswerOf, BodyOf, CallOptions, Method, PathOf, QueryOf } from "./http/call-types.ts";
export {
  EverturnError,
  EverturnNetworkError,
  EverturnStreamError,
  type FieldProblem,
} from "./http/errors.ts";
export { everyItem } from "./http/pages.ts";
export type { paths } from "./openapi.ts";
export type { Answers, Decisions, EditInput, ToolResults } from "./resources/chat/chat-commands.ts";
export { type ChatSnapshot, ChatStore, type ChatStoreOptions } from "./store/chat-store.ts";
export { type FeedSnapshot, FeedStore, type FeedStoreOptions } from "./store/feed-store.ts";
export type { BuildLogEvent } from "./stream/build-log-stream.ts";
export type { ChatStreamEvent, ChatStreamOptions } from "./stream/chat-stream.ts";
export type { Connection } from "./stream/connection.ts";
export type { FeedEvent } from "./stream/feed-stream.ts";
export type { Rest } from "./stream/follow-stream.ts";
export type { TerminalEvent, TerminalStreamOptions } from "./stream/terminal-stream.ts";
export type * from "./types.ts";
