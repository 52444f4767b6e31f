// The store is the only room with SQL. This file: one workspace for a chat, however many calls of however many turns ask for
// it at once (SPEC W2). The chat's row lock makes them serial; the binding is part of the same transaction (SPEC W4).
import { Refusal } from "../../core/chat/refusal.ts";
import type { ChatRow } from "../row/chat-row.ts";
import { Superseded, transition } from "../turn/transition.ts";
import { lockInUnit, type Unit } from "../unit.ts";
import { type CreateWorkspaceInput, createWorkspace } from "./create-workspace.ts";
import { wishLocked } from "./wish-workspace.ts";
import { lockWorkspace, type WorkspaceRow } from "./workspaces.ts";

export interface EnsureInput {
  readonly chat_id: string;
  readonly turn_id: number;
  readonly owner_id: string;
  /** What a new one is made from; called when none is there that can be used. */
  readonly create: () => CreateWorkspaceInput;
}

export interface EnsuredWorkspace {
  /**
   * `reused`: it runs (whether its agent answers is for the caller to see); `joined`: a build was on its way; `starting`: a
   * start was begun; `created`: the chat had none; `replaced`: it had one that is gone, failed or being deleted.
   */
  readonly type: "reused" | "joined" | "starting" | "created" | "replaced";
  readonly workspace: WorkspaceRow;
}

/** Throws `Superseded` when the chat no longer runs this turn: a call that nobody waits for makes nothing. */
export async function ensureChatWorkspace(unit: Unit, input: EnsureInput): Promise<EnsuredWorkspace> {
  const chat = await lockInUnit(unit, input.chat_id);
  if (chat === null) throw new Refusal("chat_not_found");
  if (chat.status !== "running" || chat.current_turn_id !== input.turn_id) throw new Superseded(chat.id);
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

/** Null: it is of no use any more. */
async function takeUp(unit: Unit, row: WorkspaceRow, input: EnsureInput): Promise<EnsuredWorkspace | null> {
  if (row.status === "running") return { type: "reused", workspace: row };
  if (row.status === "building") return { type: "joined", workspace: row };
  // Being deleted, failed, or about to be removed after a failed first build: what is asked for now is made anew.
  if (row.status === "deleting" || row.status === "failed") return null;
  if (row.status === "stopping" && row.wish === "running") return { type: "joined", workspace: row };
  if (row.built_at === null) return null;
  const { chat_id, turn_id } = input;
  const workspace = await wishLocked(unit, row, { wish: "running", began_by: { chat_id, turn_id } });
  return { type: "starting", workspace };
}
