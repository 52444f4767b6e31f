// What the product refuses, each with a stable code. The API turns codes into HTTP answers.

export const REFUSALS = {
  chat_not_found: { status: 404, title: "No such chat" },
  message_not_found: { status: 404, title: "No such message" },
  turn_not_found: { status: 404, title: "No such turn" },
  queued_message_not_found: { status: 404, title: "No such queued message" },
  workspace_not_found: { status: 404, title: "No such workspace" },
  build_not_found: { status: 404, title: "No such build" },
  terminal_not_found: { status: 404, title: "No such terminal in this workspace" },
  debug_run_not_found: { status: 404, title: "No such debug run" },
  user_not_found: { status: 404, title: "No such user" },
  api_key_not_found: { status: 404, title: "No such API key" },
  template_not_found: { status: 404, title: "No such template" },
  share_not_found: { status: 404, title: "No such share, or it has ended" },
  profile_not_found: { status: 404, title: "No such profile" },
  project_not_found: { status: 404, title: "No such project" },
  mcp_server_not_found: { status: 404, title: "No such MCP server" },
  path_not_found: { status: 404, title: "No such file or folder in the workspace" },
  file_not_found: { status: 404, title: "No such file" },
  session_not_found: { status: 404, title: "No such session, or it has ended" },
  not_found: { status: 404, title: "Not found" },
  not_a_user_message: { status: 400, title: "Only user messages can be edited" },
  model_config_not_found: { status: 400, title: "No such model config, or it is disabled" },
  model_provider_not_found: { status: 400, title: "No such model provider" },
  base_url_refused: { status: 400, title: "The base URL is not allowed" },
  workspace_refused: { status: 400, title: "The chat cannot be bound to this workspace" },
  template_refused: { status: 400, title: "No such template, or its parameters are not valid" },
  mcp_server_refused: { status: 400, title: "The MCP server cannot be used like this" },
  mcp_sign_in_failed: { status: 400, title: "The sign-in at the MCP server has failed" },
  profile_refused: { status: 400, title: "The chat cannot have this profile" },
  project_refused: { status: 400, title: "The chat cannot have this project" },
  project_path_refused: { status: 400, title: "The project path is not allowed" },
  path_refused: { status: 400, title: "The path cannot be used in the workspace" },
  file_refused: { status: 400, title: "The file is not what it is said to be" },
  invalid_request: { status: 400, title: "The request is not valid" },
  invalid_json: { status: 400, title: "The body is not JSON" },
  invalid_cursor: { status: 400, title: "The cursor is not valid" },
  sign_in_failed: { status: 400, title: "The sign-in has failed" },
  unauthenticated: { status: 401, title: "A valid API key is needed" },
  forbidden: { status: 403, title: "Your role or scope does not allow this" },
  csrf_missing: { status: 403, title: "Nothing proves that a page of this server asks" },
  file_too_large: { status: 413, title: "The file is too large" },
  body_too_large: { status: 413, title: "The body is too large" },
  unsupported_media_type: { status: 415, title: "Bodies of this type are not taken here" },
  queue_full: { status: 429, title: "The queue of this chat is full" },
  rate_limited: { status: 429, title: "Too many requests" },
  too_many_streams: { status: 429, title: "Too many open streams" },
  chat_archived: { status: 409, title: "The chat is archived" },
  usage_limit_reached: { status: 409, title: "The usage limit of this period is reached" },
  title_impossible: { status: 409, title: "No title can be made for the chat" },
  history_changed: { status: 409, title: "The history has changed meanwhile" },
  chat_busy: { status: 409, title: "The chat is busy" },
  transition_refused: { status: 409, title: "Not possible in the chat's present state" },
  name_taken: { status: 409, title: "The name is taken" },
  provider_in_use: { status: 409, title: "Model configs use this provider" },
  last_admin: { status: 409, title: "The deployment needs an admin who can act" },
  email_taken: { status: 409, title: "The email address is taken" },
  of_environment: { status: 409, title: "It comes from the environment" },
  too_many_workspaces: { status: 409, title: "You have as many workspaces as you may have" },
  too_many_files: { status: 409, title: "The chat has as many files as it may have" },
  file_quota_reached: { status: 409, title: "Your files take all the room they may take" },
  too_many: { status: 409, title: "There are too many already" },
  history_too_long: { status: 409, title: "The history is too long to be copied" },
  nothing_to_compact: { status: 409, title: "There is nothing to compact" },
  nothing_to_regenerate: { status: 409, title: "There is nothing to answer again" },
  workspace_not_running: { status: 409, title: "The workspace does not run" },
  workspace_full: { status: 409, title: "The workspace has no room left" },
  outcome_unknown: { status: 409, title: "Nobody knows whether the change was made" },
  terminal_closed: { status: 409, title: "The terminal is closed" },
  terminal_busy: { status: 429, title: "The terminal has not read what was typed before" },
  workspace_deleting: { status: 409, title: "The workspace is being deleted" },
  idempotency_key_reused: { status: 409, title: "This Idempotency-Key was used with another request" },
  results_incomplete: { status: 400, title: "All open calls of the client are answered at once" },
  unknown_tool_call: { status: 400, title: "No such open call" },
  arguments_refused: { status: 400, title: "The edited arguments do not fit the tool" },
  unknown_question: { status: 400, title: "No such open question" },
  answer_refused: { status: 400, title: "The answer does not fit the question" },
  not_awaiting_results: { status: 409, title: "The chat waits for no results" },
  method_not_allowed: { status: 405, title: "This method is not allowed here" },
  workspace_unreachable: { status: 503, title: "The workspace does not answer" },
  search_too_slow: { status: 503, title: "The search took too long" },
  draining: { status: 503, title: "This server is shutting down" },
  unavailable: { status: 503, title: "A part of the service cannot be reached" },
  internal: { status: 500, title: "Something broke on our side" },
} as const satisfies Record<string, { status: number; title: string }>;

export type RefusalCode = keyof typeof REFUSALS;

/** An expected "no" with a stable code. When it is thrown, nothing has been changed. */
export class Refusal extends Error {
  readonly code: RefusalCode;
  readonly detail: string | undefined;
  /** The faults of a body: `[{path: "content[0].text", message: "…"}]`. */
  readonly errors: readonly { readonly path: string; readonly message: string }[];
  constructor(code: RefusalCode, detail?: string, errors: Refusal["errors"] = []) {
    super(detail ?? REFUSALS[code].title);
    this.name = "Refusal";
    this.code = code;
    this.detail = detail;
    this.errors = errors;
  }
}
