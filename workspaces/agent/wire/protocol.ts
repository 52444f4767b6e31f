// The agent's wire, which the agent serves and the client speaks.
//
// HTTP/1.1 with keep-alive over a unix socket or TCP. On each connection both sides first prove that they know the token, and
// every request, /health too, carries what proves it (proof.ts).
// Bodies are JSON (requests.ts); only the `key` of writes and edits travels as the header `Idempotency-Key`, and the key of an
// existing process in the path. Answers are JSON (answers.ts), but for raw bytes (`read-bytes`) and frames (`output`, `follow`;
// frames.ts). An error is `{"error": {"code", "message", "hint"?}}` with the status of `statusOf`; a client goes by the code.
//
//   GET  /health                                   → AgentHealth
//   POST /v1/files/read-lines  /list  /stat        → LinesView, FolderView, FileStat
//   POST /v1/files/read-bytes                      → application/octet-stream
//   POST /v1/files/write  /edit   (keyed)          → WrittenFile, {files: EditedFile[]}
//   POST /v1/search/grep  /find                    → GrepView, PathsView
//   POST /v1/processes            ProcessStart     → StartAnswer; 200 whether created or found
//   GET  /v1/processes                             → {processes: ProcessInfo[]}; long commands are cut there
//   GET  /v1/processes/{key}                       → {process: ProcessInfo}
//   GET  /v1/processes/{key}/output?offset&max_bytes&wait_ms   → frames: one `output`, maybe empty, then one `process`
//   GET  /v1/processes/{key}/follow?offset         → frames: `output`…, `ping` in silences, one `ended`; or `error`
//   POST /v1/processes/{key}/signal  {signal}      → {process: ProcessInfo} (keyed if it has the header)
//   POST /v1/processes/{key}/input   {text, end?}  → {process: ProcessInfo} (keyed if it has the header)
//
// A client that goes away ends its own searches and waits, never an effect or a process.

/**
 * `<major>.<minor>`, told by `/health`. The major number rises when an older client or agent could misread the wire: then the
 * newer of the two wins. A driver ends an agent of a lower major number and starts its own; one of a higher number it leaves
 * alone, and says so. 2.1: lists tell of survivors.
 */
export const agentVersion = "2.1";

export const idempotencyKeyHeader = "idempotency-key";
export const jsonType = "application/json";
export const bytesType = "application/octet-stream";
export const framesType = "application/vnd.everturn.frames";

/** What a key may be: a tool call's id, or what a client made up. It stands in paths as it is. */
export const keyPattern = /^[\w.-]{1,100}$/;

export const agentPaths = {
  health: "/health",
  readLines: "/v1/files/read-lines",
  list: "/v1/files/list",
  stat: "/v1/files/stat",
  readBytes: "/v1/files/read-bytes",
  write: "/v1/files/write",
  edit: "/v1/files/edit",
  grep: "/v1/search/grep",
  find: "/v1/search/find",
  processes: "/v1/processes",
} as const;

export type ProcessAction = "output" | "follow" | "signal" | "input";

/** The path of one process, or of something about it. `key` has passed `keyPattern`, so nothing needs to be escaped. */
export function processPath(key: string, action?: ProcessAction): string {
  const path = `${agentPaths.processes}/${key}`;
  return action === undefined ? path : `${path}/${action}`;
}

// A whole file of 10 MiB, the most that is edited, fits with room for JSON's escapes.
export const requestBytesMax = 16 * 1024 * 1024;
// The most of one `output` answer, so that neither side holds more of a process in memory.
export const outputBytesMax = 1024 * 1024;
// Well below the 30 s a client allows for an ordinary call.
export const outputWaitMaxMs = 20_000;
// `follow` sends a frame at least this often: three missed ones (15 s of silence) mean that the other side is gone.
export const followPingMs = 5_000;
// An idle connection is kept longer than any client keeps it, so that it is the client who closes: a request on a
// connection that the server just closed would look like a dead agent.
export const idleConnectionMs = 10 * 60_000;
// The longest argument Linux passes to a process is 128 KiB with its NUL (MAX_ARG_STRLEN); a longer command is a file.
export const commandBytesMax = 128 * 1024 - 1;
export const inputBytesMax = 1024 * 1024;
/** Commands in the list of processes are cut to this many characters. */
export const listedCommandCharsMax = 1_000;
