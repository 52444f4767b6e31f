// The transition `bind_workspace`, for people.
import { Refusal } from "../../core/chat/refusal.ts";
import { type ChatRow, readChatRow } from "../row/chat-row.ts";
import { transition } from "../turn/transition.ts";
import type { Unit } from "../unit.ts";
import { readWorkspace } from "./workspaces.ts";

export interface BindInput {
  readonly chat_id: string;
  readonly owner_id: string | null;
  /** Null unbinds. */
  readonly workspace_id: string | null;
}

/**
 * Binds, rebinds or unbinds. Throws `Refusal` `chat_not_found`, `chat_archived`, or `workspace_refused` (unknown,
 * someone else's, being deleted, or the chat uses a project folder); then nothing has changed.
 */
export async function bindWorkspace(
  unit: Unit,
  { chat_id, owner_id, workspace_id }: BindInput,
): Promise<ChatRow> {
  await transition(unit, { name: "bind_workspace", chat_id, owner_id }, async (draft) => {
    if (workspace_id !== null) await requireBindable(unit, draft.before, workspace_id);
    draft.change.workspace_id = workspace_id;
  });
  return (await readChatRow(unit.tx, chat_id)) as ChatRow;
}

async function requireBindable(unit: Unit, chat: ChatRow, workspaceId: string): Promise<void> {
  if (chat.project_path !== null) {
    throw new Refusal("workspace_refused", "a chat with a project folder has no workspace");
  }
  // It must belong to the chat's owner: someone else's workspace is as unknown as one that does not exist (SPEC A2).
  const row = await readWorkspace(unit.tx, workspaceId, chat.owner_id);
  if (row === null) throw new Refusal("workspace_refused", `no workspace ${workspaceId}`);
  if (row.status === "deleting") throw new Refusal("workspace_refused", "the workspace is being deleted");
}
