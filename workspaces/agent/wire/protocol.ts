// The protocol between the agent and its client.
//
// HTTP/1.1 with keep-alive over a unix socket or TCP. On each connection both sides first prove that they know the token, and
// every request, also /health, carries a proof (proof.ts).
// Bodies are JSON (requests.ts), but for `write-bytes`; only the `key` of writes and edits travels as the header `Idempotency-Key`, and the key of an
// existing process in the path. Answers are JSON (answers.ts), except raw bytes (`read-bytes`) and frames (`output`, `follow`;
// frames.ts). An error is `{"error": {"code", "message", "hint"?}}` with the status of `statusOf`; clients look at the code only.
//
//   GET  /health                                   → AgentHealth
//   POST /v1/files/read-lines  /list  /stat        → LinesView, FolderView, FileStat
//   POST /v1/files/read-bytes                      → application/octet-stream
//   POST /v1/files/write  /edit   (keyed)          → WrittenFile, {files: EditedFile[]}
//   POST /v1/files/write-bytes?path (keyed)        → WrittenFile; the body is the file itself
//   POST /v1/search/grep  /find                    → GrepView, PathsView
//   POST /v1/processes            ProcessStart     → {process, created}; 200 whether created or found
//   GET  /v1/processes                             → {processes: ProcessInfo[]}; long commands are cut there
//   GET  /v1/processes/{key}                       → {process: ProcessInfo}
//   GET  /v1/processes/{key}/output?offset&max_bytes&wait_ms   → frames: one `output`, maybe empty, then one `process`
//   GET  /v1/processes/{key}/follow?offset         → frames: `output`…, `ping` in silences, one `ended`; or `error`
//   POST /v1/processes/{key}/signal  {signal}      → {process: ProcessInfo} (keyed if it has the header)
//   POST /v1/processes/{key}/input   {text, end?}  → {process: ProcessInfo} (keyed if it has the header)
//   POST /v1/processes/{key}/resize  {cols, rows}  → {process: ProcessInfo}; of processes with a terminal
//
// When a client goes away, its searches and waits end. Effects and processes go on.

/**
 * `<major>.<minor>`, told by `/health`. The major number rises when an older client or agent could misunderstand the
 * protocol. Then the newer side wins: a driver replaces an agent of a lower major number, and leaves one of a higher number
 * alone with an error. 2.1: lists count survivors. 2.2: `write-bytes`. 2.3: `leash_ms`. 2.4: terminals.
 */
export const agentVersion = "2.4";

export const idempotencyKeyHeader = "idempotency-key";
export const jsonType = "application/json";
export const bytesType = "application/octet-stream";
export const framesType = "application/vnd.everturn.frames";

/** Keys are tool calls' ids, or made up by clients. They stand in paths without escapes. */
export const keyPattern = /^[\w.-]{1,100}$/;

export const agentPaths = {
  health: "/health",
  readLines: "/v1/files/read-lines",
  list: "/v1/files/list",
  stat: "/v1/files/stat",
  readBytes: "/v1/files/read-bytes",
  write: "/v1/files/write",
  writeBytes: "/v1/files/write-bytes",
  edit: "/v1/files/edit",
  grep: "/v1/search/grep",
  find: "/v1/search/find",
  processes: "/v1/processes",
} as const;

export type ProcessAction = "output" | "follow" | "signal" | "input" | "resize";

/** The path of one process, or of something about it. `key` has passed `keyPattern`, so nothing needs to be escaped. */
export function processPath(key: string, action?: ProcessAction): string {
  const path = `${agentPaths.processes}/${key}`;
  return action === undefined ? path : `${path}/${action}`;
}

// A whole file of 10 MiB, the most that is edited, fits with room for JSON's escapes.
export const requestBytesMax = 16 * 1024 * 1024;
// The limit of one `output` answer: neither side holds more of a process in memory.
export const outputBytesMax = 1024 * 1024;
// Well below the 30 s a client allows for an ordinary call.
export const outputWaitMaxMs = 20_000;
// `follow` sends a frame at least this often. After 15 s of silence the other side counts as gone.
export const followPingMs = 5_000;
// Longer than clients keep idle connections, so that the client closes them: a request on a connection that the server has just
// closed would look like a dead agent.
export const idleConnectionMs = 10 * 60_000;
// The longest argument Linux passes to a process is 128 KiB with its NUL (MAX_ARG_STRLEN); a longer command is a file.
export const commandBytesMax = 128 * 1024 - 1;
export const inputBytesMax = 1024 * 1024;
/** The kernel keeps sizes in 16 bits; nobody has a screen of more. */
export const terminalColsMax = 1_000;
export const terminalRowsMax = 1_000;
/** A process that waits for its client longer is meant to outlive it. */
export const leashMaxMs = 60 * 60_000;
/** Commands in the list of processes are cut to this many characters. */
export const listedCommandCharsMax = 1_000;
