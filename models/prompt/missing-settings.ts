// Which settings an API has no field for, as data (SPEC L12).
import type { CallConfig, Dialect } from "../provider.ts";

/** Chat Completions of OpenAI itself or Azure, which refuse fields that the servers imitating them take. */
type Api = Dialect | "openai-chat-strict";

interface MissingSettings {
  readonly settings: readonly (keyof CallConfig)[];
  readonly why: string;
}

const OPENAI_CHAT: MissingSettings = {
  settings: ["response_chain"],
  why: "only Responses keeps answers",
};

/** By the references of the APIs, 2026-11-28. What only single models refuse is in the tables of `quirks/`. */
export const MISSING_SETTINGS: Readonly<Record<Api, readonly MissingSettings[]>> = {
  "openai-chat": [OPENAI_CHAT],
  "openai-chat-strict": [OPENAI_CHAT, { settings: ["prefill", "top_k"], why: "OpenAI has no such setting" }],
  "openai-responses": [
    {
      settings: ["top_k", "presence_penalty", "frequency_penalty", "stop", "prefill"],
      why: "Responses has no such setting",
    },
  ],
  anthropic: [
    { settings: ["presence_penalty", "frequency_penalty"], why: "Anthropic has no such setting" },
    { settings: ["response_chain"], why: "Anthropic keeps no answers" },
  ],
};
