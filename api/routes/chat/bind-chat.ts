// The workspace that a request names for a chat. A refusal says which field is wrong.
import { Refusal } from "../../../core/chat/refusal.ts";
import type { Unit } from "../../../store/unit.ts";
import { type BindInput, bindWorkspace } from "../../../store/workspace/bind-workspace.ts";

/**
 * Binds, rebinds or unbinds a workspace. Does nothing if the request names none.
 * @throws Refusal `workspace_refused` with the path, `chat_not_found`, `chat_archived`
 */
export async function bindChat(
  unit: Unit,
  asked: Omit<BindInput, "workspace_id"> & { readonly workspace_id: string | null | undefined },
): Promise<void> {
  const { workspace_id } = asked;
  if (workspace_id === undefined) return;
  try {
    await bindWorkspace(unit, { ...asked, workspace_id });
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== "workspace_refused") throw error;
    throw new Refusal(error.code, error.detail, [{ path: "workspace_id", message: error.message }]);
  }
}
