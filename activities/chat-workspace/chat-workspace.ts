// The workspace of one chat as its tools see it (`ChatWorkspace`). The database row is the truth and the workflow builds; this
// code only asks and waits.
import { Refusal } from "../../core/chat/refusal.ts";
import { type ChatRow, readChatRow } from "../../store/row/chat-row.ts";
import { Superseded } from "../../store/workspace/ensure-chat-workspace.ts";
import { cancelChatBuild } from "../../store/workspace/request-workspace.ts";
import { readWorkspace, type WorkspaceRow } from "../../store/workspace/workspaces.ts";
import { ToolStopped } from "../../tools/tool.ts";
import { ToolError } from "../../tools/tool-error.ts";
import type { BuildWatch, ChatWorkspace } from "../../tools/workspace/chat-workspace.ts";
import type { ChatWorkspacesDeps } from "./chat-workspaces-deps.ts";
import { createChatWorkspace } from "./create-chat-workspace.ts";
import { createPatientStore } from "./patient-store.ts";
import { type ChatPlace, createRunningWorkspaces } from "./running-workspace.ts";
import { startChatWorkspace, stopChatWorkspace } from "./start-chat-workspace.ts";
import { noWorkspace } from "./workspace-words.ts";

/** To write down that a build is not wanted any more; the call itself is over by then. */
const cancelPatienceMs = 5_000;

/** Returns the port's maker; what it knows of agents is shared by all chats of this worker. */
export function createChatWorkspaces({
  store,
  ...others
}: ChatWorkspacesDeps): (chat: ChatRow, turn_id: number) => ChatWorkspace {
  const deps = { ...others, store: createPatientStore(store) };
  const running = createRunningWorkspaces(deps);
  return (chat, turn_id) => {
    const place = { deps, running, chat, turn_id };
    return {
      async agent(signal) {
        return running.agentOf(await requireBound(place, signal), signal);
      },
      templates: () => deps.shelf.list(),
      template: (name) => deps.shelf.read(name),
      create: (args, watch) => watched(place, watch, () => createChatWorkspace(place, args, watch)),
      start: (watch) =>
        watched(place, watch, async () =>
          startChatWorkspace(place, await requireBound(place, watch.signal), watch),
        ),
      stop: (watch) =>
        watched(place, watch, async () =>
          stopChatWorkspace(place, await requireBound(place, watch.signal), watch),
        ),
      abandon: () => cancel(place),
    };
  };
}

/**
 * The chat's workspace as it is now: a call beside this one may have made it since the chat was read. Of a deleted chat the
 * one that it had, where its command still has to be ended. Throws `ToolError`.
 */
async function requireBound({ deps, chat }: ChatPlace, signal: AbortSignal): Promise<WorkspaceRow> {
  const row = await deps.store.read(signal, async (db) => {
    const id = ((await readChatRow(db, chat.id)) ?? chat).workspace_id;
    return id === null ? null : readWorkspace(db, id, null);
  });
  if (row === null) throw noWorkspace();
  return row;
}

/** An interrupt cancels the build that this turn began; a worker's end leaves it to the next one that runs the call. */
async function watched<T>(place: ChatPlace, { signal }: BuildWatch, work: () => Promise<T>): Promise<T> {
  try {
    signal.throwIfAborted();
    return await work();
  } catch (error) {
    if (!signal.aborted) throw inWords(error);
    const { reason } = signal;
    if (reason instanceof ToolStopped && reason.effect === "end") await cancel(place);
    throw reason;
  }
}

function inWords(error: unknown): unknown {
  if (error instanceof Superseded) return new ToolError("The turn of this call has ended.");
  if (!(error instanceof Refusal)) return error;
  if (error.code !== "too_many_workspaces") return new ToolError(`${error.message}.`);
  return new ToolError(
    `The user has as many workspaces as they may have: ${error.message}.`,
    "Ask the user to delete one of their workspaces; no tool can do that.",
  );
}

async function cancel({ deps, chat, turn_id }: ChatPlace): Promise<void> {
  const began_by = { chat_id: chat.id, turn_id };
  // With the database away for longer the build goes on: the workspace is the chat's, and nothing is lost by it.
  const patience = AbortSignal.timeout(cancelPatienceMs);
  const cancelled = await deps.store
    .change(patience, (unit) => cancelChatBuild(unit, began_by))
    .catch(() => null);
  if (cancelled !== null) await deps.teller.tell(cancelled);
}
