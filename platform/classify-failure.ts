// Decides what kind of failure an error is (SPEC X8), in the same way for store, activities, worker loops and API. The
// lists are data; each entry has a row in the test beside this file.

/**
 * `outage`: something cannot be reached, or cannot work for now. Wait and try again, for as long as it takes.
 * `conflict`: two transactions met. Run the whole transaction again at once. `bug`: trying again would not help.
 */
export type FailureKind = "outage" | "conflict" | "bug";

/** Classes of SQLSTATE: connection, insufficient resources, operator intervention, system error. */
const OUTAGE_CLASSES: ReadonlySet<string> = new Set(["08", "53", "57", "58"]);
const OUTAGE_STATES: ReadonlySet<string> = new Set([
  // The primary became a standby, or was set read-only.
  "25006",
  // idle_in_transaction_session_timeout, transaction_timeout: this process was frozen or slow.
  "25P03",
  "25P04",
  // lock_timeout: somebody holds the row for longer than we wait. statement_timeout is 57014.
  "55P03",
  // The server does not know whether the statement was carried out.
  "40003",
  // The server does not let us in: a password is being changed, a database is being restored. None of our statements
  // can cause these.
  "28000",
  "28P01",
  "3D000",
]);
/** A deadlock, or a serialisation failure. */
const CONFLICT_STATES: ReadonlySet<string> = new Set(["40001", "40P01"]);
/** States that mean an outage only together with these words. */
const OUTAGE_STATES_IN_WORDS: Readonly<Record<string, RegExp>> = {
  // A protocol violation would be our bug, but poolers report everything under this code.
  "08P01":
    /pgbouncer|pooler|server_login|query_wait_timeout|client_login|server conn|no more connections|shutting down|idle_transaction_timeout|query_timeout/i,
  "55000": /recovery is in progress/i,
};
/** The form of every SQLSTATE. Node's own codes with five characters (EPIPE) are looked up before. */
const SQLSTATE = /^[0-9A-Z]{5}$/;

/** Codes of Node's sockets and of both its ways to ask the DNS. */
const OUTAGE_CODES: ReadonlySet<string> = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "EHOSTDOWN",
  "ENETUNREACH",
  "ENETDOWN",
  "ENETRESET",
  "ENOTCONN",
  "EADDRNOTAVAIL",
  "EAI_AGAIN",
  "EAI_FAIL",
  "EAI_NODATA",
  "ENOTFOUND",
  "ENODATA",
  "ESERVFAIL",
  "EREFUSED",
  "ETIMEOUT",
  // This process has no file descriptor or buffer left for another socket.
  "EMFILE",
  "ENFILE",
  "ENOBUFS",
  "ERR_STREAM_DESTROYED",
  "ERR_STREAM_WRITE_AFTER_END",
  "ERR_SOCKET_CLOSED",
  "ERR_SOCKET_CONNECTION_TIMEOUT",
]);
/** While connecting, these mean that a socket does not exist or a firewall forbids it. Elsewhere they are about files. */
const OUTAGE_CODES_OF_CONNECT: ReadonlySet<string> = new Set([
  "ENOENT",
  "EACCES",
  "EPERM",
  "EAGAIN",
  "EINVAL",
]);
/** Refused certificates: noticed while connecting, fixed by an operator. */
const CERTIFICATE_CODE =
  /^(CERT_|ERR_TLS_|ERR_SSL_|EPROTO$|DEPTH_ZERO_SELF_SIGNED_CERT$|SELF_SIGNED_CERT_IN_CHAIN$|UNABLE_TO_)/;

/** gRPC statuses, which Temporal's client has in `code`. */
const OUTAGE_GRPC_CODES: ReadonlySet<number> = new Set([
  // CANCELLED: the channel was closed during the call.
  1,
  // DEADLINE_EXCEEDED
  4,
  // PERMISSION_DENIED, UNAUTHENTICATED: an API key or certificate is being changed.
  7, 16,
  // RESOURCE_EXHAUSTED
  8,
  // ABORTED
  10,
  // UNAVAILABLE
  14,
]);
/** UNKNOWN, FAILED_PRECONDITION and INTERNAL are outages only with these words: a cut stream, a namespace that moved. */
const GRPC_CODES_IN_WORDS: ReadonlySet<number> = new Set([2, 9, 13]);
const OUTAGE_GRPC_WORDS =
  /RST_STREAM|goaway|connection (reset|closed|dropped)|transport|not active|shard|stream (closed|removed)|shutting down|premature/i;

/** Messages of the drivers without a code. */
const OUTAGE_WORDS: readonly RegExp[] = [
  // pg and its pool. The last one is about this process: its pool is closed because it is about to end.
  /^connection terminated/i,
  /^timeout expired$/i,
  /^timeout exceeded when trying to connect/i,
  /^query read timeout$/i,
  /^client (has encountered a connection error|was closed)/i,
  /^there was an error establishing an SSL connection/i,
  /^cannot use a pool after calling end/i,
  /^the database system is (starting up|shutting down|in recovery mode)/i,
  // Node's sockets.
  /socket (disconnected|hang up|closed)|other side closed/i,
  // Temporal's core and its client.
  /^failed to connect before the deadline|^transport error|channel (has been )?(closed|shut down)/i,
];
const OUTAGE_NAMES: ReadonlySet<string> = new Set(["TransportError", "ObjectStoreUnavailable"]);

/** Deeper than any chain of causes seen, and an end for a chain that leads back to itself. */
const CAUSES_MAX = 8;

/** Judges an error or its causes: the first one in the chain that is known decides. */
export function classifyFailure(error: unknown): FailureKind {
  let at = error;
  for (let depth = 0; depth < CAUSES_MAX && isObject(at); depth++) {
    const kind = judge(at);
    if (kind !== null) return kind;
    at = at["cause"];
  }
  return "bug";
}

/** Whether it helps to wait and try again. A conflict that was tried too often is not a bug either. */
export function isOutage(error: unknown): boolean {
  return classifyFailure(error) !== "bug";
}

type Thrown = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Thrown {
  return typeof value === "object" && value !== null;
}

/** Null if this error alone says nothing. */
function judge(error: Thrown): FailureKind | null {
  const { code } = error;
  const message = typeof error["message"] === "string" ? error["message"] : "";
  // One error for each address that was tried. None of them answered.
  if (error instanceof AggregateError) return judgeAll(error.errors);
  if (typeof code === "number") return judgeGrpc(code, message, error);
  if (typeof code === "string") return judgeCode(code, message, error);
  if (typeof error["name"] === "string" && OUTAGE_NAMES.has(error["name"])) return "outage";
  return OUTAGE_WORDS.some((words) => words.test(message)) ? "outage" : null;
}

function judgeAll(errors: readonly unknown[]): FailureKind | null {
  const kinds = errors.map(classifyFailure);
  if (kinds.includes("outage")) return "outage";
  return kinds.includes("conflict") ? "conflict" : null;
}

function judgeCode(code: string, message: string, error: Thrown): FailureKind | null {
  if (OUTAGE_CODES.has(code)) return "outage";
  if (OUTAGE_CODES_OF_CONNECT.has(code)) return error["syscall"] === "connect" ? "outage" : null;
  if (CERTIFICATE_CODE.test(code)) return "outage";
  // Drivers of other engines use codes of five characters, too. Errors of Postgres always have a severity.
  if (!SQLSTATE.test(code)) return OUTAGE_WORDS.some((words) => words.test(message)) ? "outage" : null;
  return judgeState(code, message);
}

function judgeState(state: string, message: string): FailureKind {
  if (CONFLICT_STATES.has(state)) return "conflict";
  const words = OUTAGE_STATES_IN_WORDS[state];
  if (words !== undefined) return words.test(message) ? "outage" : "bug";
  if (OUTAGE_STATES.has(state) || OUTAGE_CLASSES.has(state.slice(0, 2))) return "outage";
  return "bug";
}

/** DOMException has numbers as codes, too, so only errors with gRPC's details are judged by theirs. */
function judgeGrpc(code: number, message: string, error: Thrown): FailureKind | null {
  if (!("details" in error || "metadata" in error)) return null;
  if (OUTAGE_GRPC_CODES.has(code)) return "outage";
  return GRPC_CODES_IN_WORDS.has(code) && OUTAGE_GRPC_WORDS.test(message) ? "outage" : null;
}

/** The SQLSTATE or other code of an error; undefined if it has none. */
export function failureCode(error: unknown): string | undefined {
  if (!isObject(error)) return undefined;
  return typeof error["code"] === "string" ? error["code"] : undefined;
}
