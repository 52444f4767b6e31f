// Creates OpenAI's SDK for both OpenAI dialects: one try, no key or address from the environment, no log.
import OpenAI from "openai";
import { isOpenAiOwn } from "../../core/prompt/openai-own.ts";
import { type ProviderOptions, sdkTimeoutMs } from "../http/provider-options.ts";
import { lineLimits } from "./stream-answer.ts";

const OPENAI_BASE_URL = "https://api.openai.com/v1";

/** A client without retries: only the workflow's timer retries. */
export function createOpenAiClient(options: ProviderOptions): OpenAI {
  return new OpenAI({
    // The SDK insists on a key. For a server that wants none, the header is removed.
    apiKey: options.apiKey || "none",
    ...(options.apiKey === "" ? { defaultHeaders: { Authorization: null } } : {}),
    adminAPIKey: null,
    baseURL: options.baseUrl ?? OPENAI_BASE_URL,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs(lineLimits(options).silenceMs),
    // Its log would contain pieces of answers (SPEC A5).
    logLevel: "off",
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

/** Whether OpenAI's own service answers. It refuses fields that it does not know; others ignore them. */
export function isStrictServer(options: ProviderOptions): boolean {
  return isOpenAiOwn(options.baseUrl ?? null);
}
