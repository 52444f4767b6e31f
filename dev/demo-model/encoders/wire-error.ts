// Errors in the words of each service: what a caller's classifier looks at must be where the real ones put it.

import type { JsonObject } from "../json.ts";
import type { DialectName } from "../request/model-call.ts";
import { newId } from "./encoder.ts";

export interface WireError {
  readonly status: number;
  readonly message?: string | undefined;
  readonly type?: string | undefined;
  readonly code?: string | undefined;
}

interface Words {
  readonly openaiType: string;
  readonly openaiCode?: string;
  readonly anthropicType: string;
  readonly message: string;
}

const WORDS: Readonly<Record<number, Words>> = {
  400: {
    openaiType: "invalid_request_error",
    anthropicType: "invalid_request_error",
    message: "Invalid request",
  },
  401: {
    openaiType: "invalid_request_error",
    openaiCode: "invalid_api_key",
    anthropicType: "authentication_error",
    message: "invalid API key",
  },
  403: { openaiType: "invalid_request_error", anthropicType: "permission_error", message: "Forbidden" },
  404: { openaiType: "invalid_request_error", anthropicType: "not_found_error", message: "Not found" },
  413: {
    openaiType: "invalid_request_error",
    anthropicType: "request_too_large",
    message: "Request too large",
  },
  429: {
    openaiType: "requests",
    openaiCode: "rate_limit_exceeded",
    anthropicType: "rate_limit_error",
    message: "Rate limit reached",
  },
  503: { openaiType: "server_error", anthropicType: "api_error", message: "Service unavailable" },
  529: { openaiType: "server_error", anthropicType: "overloaded_error", message: "Overloaded" },
};
const CLIENT_WORDS: Words = {
  openaiType: "invalid_request_error",
  anthropicType: "invalid_request_error",
  message: "The request was refused",
};
const SERVER_WORDS: Words = {
  openaiType: "server_error",
  openaiCode: "server_error",
  anthropicType: "api_error",
  message: "The server had an error while processing your request",
};

function wordsOf(status: number): Words {
  return WORDS[status] ?? (status < 500 ? CLIENT_WORDS : SERVER_WORDS);
}

/** The code that OpenAI sends with this status, if any. */
export function defaultCode(status: number): string | undefined {
  return wordsOf(status).openaiCode;
}

export function openAiError(error: WireError): JsonObject {
  const words = wordsOf(error.status);
  const code = error.code ?? (error.type === undefined ? words.openaiCode : undefined);
  return {
    error: {
      message: error.message ?? words.message,
      type: error.type ?? words.openaiType,
      param: null,
      code: code ?? null,
    },
  };
}

export function anthropicError(error: WireError): JsonObject {
  const words = wordsOf(error.status);
  return {
    type: "error",
    error: { type: error.type ?? words.anthropicType, message: error.message ?? words.message },
    request_id: newId("req"),
  };
}

export function errorBody(dialect: DialectName, error: WireError): JsonObject {
  return dialect === "anthropic" ? anthropicError(error) : openAiError(error);
}
