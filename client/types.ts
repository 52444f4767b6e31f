// Names of the wire's shapes. Those that the reducer knows come from core, the others from the OpenAPI document.
import type { components } from "./openapi.ts";

export type Schemas = components["schemas"];

export type { DraftPart } from "../core/chat/draft-content.ts";
export type {
  AttentionItem,
  Chat,
  ChatStatus,
  FinishReason,
  LastError,
  Message,
  QueuedMessage,
  RequiredAction,
  RequiredToolCall,
  RetryState,
  Role,
  ShownRetry,
  Usage,
} from "../core/chat/message.ts";
export type { JsonObject, JsonValue, Part } from "../core/part/part.ts";
export type { ChatView, Preview, ShownMessage } from "../core/stream/chat-reducer.ts";
export type { StreamEvent } from "../core/stream/stream-event.ts";

export type Workspace = Schemas["Workspace"];
export type Terminal = Schemas["Terminal"];
export type Build = Schemas["Build"];
export type ModelConfig = Schemas["ModelConfig"];
export type ModelProvider = Schemas["ModelProvider"];
export type McpServer = Schemas["McpServer"];
export type Profile = Schemas["Profile"];
export type Project = Schemas["Project"];
export type Turn = Schemas["Turn"];
export type DebugRun = Schemas["DebugRun"];
export type User = Schemas["User"];
export type ApiKey = Schemas["ApiKey"];
export type StoredFile = Schemas["File"];
export type Template = Schemas["ShownTemplate"];
export type Skill = Schemas["Skill"];
export type Me = Schemas["Me"];
