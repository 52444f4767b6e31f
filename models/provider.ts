// The port of this room: a provider turns a prompt into a stream of model events.
import type { ErrorKind } from "../core/chat/error-kind.ts";
import type { FinishReason, Role, Usage } from "../core/chat/message.ts";
import type { ImageType } from "../core/file/media-type.ts";
import type { JsonObject, Part, ProviderData } from "../core/part/part.ts";
import type { Continuable } from "../core/prompt/kept-answer.ts";
import type { PrefillForm } from "../core/prompt/prefill-form.ts";
import type { ToolChoice } from "../core/tool/turn-options.ts";

/** The protocol that a provider speaks. */
export type Dialect = "openai-chat" | "openai-responses" | "anthropic";

/** A message of the prompt: already ordered and valid (every tool result follows its call). */
export interface PromptMessage {
  readonly role: Role;
  readonly content: readonly Part[];
  /** Which provider wrote it (assistant messages). Provider data is sent only to the same one. */
  readonly provider: string | null;
}

/** A file as a request may carry it. `data` is base64, or the name of carried bytes (`http/carried-bytes.ts`). */
export type PromptFile =
  /** `chars`: how long the base64 is. */
  | { readonly type: "image"; readonly media_type: ImageType; readonly data: string; readonly chars: number }
  | { readonly type: "document"; readonly data: string }
  /** `size`: bytes of the whole, where only the beginning is shown. */
  | { readonly type: "text"; readonly text: string; readonly size: number; readonly is_cut: boolean }
  /** `words` completes "is not shown: …". */
  | { readonly type: "unshown"; readonly words: string };

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments object. */
  readonly parameters: JsonObject;
}

/** Settings of a call (SPEC L12). Absent means the provider's default. */
export interface CallConfig {
  readonly max_output_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly reasoning_effort?: string;
  /** Never more than this, whoever asks (SPEC L11). */
  readonly reasoning_effort_max?: string;
  readonly stop?: readonly string[];
  /** OpenAI Responses: the provider keeps its answers, and a call names the one it follows (SPEC L10). */
  readonly response_chain?: boolean;
  /** How the server continues a started answer; if absent, it cannot. */
  readonly prefill?: PrefillForm;
  /** Fields of the request in the dialect's own words. They win. `tools` and `include` are added to ours. */
  readonly provider_options?: JsonObject;
}

export interface OutputWish {
  readonly schema: JsonObject;
  /** The server has refused the schema: the model is told of it in words. */
  readonly in_words?: true;
}

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolSpec[];
  readonly config: CallConfig;
  /** Absent: the model decides. */
  readonly tool_choice?: ToolChoice;
  /** The answer is to be JSON of this schema (SPEC C12). */
  readonly output?: OutputWish;
  /** The provider did not accept back what it gave us: send everything, but nothing that it sealed. */
  readonly replay_full_history?: boolean;
  /** Known quirks of the server and the model (SPEC X10), by their names in quirk-table.ts. */
  readonly quirks?: readonly string[];
  /** What is known of the files that the messages name, by id. A file that is missing here is told by its name alone. */
  readonly files?: ReadonlyMap<string, PromptFile>;
  /** The answer so far, not ending in white space, which the model continues. Only if `continuable` allows it. */
  readonly prefill?: { readonly text: string };
}

/** A setting that this call leaves out or changes. */
export interface UnsupportedSetting {
  /** As in `CallConfig`. */
  readonly setting: string;
  /** An explanation, for the log. */
  readonly why: string;
}

/**
 * One piece of the answer. `index` is its place in the final content. Deltas of one index append. Grammar: (part |
 * usage | response)* finish. A stream that ends without `finish` was truncated: adapters throw instead.
 */
export type ModelEvent =
  | { readonly type: "part"; readonly index: number; readonly delta: ModelDelta }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "response"; readonly response_id: string | null; readonly model: string | null }
  | { readonly type: "finish"; readonly finish_reason: FinishReason };

/**
 * `tool-call` starts with the name. Later deltas do not repeat it (adapters buffer until they know the name), but carry
 * the same `tool_call_id`, which is ours (`new_tool_call_id`). `provider_data` merges into the part; the last one wins.
 */
export type ModelDelta =
  | { readonly type: "text"; readonly text: string; readonly provider_data?: ProviderData }
  | { readonly type: "reasoning"; readonly text: string; readonly provider_data?: ProviderData }
  | {
      readonly type: "tool-call";
      readonly tool_call_id: string;
      readonly tool_name: string;
      /** A piece of the arguments' JSON text; "" is legal. */
      readonly args_delta: string;
      readonly provider_executed?: boolean;
      readonly provider_data?: ProviderData;
    }
  | {
      readonly type: "tool-result";
      readonly tool_call_id: string;
      readonly tool_name: string;
      readonly result: JsonObject;
      readonly is_error: boolean;
      readonly provider_data?: ProviderData;
    }
  | { readonly type: "source"; readonly url: string; readonly title: string };

/**
 * What a refusal has taught, once the server accepted the changed request (SPEC X10): a quirk of server and model, with
 * the server's words; that this history is sent without what the provider signed or sealed in it; or that the model is told in
 * words what its answer has to be, since the server refuses this schema.
 */
export type Lesson =
  | { readonly type: "quirk"; readonly name: string; readonly words: string | null }
  | { readonly type: "unsealed" }
  | { readonly type: "output-in-words" };

export interface StreamOptions {
  /** Aborting closes the provider's socket at once. The stream then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Makes a tool call id that is unique in the chat (SPEC L13). */
  readonly newToolCallId: () => string;
  /** Called before a request is sent if settings cannot be kept (SPEC L12: never silently). */
  readonly onUnsupported?: (settings: readonly UnsupportedSetting[]) => void;
  readonly onLesson?: (lesson: Lesson) => void;
}

export interface Provider {
  /** Name on messages and errors, such as "openai". */
  readonly name: string;
  readonly dialect: Dialect;
  /** Null means the service's own address. */
  readonly base_url: string | null;
  /** What of a started answer a call with these settings could continue. */
  continuable(call: Pick<ModelRequest, "model" | "config">): Continuable;
  /**
   * Streams one answer; for a request with `prefill`, what follows that text. Throws `ModelError` for everything that
   * the provider or the network did wrong. Never retries.
   */
  stream(request: ModelRequest, options: StreamOptions): AsyncIterable<ModelEvent>;
}

/** What went wrong in a model call, classified once (SPEC X2, X3). */
export interface ModelFault {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly status_code: number | null;
  /** For people, without keys or headers. */
  readonly message: string;
  /** At most 500 characters of the provider's own words, redacted. */
  readonly detail: string | null;
  readonly retry_after_ms: number | null;
  /**
   * The provider forgot the response chain, or refuses its own sealed reasoning: the next attempt sends the history
   * without them.
   */
  readonly replay_full_history?: boolean;
  /** Quirks that may explain the refusal, most likely first (SPEC X10). */
  readonly teaches?: readonly string[];
  /** The provider cannot continue the started answer: the next attempt starts over. */
  readonly without_prefill?: boolean;
  /** For `no_output`: the model ended well and has nothing to say. */
  readonly ended_empty?: boolean;
  /** The context limit, if the server's error names it (llama.cpp's n_ctx): for SPEC K1. */
  readonly context_limit?: number;
}

export class ModelError extends Error {
  readonly fault: ModelFault;
  constructor(fault: ModelFault, cause?: unknown) {
    super(fault.message, { cause });
    this.name = "ModelError";
    this.fault = fault;
  }
}
