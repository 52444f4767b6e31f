// Signals and inputs as they come from outside. Anybody who may speak to Temporal can send them, with any payload or none, and
// an exception here would fail the run's workflow tasks for ever.
import { ApplicationFailure } from "@temporalio/common";
import type {
  ChatSignalInput,
  ChatTurnInput,
  DescribeChatInput,
  DescribeSignalInput,
  TerminalInput,
  WorkspaceFilesInput,
  WorkspaceInput,
} from "../contract.ts";

/** A signal that does not say what it has seen means "look again": no outcome has seen this version. */
export const UNKNOWN_VERSION = Number.MAX_SAFE_INTEGER;
/** Names no turn: message ids begin at 1. */
const NO_TURN = 0;

export function readChatSignal(payload: unknown): ChatSignalInput {
  const { turn_id, version } = fieldsOf(payload);
  return {
    turn_id: isCount(turn_id) ? turn_id : NO_TURN,
    version: isCount(version) ? version : UNKNOWN_VERSION,
  };
}

/** The version of the wish. */
export function readWishSignal(payload: unknown): number {
  const { version } = fieldsOf(payload);
  return isCount(version) ? version : UNKNOWN_VERSION;
}

/** Null: it does not say what is to be written, and nothing in the database does either. */
export function readDescribeSignal(payload: unknown): DescribeSignalInput | null {
  const { turn_id, title_version, summary } = fieldsOf(payload);
  const title = isCount(title_version) ? title_version : null;
  const sums = summary === true && isCount(turn_id);
  return title === null && !sums
    ? null
    : { turn_id: isCount(turn_id) ? turn_id : NO_TURN, title_version: title, summary: sums };
}

export function checkTurnInput(input: ChatTurnInput): void {
  const { chat_id, owner_id, turn_id, title, model, heartbeat_timeout_ms, tools_stop_max_ms } =
    fieldsOf(input);
  check("chatTurn", {
    chat_id: isName(chat_id),
    owner_id: isName(owner_id),
    turn_id: isCount(turn_id),
    title: typeof title === "string",
    model: typeof model === "string",
    heartbeat_timeout_ms: isTimeout(heartbeat_timeout_ms),
    tools_stop_max_ms: tools_stop_max_ms === undefined || isTimeout(tools_stop_max_ms),
  });
}

export function checkWorkspaceInput(input: WorkspaceInput): void {
  const { workspace_id, owner_id, name, heartbeat_timeout_ms } = fieldsOf(input);
  check("workspace", {
    workspace_id: isName(workspace_id),
    owner_id: isName(owner_id),
    name: typeof name === "string",
    heartbeat_timeout_ms: isTimeout(heartbeat_timeout_ms),
  });
}

export function checkDescribeInput(input: DescribeChatInput): void {
  const { chat_id, owner_id, left } = fieldsOf(input);
  check("describeChat", {
    chat_id: isName(chat_id),
    owner_id: isName(owner_id),
    left: left === undefined || (typeof left === "object" && left !== null),
  });
}

export function checkFilesInput(input: WorkspaceFilesInput): void {
  const { call_id, heartbeat_timeout_ms } = fieldsOf(input);
  check("workspaceFiles", { call_id: isName(call_id), heartbeat_timeout_ms: isCount(heartbeat_timeout_ms) });
}

export function checkTerminalInput(input: TerminalInput): void {
  const { terminal_id, heartbeat_timeout_ms } = fieldsOf(input);
  check("terminal", {
    terminal_id: isName(terminal_id),
    heartbeat_timeout_ms: isTimeout(heartbeat_timeout_ms),
  });
}

/** A run that cannot know what it is for ends at once, in words: an exception would be tried again for ever. */
function check(workflow: string, fields: Readonly<Record<string, boolean>>): void {
  const wrong = Object.keys(fields).filter((name) => fields[name] === false);
  if (wrong.length === 0) return;
  const message = `The input of ${workflow} is missing or wrong: ${wrong.join(", ")}`;
  throw ApplicationFailure.create({ message, type: "BadInput", nonRetryable: true });
}

function fieldsOf(payload: unknown): Readonly<Record<string, unknown>> {
  return typeof payload === "object" && payload !== null ? { ...payload } : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}

function isName(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Temporal's timers take no more than a day of silence from an activity that ends within a day. */
function isTimeout(value: unknown): boolean {
  return isCount(value) && value > 0 && value <= 24 * 3_600_000;
}
