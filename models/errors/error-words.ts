// What providers' words mean (SPEC X2, X3) if no status or code says it. The order of the rules that use these tables
// is in classify-error.ts.
import { CHAIN, FILTER, QUOTA, retry, terminal, type Verdict } from "./error-verdicts.ts";

/** Words that decide only if nothing structured does. */
export const WORD_VERDICTS: readonly (readonly [RegExp, Verdict])[] = [
  [
    /exceeded your current quota|insufficient (quota|credits?|balance|funds)|credit balance is too low/,
    QUOTA,
  ],
  [/overloaded|over capacity|at capacity|service unavailable/, retry("overloaded")],
  [/rate.?limit|too many requests/, retry("rate_limit")],
  [/bad port|invalid url|unknown scheme/, terminal("config", "address")],
  [/timed? ?out/, retry("timeout")],
  [
    /terminated|premature|unexpected (eof|end)|socket hang up|other side closed|go.?away|connection (reset|closed|error|lost|aborted)|fetch failed|network error|broken pipe/,
    retry("network"),
  ],
  [/internal (server )?error/, retry("generic")],
];

/** Statuses that servers use for several kinds of refusal, so that the words must tell them apart. */
export const REFUSAL_STATUSES: readonly number[] = [400, 403, 404, 413, 422];
/** Not 403: a page about permissions may mention limits that no shorter prompt would help with. */
export const OVERFLOW_STATUSES: readonly number[] = [400, 404, 413, 422];

/** What the words of a refusal with one of these statuses mean (text in lower case). */
export const REFUSAL_WORDS: readonly (readonly [RegExp, Verdict])[] = [
  [/credit balance is too low|insufficient (balance|credits?|quota)/, QUOTA],
  [/contentpolicyviolation|content management policy|input was flagged/, FILTER],
  [/api key (not valid|expired|not found)|invalid api key/, terminal("auth")],
  // The provider forgot what it kept, or does not accept back what it sealed or signed: call it without.
  [/previous.?response.{0,80}not found/, CHAIN],
  [/encrypted content .{0,120}could not be verified/, CHAIN],
  [/invalid .?signature.? in .?thinking.? block|thinking.{0,40} blocks .{0,80}cannot be modified/, CHAIN],
  // Items that were never kept, or that appear twice.
  [/item with id .{0,100}not found|duplicate item found with id/, CHAIN],
  [/of type 'reasoning' was provided without its required following item/, CHAIN],
  [/no tool (output found for function call|call found for function call output)/, CHAIN],
  [
    /is not a valid model|(model|deployment)\b.{0,80}(not found|does not exist|unknown)|unknown model|no such model/,
    terminal("config", "unknown_model"),
  ],
];

/** How OpenAI, Anthropic, vLLM, llama.cpp, Ollama and others say that the prompt does not fit (text in lower case). */
export const CONTEXT_OVERFLOW_WORDS: readonly RegExp[] = [
  /maximum context length/,
  /prompt is too long/,
  /context (length|window|size|limit)[^.]{0,40}(exceed|overflow|too small)/,
  /exceeds?[^.]{0,60}context (length|window|size|limit)/,
  /larger than the max(imum)? context/,
  /(input|prompt)[^.]{0,80}(exceeds?|is longer than|too large for)[^.]{0,60}(maximum|max_model_len|model|context|limit)/,
  /input token count[^.]{0,40}exceeds/,
  /reduce (the length of the messages|your message size)/,
  /too many (input )?tokens/,
  // xAI; Bedrock; Moonshot; DashScope; Text Generation Inference; LM Studio in three ways; LiteLLM; vLLM before 2025.
  /maximum prompt length/,
  /(input|prompt) is too long/,
  /exceeded model token limit/,
  /range of input length should be/,
  /inputs.? tokens \+ .?max_new_tokens/,
  /tokens to keep from the initial prompt/,
  /trying to keep the first \d+ tokens/,
  /n_keep \(?\d+\)? ?>= ?n_ctx/,
  /contextwindowexceeded/,
  /max_tokens must be at least 1, got -/,
];
