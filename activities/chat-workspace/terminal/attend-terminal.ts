// Attends a terminal from its opening to its end: starts its shell in the workspace, or finds it again, and passes on what people
// type and what the shell prints. When a worker dies, another one goes on: the agent keeps the shell, and its output.
import { ApplicationFailure, Context } from "@temporalio/activity";
import { headOf } from "../../../core/text/truncate.ts";
import { type TerminalEnd, terminalProcessKey, workspaceDeleted } from "../../../core/workspace/terminal.ts";
import { isOutage } from "../../../platform/classify-failure.ts";
import {
  endTerminal,
  type HeldTerminal,
  holdTerminal,
  markTerminalOpen,
  readTerminalWish,
} from "../../../store/workspace/terminal/attend-terminal.ts";
import { readWorkspace, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import { ToolError } from "../../../tools/tool-error.ts";
import { type AgentApi, AgentError, type ProcessInfo } from "../../../workspaces/agent/api.ts";
import { heartbeatWhile } from "../../attempt/heartbeat-while.ts";
import type { TerminalActivities } from "../../contract.ts";
import { createPatientStore } from "../patient-store.ts";
import { createRunningWorkspaces, type RunningWorkspaces } from "../running-workspace.ts";
import { type Attendance, type AttendTerminalDeps, tellReaders } from "./attendance.ts";
import { followOutput } from "./follow-output.ts";
import { endingOf, heedWishes } from "./heed-wishes.ts";

/**
 * The shell of a person, with the folder as its prompt: everything else is the same in all terminals. Where bash has start-up files,
 * they say what the prompt is.
 */
const SHELL = `if command -v bash >/dev/null; then exec env PS1='\\w\\$ ' bash -i; else exec sh -i; fi`;
const messageCharsMax = 1_000;

export function createAttendTerminal(deps: AttendTerminalDeps): TerminalActivities["attendTerminal"] {
  const { pool } = deps.store;
  const running = createRunningWorkspaces({ ...deps, store: createPatientStore(deps.store) });
  return ({ terminal_id }) =>
    heartbeatWhile(async () => {
      const held = await holdTerminal(pool, terminal_id);
      if (held === null) return;
      const signal = AbortSignal.any([deps.shutdown, Context.current().cancellationSignal]);
      const end = await attend({ deps, running, held, signal }).catch((error: unknown) => {
        if (deps.shutdown.aborted) throw later("this worker ends");
        return endFor(deps, held, error);
      });
      if (end === null) return;
      await endTerminal(pool, held, { ...end, message: headOf(end.message, messageCharsMax) });
      tellReaders(deps.bus, held.id);
    });
}

interface AttendInput extends Pick<Attendance, "deps" | "held" | "signal"> {
  readonly running: RunningWorkspaces;
}

/** How it has ended; null: another attempt attends it. */
async function attend({ deps, running, held, signal }: AttendInput): Promise<TerminalEnd | null> {
  const workspace = await readWorkspace(deps.store.pool, held.workspace_id, null);
  const agent = await running.agentOf(workspace, signal);
  const key = terminalProcessKey(held.id);
  if (held.status === "closed") {
    // It was closed while nobody attended it.
    await agent.processes.signal({ key, signal: "SIGKILL" }, signal).catch(() => undefined);
    return null;
  }
  const process = await startShell(agent, held, signal);
  if (process.start_error !== null) return failed(process.start_error);
  await markTerminalOpen(deps.store.pool, held);
  tellReaders(deps.bus, held.id);
  return passOn({ deps, held, agent, key, signal, ending: null });
}

/** Starts the shell, or finds it again. */
async function startShell(
  agent: AgentApi,
  { id, cols, rows }: HeldTerminal,
  signal: AbortSignal,
): Promise<ProcessInfo> {
  const key = terminalProcessKey(id);
  const spec = { key, command: SHELL, stdin: true, terminal: { cols, rows } };
  try {
    return (await agent.processes.start(spec, signal)).process;
  } catch (error) {
    // A worker of another version has started it, with other words.
    if (error instanceof AgentError && error.code === "key_conflict") return agent.processes.get(key, signal);
    throw error;
  }
}

/** Follows the shell to its end, and heeds what people want of it meanwhile. */
async function passOn(attendance: Attendance): Promise<TerminalEnd | null> {
  const over = new AbortController();
  const all: Attendance = { ...attendance, signal: AbortSignal.any([attendance.signal, over.signal]) };
  let isHeld = true;
  let failure: unknown = null;
  const wishes = heedWishes(all)
    .then(() => (isHeld = false))
    .catch((error: unknown) => {
      if (!over.signal.aborted) failure = error;
    })
    .finally(() => over.abort());
  try {
    const ended = await followOutput(all);
    return ended === null ? null : await endOf(all, ended);
  } catch (error) {
    if (!isHeld) return null;
    throw failure ?? error;
  } finally {
    over.abort();
    await wishes;
  }
}

async function endOf({ deps, held, ending }: Attendance, ended: ProcessInfo): Promise<TerminalEnd> {
  const workspace = await readWorkspace(deps.store.pool, held.workspace_id, null);
  if (workspace?.status !== "running") return endWith(workspace);
  if (ended.state === "lost") return { ...LOST, exit_code: null };
  if (ending !== null) return { ...ending, exit_code: null };
  return { reason: "exited", message: exitWords(ended), exit_code: ended.exit_code };
}

function exitWords({ exit_code, signal }: ProcessInfo): string {
  if (signal !== null) return `The shell was ended by ${signal}.`;
  return `The shell ended with exit code ${exit_code ?? "unknown"}.`;
}

/** Null: it is gone. */
function endWith(workspace: Pick<WorkspaceRow, "status"> | null): TerminalEnd {
  if (workspace === null || workspace.status === "deleting") return workspaceDeleted;
  return { reason: "workspace_stopped", message: "The workspace was stopped.", exit_code: null };
}

const LOST = {
  reason: "agent_lost",
  message: "The agent of the workspace has died, and the shell with it. Open another terminal.",
} as const;

function failed(message: string): TerminalEnd {
  return { reason: "failed", message, exit_code: null };
}

/** What a failure means for the terminal; null: nothing is left of it. Throws where another attempt is worth it. */
async function endFor(
  { store, logger, terminalIdleMs, bus }: AttendTerminalDeps,
  held: HeldTerminal,
  error: unknown,
): Promise<TerminalEnd | null> {
  if (isOutage(error)) throw error;
  const workspace = await readWorkspace(store.pool, held.workspace_id, null);
  if (workspace === null) return null;
  if (workspace.status !== "running") return endWith(workspace);
  const { cancellationSignal, cancellationDetails } = Context.current();
  if (cancellationDetails?.cancelRequested === true)
    return { reason: "closed", message: "Its run was cancelled in Temporal.", exit_code: null };
  // Temporal heard nothing of this attempt for too long, or it is paused there: the next one goes on with the shell.
  if (cancellationSignal.aborted) throw later("another attempt attends it");
  if (isSilence(error)) {
    await endUnheard({ store, terminalIdleMs, bus }, held);
    throw later(error.message);
  }
  if (error instanceof AgentError) return failed(wordsOf(error));
  logger.error({ err: error, terminal_id: held.id }, "a terminal failed by a mistake of ours");
  return failed("Something broke on our side. The server's log says more.");
}

/** The workspace runs and its agent is silent: it is looked for again. */
function isSilence(error: unknown): error is ToolError | AgentError {
  if (error instanceof ToolError) return true;
  return error instanceof AgentError && (error.code === "unreachable" || error.code === "unauthorized");
}

/** Nobody wants it any more: it need not wait for its agent. A later attempt, which finds it closed, ends the shell. */
async function endUnheard(
  { store, terminalIdleMs, bus }: Pick<AttendTerminalDeps, "store" | "terminalIdleMs" | "bus">,
  held: HeldTerminal,
): Promise<void> {
  const wish = await readTerminalWish(store.pool, held, terminalIdleMs);
  const ending = wish === null ? null : endingOf(wish);
  if (ending === null) return;
  await endTerminal(store.pool, held, { ...ending, exit_code: null });
  tellReaders(bus, held.id);
}

function wordsOf({ message, hint, code }: AgentError): string {
  // An agent from before there were terminals.
  if (code === "bad_request" && message.includes("terminal"))
    return "The workspace's agent is older than this server and has no terminals. Stop the workspace and start it again.";
  return hint === undefined ? message : `${message} ${hint}`;
}

/** Temporal tries again. */
function later(message: string): ApplicationFailure {
  return ApplicationFailure.create({ message, type: "NotNow", nonRetryable: false });
}
