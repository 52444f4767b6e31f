// Creates faults for failures that we find ourselves, without an error from below.

import { ModelError } from "../provider.ts";
import { detailOf } from "../recording/redact.ts";
import type { Verdict } from "./error-verdicts.ts";
import { faultMessage } from "./fault-words.ts";

/** A `ModelError` for a verdict of ours. `words` are the provider's, if it said any. */
export function ownFault(verdict: Verdict, provider: string, words = ""): ModelError {
  return new ModelError({
    kind: verdict.kind,
    retryable: verdict.retryable,
    status_code: null,
    message: faultMessage(verdict, provider),
    detail: detailOf(words),
    retry_after_ms: null,
  });
}

/** SPEC L16: the model started a call that its server could not read. It is asked again, as after an empty answer. */
export function malformedCall(provider: string, words: string): ModelError {
  return ownFault({ kind: "no_output", retryable: true, cause: "malformed_call" }, provider, words);
}

/** The model asked for something that only some clients can do. Asking again gives the same. */
export function unsupportedItems(provider: string, types: readonly string[]): ModelError {
  return ownFault({ kind: "config", retryable: false, cause: "unusable_items" }, provider, types.join(", "));
}

/** SPEC L9: a stop by a content filter is an error with an explanation. Asking again gives the same. */
export function contentFilterStop(provider: string, words = ""): ModelError {
  return ownFault({ kind: "content_filter", retryable: false }, provider, words);
}
