// Deletes a user (SPEC A9). The order is fixed, and each step can be repeated: first nobody can come in as that user any more,
// then the chats go one tree at a time, whose runs stop with them, then the workspaces. Whatever dies in between, `emptyUser`
// goes on from there.
import { Refusal } from "../../../core/chat/refusal.ts";
import { note } from "../../access/audited.ts";
import { lockUser, readUser, requireOtherAdmin } from "../../access/users.ts";
import { type Queryable, type Tx, withTransaction } from "../../database.ts";
import type { OutboxRow } from "../../outbox/outbox.ts";
import type { Store } from "../../store.ts";
import { inUnit, type Unit } from "../../unit.ts";
import { requestWorkspace } from "../../workspace/request-workspace.ts";
import type { WorkspaceRow } from "../../workspace/workspaces.ts";
import { deleteChat } from "../delete-chat.ts";
import { handOverTree, handOverWorkspace } from "./hand-over.ts";

/** What is to become of what a user leaves behind. */
export type Leftovers =
  | { readonly chats: "delete"; readonly to?: null }
  | { readonly chats: "transfer"; readonly to: string };

/** Tells Temporal of what was committed. Neither ever throws: the worker repeats what fails. */
export interface Tell {
  readonly runs: (rows: readonly OutboxRow[]) => Promise<void>;
  readonly workspace: (row: WorkspaceRow) => Promise<void>;
}

/**
 * The first step: keys, sessions and open streams of the user end. Repeated for somebody who is deleted already it changes
 * nothing, but says so by its answer. Throws `Refusal` `user_not_found`, `last_admin`, `invalid_request`.
 * @returns whether the user was deleted by this call
 */
export async function markUserDeleted(store: Store, id: string, leftovers: Leftovers): Promise<boolean> {
  return withTransaction(store.pool, async (tx) => {
    if (await isDeleted(tx, id)) return false;
    const user = await lockUser(tx, id);
    await requireOtherAdmin(tx, user);
    if (leftovers.chats === "transfer") await requireHeir(tx, id, leftovers.to);
    await tx.query(
      "update users set deleted_at = now(), deletion = $2, emptied_at = null, email = null where id = $1",
      [id, JSON.stringify(leftovers)],
    );
    await tx.query("update api_keys set revoked_at = now() where user_id = $1 and revoked_at is null", [id]);
    await tx.query("delete from user_settings where user_id = $1", [id]);
    const detail = { name: user.name, chats: leftovers.chats, to: leftovers.to ?? null };
    await note(tx, store, { action: "user.delete", target_type: "user", target_id: id, detail });
    return true;
  });
}

async function isDeleted(tx: Tx, id: string): Promise<boolean> {
  const { rows } = await tx.query("select 1 from users where id = $1 and deleted_at is not null", [id]);
  return rows.length > 0;
}

async function requireHeir(tx: Tx, id: string, to: string): Promise<void> {
  const heir = to === id ? null : await readUser(tx, to);
  if (heir !== null && heir.suspended_at === null) return;
  const message = "names no other user who is active";
  throw new Refusal("invalid_request", `to: ${message}`, [{ path: "to", message }]);
}

/** Deleted users of whom something is left, the first ones first. */
export async function listUsersToEmpty(db: Queryable): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from users where deleted_at is not null and (emptied_at is null
       or exists (select from chats where owner_id = users.id)
       or exists (select from workspaces where owner_id = users.id and wish <> 'deleted'))
     order by deleted_at, id limit 100`,
  );
  return rows.map(({ id }) => id);
}

/** The steps after the first. Can be repeated, also by several processes at once. */
export async function emptyUser(store: Store, id: string, tell: Tell): Promise<void> {
  const { rows } = await store.pool.query<{ deletion: Leftovers | null }>(
    "select deletion from users where id = $1 and deleted_at is not null",
    [id],
  );
  if (rows[0] === undefined) return;
  // Whoever was to get it may have been deleted since: then nobody is left to keep it for.
  const to = await readHeir(store.pool, rows[0].deletion);
  await emptyChats(store, { id, to }, tell);
  await emptyWorkspaces(store, { id, to }, tell);
  await store.pool.query("update users set emptied_at = now() where id = $1 and emptied_at is null", [id]);
}

async function readHeir(db: Queryable, leftovers: Leftovers | null): Promise<string | null> {
  if (leftovers?.chats !== "transfer") return null;
  return (await readUser(db, leftovers.to))?.id ?? null;
}

interface Leaving {
  readonly id: string;
  /** Who gets it; null: nobody. */
  readonly to: string | null;
}

const batchMax = 50;

async function emptyChats(store: Store, { id, to }: Leaving, tell: Tell): Promise<void> {
  const roots = () =>
    store.pool.query<{ id: string }>(
      "select id from chats where owner_id = $1 and parent_chat_id is null order by id limit $2",
      [id, batchMax],
    );
  for (let { rows } = await roots(); rows.length > 0; { rows } = await roots()) {
    for (const root of rows) {
      const { outbox } = await inUnit(store, async (unit) => {
        if (to !== null) return handOverTree(unit, { id: root.id, from: id, to });
        return deleteIfThere(unit, root.id, id);
      });
      await tell.runs(outbox);
    }
  }
}

/** Another process may do the same at this moment. */
async function deleteIfThere(unit: Unit, chat_id: string, owner_id: string): Promise<void> {
  await deleteChat(unit, { chat_id, owner_id }).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== "chat_not_found") throw error;
  });
}

async function emptyWorkspaces(store: Store, { id, to }: Leaving, tell: Tell): Promise<void> {
  const { rows } = await store.pool.query<{ id: string }>(
    "select id from workspaces where owner_id = $1 and wish <> 'deleted' order by id",
    [id],
  );
  for (const workspace of rows) {
    const { result } = await inUnit(store, async (unit) => {
      if (to === null) return requestIfThere(unit, workspace.id, id);
      await handOverWorkspace(unit.tx, { id: workspace.id, from: id, to });
      return null;
    });
    if (result !== null) await tell.workspace(result);
  }
}

async function requestIfThere(unit: Unit, id: string, owner_id: string): Promise<WorkspaceRow | null> {
  try {
    return await requestWorkspace(unit, { id, owner_id, wish: "deleted" });
  } catch (error) {
    if (error instanceof Refusal && error.code === "workspace_not_found") return null;
    throw error;
  }
}
