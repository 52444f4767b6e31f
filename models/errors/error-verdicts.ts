// What each status, code and transport error means (SPEC X2, X3), as data. The order of the rules that use these tables
// is in classify-error.ts.
import type { ErrorKind } from "../../core/chat/error-kind.ts";

export interface Verdict {
  readonly kind: ErrorKind;
  readonly retryable: boolean;
  /** Selects more precise words for people (`fault-words.ts`). */
  readonly cause?:
    | "dns"
    | "refused"
    | "tls"
    | "address"
    | "truncated"
    | "forbidden"
    | "unknown_model"
    | "chain_broken"
    | "prefill_refused"
    | "malformed_call"
    | "unusable_items"
    | "sealed_key";
}

export const terminal = (kind: ErrorKind, cause?: Verdict["cause"]): Verdict =>
  cause === undefined ? { kind, retryable: false } : { kind, retryable: false, cause };
export const retry = (kind: ErrorKind, cause?: Verdict["cause"]): Verdict =>
  cause === undefined ? { kind, retryable: true } : { kind, retryable: true, cause };

/** Statuses that are more than "another 4xx" or "another 5xx". */
const STATUS_VERDICTS: Readonly<Record<number, Verdict>> = {
  401: terminal("auth"),
  402: terminal("usage_limit"),
  403: terminal("auth", "forbidden"),
  404: terminal("config", "unknown_model"),
  408: retry("timeout"),
  // The request conflicts with another one of the same account. The other one will end.
  409: retry("generic"),
  429: retry("rate_limit"),
  // No capacity on a flexible tier; "client closed", from a gateway that lost the provider behind it.
  498: retry("overloaded"),
  499: retry("network"),
  501: terminal("config"),
  502: retry("overloaded"),
  503: retry("overloaded"),
  504: retry("timeout"),
  // 520 to 526: a content delivery network could not reach the provider behind it, or did not wait.
  520: retry("network"),
  521: retry("network"),
  522: retry("timeout"),
  523: retry("network"),
  524: retry("timeout"),
  525: retry("network"),
  526: retry("network"),
  527: retry("network"),
  530: retry("network"),
  529: retry("overloaded"),
};

/** The verdict on an HTTP error status. */
export function statusVerdict(status: number): Verdict {
  return STATUS_VERDICTS[status] ?? (status >= 500 ? retry("generic") : terminal("config"));
}

export const QUOTA = terminal("usage_limit");
export const FILTER = terminal("content_filter");
export const OVERFLOW = terminal("context_overflow");
export const CHAIN = retry("generic", "chain_broken");

/** A table for codes that a server chose: it finds nothing for `constructor`, unlike an object. */
function fromRows<Value>(rows: Readonly<Record<string, Value>>): ReadonlyMap<string, Value> {
  return new Map(Object.entries(rows));
}

/** Codes that say more than the status they come with: they win over it. */
export const CODES_OVER_STATUS: ReadonlyMap<string, Verdict> = fromRows({
  insufficient_quota: QUOTA,
  billing_hard_limit_reached: QUOTA,
  billing_not_active: QUOTA,
  billing_error: QUOTA,
  insufficient_balance: QUOTA,
  // Moonshot; One API and its descendants; Alibaba's DashScope.
  exceeded_current_quota_error: QUOTA,
  insufficient_user_quota: QUOTA,
  pre_consume_token_quota_failed: QUOTA,
  arrearage: QUOTA,
  contract_spend_limit_reached: QUOTA,
  enforced_spend_limit_reached: QUOTA,
  linked_organization_spend_limit_reached: QUOTA,
  context_length_exceeded: OVERFLOW,
  context_window_exceeded: OVERFLOW,
  exceed_context_size_error: OVERFLOW,
  content_filter: FILTER,
  content_policy_violation: FILTER,
  image_content_policy_violation: FILTER,
  bio_policy: FILTER,
  misalignment_policy_violation: FILTER,
  responsibleaipolicyviolation: FILTER,
  data_inspection_failed: FILTER,
  overloaded_error: retry("overloaded"),
  server_is_overloaded: retry("overloaded"),
  previous_response_not_found: CHAIN,
  invalid_encrypted_content: CHAIN,
  invalid_api_key: terminal("auth"),
  model_not_found: terminal("config", "unknown_model"),
});

/** Codes of errors inside a stream, as the status that the same failure has over HTTP. */
export const CODE_STATUSES: ReadonlyMap<string, number> = fromRows({
  invalid_request_error: 400,
  badrequesterror: 400,
  invalid_prompt: 400,
  data_residency_mismatch: 400,
  invalid_image: 400,
  invalid_image_format: 400,
  invalid_base64_image: 400,
  invalid_image_url: 400,
  invalid_image_mode: 400,
  image_too_large: 400,
  image_too_small: 400,
  image_file_too_large: 400,
  image_parse_error: 400,
  unsupported_image_media_type: 400,
  empty_image_file: 400,
  failed_to_download_image: 400,
  image_file_not_found: 400,
  authentication_error: 401,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  notfounderror: 404,
  request_too_large: 413,
  rate_limit_error: 429,
  rate_limit_exceeded: 429,
  rate_limit_reached: 429,
  too_many_requests: 429,
  throttling_error: 429,
  resource_exhausted: 429,
  api_error: 500,
  server_error: 500,
  internal_error: 500,
  internal_server_error: 500,
  internalservererror: 500,
  slow_down: 503,
  unavailable: 503,
  overloaded: 503,
  provider_unavailable: 503,
  unavailable_error: 503,
  service_unavailable: 503,
  timeout_error: 504,
  deadline_exceeded: 504,
  vector_store_timeout: 504,
});

/** Codes of Node, undici, TLS and the SDKs' own connection errors. The first that matches decides. */
export const TRANSPORT_VERDICTS: readonly (readonly [RegExp, Verdict])[] = [
  [/^(ENOTFOUND|EAI_AGAIN|EAI_FAIL|EAI_NODATA)/, retry("network", "dns")],
  [/^(ERR_TLS_HANDSHAKE_TIMEOUT|ERR_SOCKET_CONNECTION_TIMEOUT)$/, retry("timeout")],
  // This machine ran out of sockets or files. Others will give theirs back.
  [/^(EMFILE|ENFILE|ENOBUFS)$/, retry("network")],
  [/^ECONNREFUSED$/, retry("network", "refused")],
  // Another try does not repair a certificate, nor https spoken to an http port.
  [
    /^(CERT_|ERR_TLS_|ERR_SSL_|DEPTH_ZERO_|SELF_SIGNED_|UNABLE_TO_|HOSTNAME_MISMATCH|EPROTO$)/,
    terminal("config", "tls"),
  ],
  [/^(ERR_INVALID_URL|ERR_UNSUPPORTED_)/, terminal("config", "address")],
  // Our own check of addresses (SPEC A4): another try will not lead elsewhere.
  [/^ADDRESS_REFUSED$/, terminal("config", "address")],
  // If the transport refuses to send a request, that is a bug of ours.
  [/^UND_ERR_(INVALID_ARG|NOT_SUPPORTED|REQ_CONTENT_LENGTH_MISMATCH)$/, terminal("generic")],
  [/^UND_ERR_BODY_TIMEOUT$/, retry("stream_silence")],
  [
    /^(ETIMEDOUT|ESOCKETTIMEDOUT|UND_ERR_(CONNECT|HEADERS)_TIMEOUT|(HEADERS|CONNECT)TIMEOUTERROR|TIMEOUTERROR)$/,
    retry("timeout"),
  ],
  [
    /^(ECONNRESET|EPIPE|ECONNABORTED|EHOSTUNREACH|ENETUNREACH|ENETDOWN|ENOTCONN|EADDRNOTAVAIL)$/,
    retry("network"),
  ],
  [/^(UND_ERR_|ERR_HTTP2_|ERR_STREAM_PREMATURE_CLOSE|HPE_|NGHTTP2_)/, retry("network")],
];
