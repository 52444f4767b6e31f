// Gives a chat exactly one workspace, however many calls of however many turns ask for it at once (SPEC W2). The lock
// on the chat's row makes them wait for each other, and the binding is part of the same transaction (SPEC W4).
import { Refusal } from "../../core/chat/refusal.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { isTurnOpen } from "../turn/agents/once-for-call.ts";
import { transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { type CreateWorkspaceInput, createWorkspace } from "./create-workspace.ts";
import { requestLockedWorkspace } from "./request-workspace.ts";
import { lockWorkspace, type WorkspaceRow } from "./workspaces.ts";

export interface EnsureInput {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly owner_id: string;
  /** What a new workspace is built from. Called if there is none that can be used. */
  readonly create: () => CreateWorkspaceInput;
}

export interface EnsuredWorkspace {
  /**
   * `reused`: it runs (the caller checks whether its agent answers); `joined`: a build was already running; `starting`:
   * a start was requested; `created`: the chat had none; `replaced`: it had one that is gone, failed or being deleted.
   */
  readonly type: "reused" | "joined" | "starting" | "created" | "replaced";
  readonly workspace: WorkspaceRow;
}

/** The call's turn is over: nobody waits for a workspace any more. */
export class Superseded extends Error {
  constructor(chatId: string) {
    super(`chat ${chatId} has moved on`);
    this.name = "Superseded";
  }
}

/** Throws `Superseded` if the chat no longer runs this turn: a call that nobody waits for creates nothing. */
export async function ensureChatWorkspace(unit: Unit, input: EnsureInput): Promise<EnsuredWorkspace> {
  const chat = await lockInUnit(unit, input.chat_id);
  if (chat === null) throw new Refusal("chat_not_found");
  if (!isTurnOpen(chat, input.turn_id)) throw new Superseded(chat.id);
  const bound = await lockBound(unit, chat, input.owner_id);
  const found = bound === null ? null : await takeUp(unit, bound, input);
  if (found !== null) return found;
  const workspace = await createWorkspace(unit, input.create());
  await transition(unit, { name: "bind_workspace", chat_id: chat.id }, async (draft) => {
    draft.change.workspace_id = workspace.id;
  });
  return { type: chat.workspace_id === null ? "created" : "replaced", workspace };
}

async function lockBound(unit: Unit, chat: ChatRow, ownerId: string): Promise<WorkspaceRow | null> {
  if (chat.workspace_id === null) return null;
  const row = await lockWorkspace(unit.tx, chat.workspace_id);
  return row?.owner_id === ownerId ? row : null;
}

/** Null if it cannot be used any more. */
async function takeUp(unit: Unit, row: WorkspaceRow, input: EnsureInput): Promise<EnsuredWorkspace | null> {
  if (row.status === "running") return { type: "reused", workspace: row };
  if (row.status === "building") return { type: "joined", workspace: row };
  // It is being deleted, has failed, or will be removed after a failed first build: create a new one instead.
  if (row.status === "deleting" || row.status === "failed") return null;
  if (row.status === "stopping" && row.wish === "running") return { type: "joined", workspace: row };
  if (row.built_at === null) return null;
  const { chat_id, turn_id } = input;
  const workspace = await requestLockedWorkspace(unit, row, {
    wish: "running",
    began_by: { chat_id, turn_id },
  });
  return { type: "starting", workspace };
}
