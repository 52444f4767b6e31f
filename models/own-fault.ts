// Models room: failures that we judge ourselves, without an error from below.
import type { Verdict } from "./error-verdicts.ts";
import { faultMessage } from "./fault-words.ts";
import { ModelError } from "./provider.ts";
import { detailOf } from "./redact.ts";

/** A `ModelError` for a verdict of ours; `words` are the provider's, if it said any. */
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

/** SPEC L9: a content filter's stop is an error, with words; asking again gives the same. */
export function contentFilterStop(provider: string, words = ""): ModelError {
  return ownFault({ kind: "content_filter", retryable: false }, provider, words);
}
