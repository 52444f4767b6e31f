// Models room: OpenAI's SDK as both OpenAI dialects use it: one try, no key or address out of the environment, no own log.
import OpenAI from "openai";
import { isOpenAiOwn } from "../../core/prompt/openai-own.ts";
import { type ProviderOptions, sdkTimeoutMs } from "../http/provider-options.ts";
import { lineLimits } from "./stream-answer.ts";

const OPENAI_BASE_URL = "https://api.openai.com/v1";

/** A client whose retries are off: the workflow's timer is the one owner of retries. */
export function createOpenAiClient(options: ProviderOptions): OpenAI {
  return new OpenAI({
    // The SDK insists on a key; towards a server that wants none the header is taken out.
    apiKey: options.apiKey || "none",
    ...(options.apiKey === "" ? { defaultHeaders: { Authorization: null } } : {}),
    adminAPIKey: null,
    baseURL: options.baseUrl ?? OPENAI_BASE_URL,
    organization: null,
    project: null,
    webhookSecret: null,
    maxRetries: 0,
    timeout: sdkTimeoutMs(lineLimits(options).silenceMs),
    // Its log would hold pieces of answers (SPEC A5).
    logLevel: "off",
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
}

/** Whether OpenAI's own service answers, which refuses fields that it does not know; others ignore them. */
export function isStrictServer(options: ProviderOptions): boolean {
  return isOpenAiOwn(options.baseUrl ?? null);
}
