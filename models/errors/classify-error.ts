// Decides what a failed model call means (SPEC X2, X3), for both SDKs and for errors of the transport.

import { type FailureFacts, readFailure } from "../http/failure-facts.ts";
import { ModelError, type ModelFault } from "../provider.ts";
import { quirksForRefusal } from "../quirks/quirk-lessons.ts";
import { detailOf } from "../recording/redact.ts";
import {
  CODE_STATUSES,
  CODES_OVER_STATUS,
  OVERFLOW,
  retry,
  statusVerdict,
  TRANSPORT_VERDICTS,
  type Verdict,
} from "./error-verdicts.ts";
import {
  CONTEXT_OVERFLOW_WORDS,
  OVERFLOW_STATUSES,
  REFUSAL_STATUSES,
  REFUSAL_WORDS,
  WORD_VERDICTS,
} from "./error-words.ts";
import { faultMessage } from "./fault-words.ts";
import { retryAfterMs } from "./retry-after.ts";

export interface ErrorContext {
  readonly provider: string;
  /** For a Retry-After that is a date. */
  readonly now_ms: number;
  /** Keys that must not appear in `detail`, in addition to everything that looks like one. */
  readonly secrets?: readonly string[];
  /** The call sent the whole history without anything sealed, so doing that again would not help. */
  readonly replays?: boolean;
  /** The call asked the model to continue a started answer. */
  readonly continues?: boolean;
}

/**
 * Classifies whatever a model call threw. Not for aborts: whoever aborted knows why, so ask them first. A `ModelError`
 * keeps its fault.
 */
export function classifyError(error: unknown, context: ErrorContext): ModelFault {
  if (error instanceof ModelError) return error.fault;
  const facts = readFailure(error);
  const verdict = judgePrefill(judgeReplay(judge(facts), context), context);
  const isAnswer = facts.status !== null || facts.is_stream_failure;
  const teaches = isAnswer ? quirksForRefusal(facts, facts.status ?? statusOfCodes(facts.codes)) : [];
  return {
    kind: verdict.kind,
    retryable: verdict.retryable,
    status_code: facts.status,
    message: faultMessage(verdict, context.provider, facts.is_web_page),
    detail: detailOf(facts.text, context.secrets),
    retry_after_ms: verdict.retryable ? retryAfterMs(facts, context.now_ms) : null,
    ...(teaches.length > 0 ? { teaches } : {}),
    ...(verdict.cause === "chain_broken" ? { replay_full_history: true } : {}),
    ...(verdict.cause === "prefill_refused" ? { without_prefill: true } : {}),
    ...(facts.context_limit === null ? {} : { context_limit: facts.context_limit }),
  };
}

/** If a chain breaks although nothing depends on it, the provider does not accept the request. */
function judgeReplay(verdict: Verdict, { replays }: ErrorContext): Verdict {
  return verdict.cause === "chain_broken" && replays === true
    ? { kind: "config", retryable: false }
    : verdict;
}

/**
 * Servers have many words for refusing a started answer, and some only name a field. A request that was refused for
 * another reason will be refused without a started answer, too.
 */
function judgePrefill(verdict: Verdict, { continues }: ErrorContext): Verdict {
  const isRefusal = verdict.kind === "config" && verdict.cause === undefined;
  return continues === true && isRefusal ? retry("generic", "prefill_refused") : verdict;
}

function judge(facts: FailureFacts): Verdict {
  // Codes come first: `insufficient_quota` arrives as 429, and llama.cpp sent its context overflow as 400 and as 500.
  for (const code of facts.codes) {
    const verdict = CODES_OVER_STATUS.get(code);
    if (verdict !== undefined) return verdict;
  }
  const status = facts.status ?? statusOfCodes(facts.codes);
  if (status !== null) return judgeRefusal(status, facts.text.toLowerCase()) ?? statusVerdict(status);
  if (facts.is_damaged) return { kind: "network", retryable: true, cause: "truncated" };
  return judgeTransport(facts) ?? judgeWords(facts);
}

/**
 * Words may only tell apart refusals of one status. A 429 that mentions quota, or a 500 that mentions tokens, stays
 * what it is.
 */
function judgeRefusal(status: number, text: string): Verdict | null {
  if (!REFUSAL_STATUSES.includes(status)) return null;
  if (OVERFLOW_STATUSES.includes(status) && CONTEXT_OVERFLOW_WORDS.some((words) => words.test(text))) {
    return OVERFLOW;
  }
  return REFUSAL_WORDS.find(([pattern]) => pattern.test(text))?.[1] ?? null;
}

function judgeTransport(facts: FailureFacts): Verdict | null {
  for (const [pattern, verdict] of TRANSPORT_VERDICTS) {
    if (facts.transport_codes.some((code) => pattern.test(code))) return verdict;
  }
  return null;
}

function judgeWords(facts: FailureFacts): Verdict {
  const text = facts.text.toLowerCase();
  if (facts.is_stream_failure && CONTEXT_OVERFLOW_WORDS.some((words) => words.test(text))) {
    return OVERFLOW;
  }
  const found = WORD_VERDICTS.find(([pattern]) => pattern.test(text))?.[1];
  // If a provider started to answer and failed with unknown words, the next try may succeed. An unknown error of our
  // own process is a bug, which another try does not fix.
  return found ?? { kind: "generic", retryable: facts.is_stream_failure };
}

function statusOfCodes(codes: readonly string[]): number | null {
  for (const code of codes) {
    const status = CODE_STATUSES.get(code);
    if (status !== undefined) return status;
  }
  return null;
}
