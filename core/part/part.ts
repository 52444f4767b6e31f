// The content of messages, as stored and as sent. A part is one piece of a message.

/** Any JSON value. Tool arguments and results are a `JsonObject`. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}

/**
 * What only the provider that wrote a part understands: its tool call id, signatures, encrypted reasoning. Stored
 * beside the part, sent back only to that provider, never to API clients.
 */
export interface ProviderData {
  readonly provider: string;
  readonly [key: string]: JsonValue | undefined;
}

export interface TextPart {
  readonly type: "text";
  readonly text: string;
  readonly provider_data?: ProviderData;
}

export interface ReasoningPart {
  readonly type: "reasoning";
  readonly text: string;
  readonly started_at?: string;
  readonly completed_at?: string;
  readonly provider_data?: ProviderData;
}

/** `args` is the parsed object, or `{"_raw": text}` if the model wrote something that is not a JSON object. */
export interface ToolCallPart {
  readonly type: "tool-call";
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly args: JsonObject;
  readonly provider_executed?: boolean;
  /** The MCP server that has the tool (SPEC C13). */
  readonly mcp_server_id?: string;
  readonly created_at: string;
  readonly provider_data?: ProviderData;
}

export interface ToolResultPart {
  readonly type: "tool-result";
  readonly tool_call_id: string;
  readonly tool_name: string;
  readonly result: JsonValue;
  readonly is_error: boolean;
  readonly truncated?: boolean;
  /** Files that belong to the result, such as a picture that was read. Models see them where they can. */
  readonly files?: readonly ResultFile[];
  readonly created_at: string;
  readonly provider_data?: ProviderData;
}

export interface SourcePart {
  readonly type: "source";
  readonly url: string;
  readonly title: string;
}

export interface FilePart {
  readonly type: "file";
  readonly file_id: string;
  readonly media_type: string;
  readonly name: string;
}

/** A file that belongs to a tool's result. */
export interface ResultFile extends FilePart {
  /** It was made for people to download: models see it by its name in the result alone. */
  readonly for_people?: true;
}

export interface FileReferencePart {
  readonly type: "file-reference";
  readonly file_name: string;
  readonly start_line: number;
  readonly end_line: number;
  readonly content: string;
}

/** A text that stands at the beginning of the chat's work: a file with instructions, or the user's own (SPEC C1). */
export interface ContextFile {
  /** `home`: the workspace's own; `user`: a setting of the chat's owner. */
  readonly source: "workspace" | "project" | "home" | "user";
  /** Null: it is no file. */
  readonly path: string | null;
  /** At most `contextFileBytesMax`. */
  readonly text: string;
  /** Bytes of the whole file, where the text was cut. */
  readonly cut_from?: number;
  /** It could not be read again: the text is the one that was read before. */
  readonly stale?: true;
}

/** What a model is told about a skill before it reads it (SPEC C2). */
export interface SkillHead {
  readonly name: string;
  readonly description: string;
  /** Where it comes from: the deployment, or the chat's workspace or project folder. */
  readonly source: "workspace" | "project" | "deployment";
  /** Its folder, relative to the place or to the deployment's skills. */
  readonly path: string;
}

/** What was left out, and why. */
export interface ContextFault {
  readonly source: ContextFile["source"] | SkillHead["source"];
  readonly path: string;
  readonly message: string;
}

/** Instructions and skills of a chat as they were read once. Only in hidden messages; a later one replaces it. */
export interface ContextPart {
  readonly type: "context";
  /** What they were read for: `contextPlace` of the chat. */
  readonly place: string;
  readonly files: readonly ContextFile[];
  readonly file_faults: readonly ContextFault[];
  readonly skills: readonly SkillHead[];
  readonly skill_faults: readonly ContextFault[];
}

export type Part =
  | ContextPart
  | TextPart
  | ReasoningPart
  | ToolCallPart
  | ToolResultPart
  | SourcePart
  | FilePart
  | FileReferencePart;

/** The files of a message, those of its tools' results included, in their order. */
export function filesIn(content: readonly Part[]): readonly FilePart[] {
  return content.flatMap((part) => {
    if (part.type === "file") return [part];
    return part.type === "tool-result" ? (part.files ?? []) : [];
  });
}

/** What a client may send as the content of a message. A plain string on the wire is one text part. */
export type InputPart = TextPart | FilePart | FileReferencePart;
