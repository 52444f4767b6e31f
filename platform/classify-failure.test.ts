import assert from "node:assert/strict";
import { test } from "node:test";
import { classifyFailure, type FailureKind, isOutage } from "./classify-failure.ts";

type Fields = Readonly<Record<string, unknown>>;

function failed(message: string, fields: Fields = {}): Error {
  return Object.assign(new Error(message), fields);
}

/** As pg reports what the server says. */
function state(code: string, message = "x"): Error {
  return failed(message, { severity: "ERROR", code });
}

function grpc(code: number, details = "x"): Error {
  return failed(`${code} STATUS: ${details}`, { code, details, metadata: {} });
}

function socket(code: string, syscall: string): Error {
  return failed(`${syscall} ${code}`, { code, syscall });
}

const [SHUTTING_DOWN, STARTING] = [
  "terminating connection due to administrator command",
  "the database system is starting up",
];

/** A description, the error as it is thrown, and its kind. */
const ROWS: readonly (readonly [string, unknown, FailureKind])[] = [
  // Postgres.
  ["a connection that failed (08006)", state("08006"), "outage"],
  ["a connection that could not be made (08001)", state("08001"), "outage"],
  ["a connection that is not there (08003)", state("08003"), "outage"],
  ["a pooler without a server (08P01)", state("08P01", "pgbouncer cannot connect to server"), "outage"],
  ["a pooler whose server does not let it in (08P01)", state("08P01", "server_login_retry"), "outage"],
  [
    "a pooler that is full (08P01)",
    state("08P01", "no more connections allowed (max_client_conn)"),
    "outage",
  ],
  ["a protocol violation of ours (08P01)", state("08P01", "bind message supplies 1 parameters, but"), "bug"],
  ["a server told to stop (57P01)", state("57P01", SHUTTING_DOWN), "outage"],
  ["a server that crashed (57P02)", state("57P02"), "outage"],
  ["a server that starts (57P03)", state("57P03", STARTING), "outage"],
  ["a database that was dropped to be restored (57P04)", state("57P04"), "outage"],
  ["a session that was idle for too long (57P05)", state("57P05"), "outage"],
  ["our statement_timeout (57014)", state("57014", "canceling statement due to statement timeout"), "outage"],
  [
    "a statement somebody cancelled (57014)",
    state("57014", "canceling statement due to user request"),
    "outage",
  ],
  ["our lock_timeout (55P03)", state("55P03", "canceling statement due to lock timeout"), "outage"],
  [
    "a read-only primary (25006)",
    state("25006", "cannot execute UPDATE in a read-only transaction"),
    "outage",
  ],
  ["a standby (25006)", state("25006", "cannot execute LISTEN during recovery"), "outage"],
  [
    "a lock on a standby (55000)",
    state("55000", "cannot acquire lock while recovery is in progress"),
    "outage",
  ],
  ["an object in another state (55000)", state("55000", "currval is not yet defined"), "bug"],
  ["our idle_in_transaction_session_timeout (25P03)", state("25P03"), "outage"],
  ["a transaction_timeout (25P04)", state("25P04"), "outage"],
  ["a statement after a failed one (25P02)", state("25P02"), "bug"],
  ["too many connections (53300)", state("53300"), "outage"],
  ["a full disk (53100)", state("53100"), "outage"],
  ["no memory (53200)", state("53200"), "outage"],
  ["an I/O error of the server (58030)", state("58030"), "outage"],
  ["a commit of unknown end (40003)", state("40003"), "outage"],
  ["a password that is being changed (28P01)", state("28P01"), "outage"],
  ["no entry in pg_hba.conf (28000)", state("28000"), "outage"],
  ["a database that is being restored (3D000)", state("3D000"), "outage"],
  ["a serialisation failure (40001)", state("40001"), "conflict"],
  ["a deadlock (40P01)", state("40P01"), "conflict"],
  ["a unique violation (23505)", state("23505"), "bug"],
  ["a missing table (42P01)", state("42P01"), "bug"],
  ["a syntax error (42601)", state("42601"), "bug"],
  ["text that is no UTF-8 (22021)", state("22021"), "bug"],
  ["an assertion of the server (XX000)", state("XX000"), "bug"],
  // pg and its pool, without a code.
  ["a socket closed under a query", failed("Connection terminated unexpectedly"), "outage"],
  ["a socket closed by ourselves", failed("Connection terminated"), "outage"],
  ["a connection that takes too long", failed("Connection terminated due to connection timeout"), "outage"],
  ["a pool without a free connection", failed("timeout exceeded when trying to connect"), "outage"],
  ["a client that takes too long to connect", failed("timeout expired"), "outage"],
  ["a socket that fell silent", failed("Query read timeout"), "outage"],
  [
    "a client that lost its socket",
    failed("Client has encountered a connection error and is not queryable"),
    "outage",
  ],
  ["a client that was closed", failed("Client was closed and is not queryable"), "outage"],
  ["a pool that is closed", failed("Cannot use a pool after calling end on the pool"), "outage"],
  ["TLS that the server broke off", failed("There was an error establishing an SSL connection"), "outage"],
  ["a query that is none", failed("Query values must be an array"), "bug"],
  // Node's sockets and the DNS.
  ...[
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
    "EADDRNOTAVAIL",
    "ENOTCONN",
    "EMFILE",
    "ENFILE",
    "ENOBUFS",
  ].map((code) => [`${code} of a socket`, socket(code, "connect"), "outage"] as const),
  ...["EAI_AGAIN", "EAI_FAIL", "EAI_NODATA", "ENOTFOUND"].map(
    (code) => [`${code} of the DNS`, socket(code, "getaddrinfo"), "outage"] as const,
  ),
  ...["ENODATA", "ESERVFAIL", "EREFUSED", "ETIMEOUT"].map(
    (code) => [`${code} of the DNS`, socket(code, "queryA"), "outage"] as const,
  ),
  ["a Unix socket that is not there", socket("ENOENT", "connect"), "outage"],
  ["a firewall that forbids", socket("EPERM", "connect"), "outage"],
  ["a file that is not there", socket("ENOENT", "open"), "bug"],
  ["a folder that may not be written", socket("EACCES", "mkdir"), "bug"],
  [
    "a write after the socket's end",
    failed("write after end", { code: "ERR_STREAM_WRITE_AFTER_END" }),
    "outage",
  ],
  ["a destroyed socket", failed("Cannot call write", { code: "ERR_STREAM_DESTROYED" }), "outage"],
  ["a certificate that has expired", failed("x", { code: "CERT_HAS_EXPIRED" }), "outage"],
  ["a certificate of another host", failed("x", { code: "ERR_TLS_CERT_ALTNAME_INVALID" }), "outage"],
  ["a certificate of our own", failed("x", { code: "DEPTH_ZERO_SELF_SIGNED_CERT" }), "outage"],
  [
    "TLS that was cut off",
    failed("Client network socket disconnected before secure TLS connection"),
    "outage",
  ],
  [
    "both addresses of a host",
    new AggregateError([socket("ECONNREFUSED", "connect"), socket("ENETUNREACH", "connect")]),
    "outage",
  ],
  [
    "an aggregate with a code",
    Object.assign(new AggregateError([socket("EAI_AGAIN", "x")]), { code: "X" }),
    "outage",
  ],
  ["an aggregate of bugs", new AggregateError([new TypeError("x")]), "bug"],
  // Temporal.
  ["UNAVAILABLE", grpc(14, "No connection established"), "outage"],
  ["DEADLINE_EXCEEDED", grpc(4), "outage"],
  ["RESOURCE_EXHAUSTED", grpc(8, "namespace rate limit exceeded"), "outage"],
  ["CANCELLED by a closed channel", grpc(1), "outage"],
  ["ABORTED", grpc(10), "outage"],
  ["UNAUTHENTICATED while a key is changed", grpc(16), "outage"],
  ["PERMISSION_DENIED while a key is changed", grpc(7), "outage"],
  ["INTERNAL of a cut stream", grpc(13, "Received RST_STREAM with code 2"), "outage"],
  ["FAILED_PRECONDITION of a namespace that moved", grpc(9, "namespace is not active in cluster"), "outage"],
  ["UNKNOWN of a lost shard", grpc(2, "shard status unknown"), "outage"],
  ["INTERNAL", grpc(13, "a bug"), "bug"],
  ["INVALID_ARGUMENT", grpc(3), "bug"],
  ["NOT_FOUND", grpc(5), "bug"],
  ["ALREADY_EXISTS", grpc(6), "bug"],
  ["UNIMPLEMENTED", grpc(12), "bug"],
  [
    "the SDK's error around it",
    failed("Failed to start Workflow", { name: "ServiceError", cause: grpc(14) }),
    "outage",
  ],
  ["the worker's own connection", failed("tonic", { name: "TransportError" }), "outage"],
  ["a connection that was never made", failed("Failed to connect before the deadline"), "outage"],
  // Chains, and things that are not errors.
  ["a cause", failed("could not be read", { cause: failed("x", { cause: state("08006") }) }), "outage"],
  ["a conflict as a cause", failed("x", { cause: state("40P01") }), "conflict"],
  ["a bug", new TypeError("x is not a function"), "bug"],
  ["a signal that was aborted", new DOMException("x", "AbortError"), "bug"],
  ["a string", "ECONNREFUSED", "bug"],
  ["nothing", undefined, "bug"],
];

for (const [what, error, kind] of ROWS) {
  test(`X8 ${what} is ${kind === "conflict" ? "a conflict" : kind === "bug" ? "a bug" : "an outage"}`, () => {
    assert.equal(classifyFailure(error), kind);
  });
}

test("X8 a bug that an outage caused elsewhere is still a bug when it has a state of its own", () => {
  assert.equal(classifyFailure(failed("x", { code: "23505", cause: state("08006") })), "bug");
});

test("X8 a chain of causes that leads back to itself ends", () => {
  const [one, other] = [failed("one"), failed("other")];
  Object.assign(one, { cause: other });
  Object.assign(other, { cause: one });
  assert.equal(classifyFailure(one), "bug");
});

test("X8 conflicts that were tried too often count as outages", () => {
  assert.deepEqual([state("40001"), state("08006"), state("23505")].map(isOutage), [true, true, false]);
});
