// The agent's errors, by stable codes.

const statuses = {
  bad_request: 400,
  unauthorized: 401,
  not_found: 404,
  outside_workspace: 403,
  not_a_file: 422,
  not_a_folder: 422,
  binary_file: 422,
  file_too_large: 413,
  no_match: 422,
  ambiguous_match: 422,
  overlapping_edits: 422,
  bad_pattern: 422,
  search_timeout: 422,
  process_not_found: 404,
  process_ended: 409,
  too_many_processes: 429,
  /** Without the programs that make one. */
  no_terminal: 422,
  key_conflict: 409,
  outcome_unknown: 409,
  permission_denied: 403,
  no_space: 507,
  io_error: 500,
  internal: 500,
  /** What came from the agent's address is larger than its call allows, or of another shape. Given by the client alone. */
  bad_answer: 502,
  /** Also given by the client, as `unauthorized` is. */
  unreachable: 503,
} as const;

export type AgentErrorCode = keyof typeof statuses;

/** An expected failure in words a model understands: workspace paths only, what is wrong, and what to do instead. */
export class AgentError extends Error {
  readonly code: AgentErrorCode;
  readonly hint: string | undefined;
  constructor(code: AgentErrorCode, message: string, hint?: string) {
    super(message);
    this.name = "AgentError";
    this.code = code;
    this.hint = hint;
  }
}

export const errorCodes = Object.keys(statuses) as AgentErrorCode[];

/** The status of an error over HTTP; a client goes by the code. */
export function statusOf(code: AgentErrorCode): number {
  return statuses[code];
}
