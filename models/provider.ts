// The port of this room: one provider dialect turns a prompt into a stream of model events. One file per dialect.
import type { ErrorKind } from "../core/chat/error-kind.ts";
import type { FinishReason, Role, Usage } from "../core/chat/message.ts";
import type { JsonObject, Part, ProviderData } from "../core/part/part.ts";
import type { Continuable } from "../core/prompt/kept-answer.ts";
import type { PrefillForm } from "../core/prompt/prefill-form.ts";

/** Which wire a provider speaks. */
export type Dialect = "openai-chat" | "openai-responses" | "anthropic";

/** A message as the prompt holds it: already ordered and valid (every tool result follows its call). */
export interface PromptMessage {
  readonly role: Role;
  readonly content: readonly Part[];
  /** Which provider wrote it (assistant messages): provider data is replayed only towards the same one. */
  readonly provider: string | null;
}

export interface ToolSpec {
  readonly name: string;
  readonly description: string;
  /** JSON schema of the arguments object. */
  readonly parameters: JsonObject;
}

/** Settings of a call (SPEC L12); absent means the provider's default. */
export interface CallConfig {
  readonly max_output_tokens?: number;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly presence_penalty?: number;
  readonly frequency_penalty?: number;
  readonly reasoning_effort?: string;
  /** More than this is never asked for, whoever asks (SPEC L11). */
  readonly reasoning_effort_max?: string;
  readonly stop?: readonly string[];
  /** OpenAI Responses: the provider keeps its answers, and a call names the one it follows (SPEC L10). */
  readonly response_chain?: boolean;
  /** How the server takes an answer that was begun before; absent: it does not. */
  readonly prefill?: PrefillForm;
  /** Fields of the request in the dialect's own words; they win. `tools` and `include` are added to ours. */
  readonly provider_options?: JsonObject;
}

export interface ModelRequest {
  readonly model: string;
  readonly system: string;
  readonly messages: readonly PromptMessage[];
  readonly tools: readonly ToolSpec[];
  readonly config: CallConfig;
  /** The provider did not take back what it had given us: send everything, and nothing sealed by it. */
  readonly replay_full_history?: boolean;
  /** Quirks of the server and the model that are known (SPEC X10), by their names in quirk-table.ts. */
  readonly quirks?: readonly string[];
  /** The answer so far, not ending in white space: the model goes on with it. Only where `continuable` says so. */
  readonly prefill?: { readonly text: string };
}

/** A setting that this call goes without, or with another value. */
export interface UnsupportedSetting {
  /** As in `CallConfig`. */
  readonly setting: string;
  /** In words, for the log. */
  readonly why: string;
}

/**
 * One piece of the answer. `index` is its place in the final content; deltas of one index append.
 * Grammar: (part | usage | response)* finish. A stream that ends without `finish` was truncated: adapters throw instead.
 */
export type ModelEvent =
  | { readonly type: "part"; readonly index: number; readonly delta: ModelDelta }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "response"; readonly response_id: string | null; readonly model: string | null }
  | { readonly type: "finish"; readonly finish_reason: FinishReason };

/**
 * `tool-call` begins with the name; later deltas repeat neither (adapters buffer until name is known) but carry the
 * same `tool_call_id`, which is ours (`new_tool_call_id`). `provider_data` merges into the part (last one wins).
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
 * What a refusal has taught, once the server took the request that came of it (SPEC X10): a quirk of server and model, with
 * the server's words; or that this history does not go back with what the provider had signed or sealed in it.
 */
export type Lesson =
  | { readonly type: "quirk"; readonly name: string; readonly words: string | null }
  | { readonly type: "unsealed" };

export interface StreamOptions {
  /** Aborting closes the provider's socket at once; the stream then throws the signal's reason. */
  readonly signal: AbortSignal;
  /** Makes a tool call id that is unique in the chat (SPEC L13). */
  readonly newToolCallId: () => string;
  /** Told before a request is sent, when settings cannot be kept (SPEC L12: never silently). */
  readonly onUnsupported?: (settings: readonly UnsupportedSetting[]) => void;
  readonly onLesson?: (lesson: Lesson) => void;
}

export interface Provider {
  /** Name kept on messages and errors, e.g. "openai". */
  readonly name: string;
  readonly dialect: Dialect;
  /** Null: the service's own address. */
  readonly base_url: string | null;
  /** What of an answer begun before a call with these settings could go on with. */
  continuable(call: Pick<ModelRequest, "model" | "config">): Continuable;
  /** Streams one answer, of a request with `prefill` what follows that text. Throws `ModelError` for everything the provider or the network did wrong; never retries. */
  stream(request: ModelRequest, options: StreamOptions): AsyncIterable<ModelEvent>;
}

/** What went wrong in a model call, classified once (SPEC X2, X3). */
export interface ModelFault {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  readonly status_code: number | null;
  /** For people, without keys or headers. */
  readonly message: string;
  /** ≤ 500 characters of the provider's own words, redacted. */
  readonly detail: string | null;
  readonly retry_after_ms: number | null;
  /** The provider forgot the response chain, or refuses its own sealed reasoning: the next attempt replays without them. */
  readonly replay_full_history?: boolean;
  /** Quirks that the refusal may be about, likeliest first (SPEC X10). */
  readonly teaches?: readonly string[];
  /** The provider does not go on with the answer that was begun: the next attempt begins it anew. */
  readonly without_prefill?: boolean;
  /** Of `no_output`: the model ended well and has nothing to say. */
  readonly ended_empty?: boolean;
  /** The context that the server says it has, where its error names it (llama.cpp's n_ctx): for SPEC K1. */
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
