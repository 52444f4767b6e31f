// Deletes a user (SPEC A9). The order is fixed, and each step can be repeated: first nobody can come in as that user any more,
// then the chats go one tree at a time, whose runs stop with them, then the workspaces. Whatever dies in between, `emptyUser`
// goes on from there.
import { Refusal } from "../../../core/chat/refusal.ts";
import { note } from "../../access/audited.ts";
import { deleteMcpOf } from "../../access/mcp-servers.ts";
import { lockUser, readUser, requireOtherAdmin } from "../../access/users.ts";
import { type Queryable, type Tx, withTransaction } from "../../database.ts";
import { deleteFilesOfUser } from "../../file/leave-files.ts";
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

/** `kept`: whoever was to get what is left was deleted, too, and so were their heirs. It waits for a new heir. */
export type Emptied = "emptied" | "kept";

/**
 * The first step: keys, sessions and open streams of the user end. Repeated for somebody who is deleted already it changes
 * nothing but this: if nobody is left who was to get the chats, it says anew what is to become of them.
 * Throws `Refusal` `user_not_found`, `last_admin`, `invalid_request`.
 */
export async function markUserDeleted(store: Store, id: string, leftovers: Leftovers): Promise<void> {
  return withTransaction(store.pool, async (tx) => {
    if (await isDeleted(tx, id)) return renewLeftovers(tx, store, { id, leftovers });
    const user = await lockUser(tx, id);
    await requireOtherAdmin(tx, user);
    if (leftovers.chats === "transfer") await requireHeir(tx, id, leftovers.to);
    await tx.query(
      "update users set deleted_at = now(), deletion = $2, emptied_at = null, email = null where id = $1",
      [id, JSON.stringify(leftovers)],
    );
    await tx.query("update api_keys set revoked_at = now() where user_id = $1 and revoked_at is null", [id]);
    await tx.query("delete from user_settings where user_id = $1", [id]);
    await deleteMcpOf(tx, id);
    const detail = { name: user.name, chats: leftovers.chats, to: leftovers.to ?? null };
    await note(tx, store, { action: "user.delete", target_type: "user", target_id: id, detail });
  });
}

interface RenewInput {
  readonly id: string;
  readonly leftovers: Leftovers;
}

async function renewLeftovers(tx: Tx, store: Store, { id, leftovers }: RenewInput): Promise<void> {
  const { rows } = await tx.query<{ name: string; deletion: Leftovers | null }>(
    "select name, deletion from users where id = $1 and deleted_at is not null for no key update",
    [id],
  );
  const [user] = rows;
  if (user?.deletion?.chats !== "transfer" || (await lockHeir(tx, user.deletion.to)) !== null) return;
  if (leftovers.chats === "transfer") await requireHeir(tx, id, leftovers.to);
  await tx.query("update users set deletion = $2 where id = $1", [id, JSON.stringify(leftovers)]);
  const detail = { name: user.name, chats: leftovers.chats, to: leftovers.to ?? null };
  await note(tx, store, { action: "user.delete", target_type: "user", target_id: id, detail });
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

/** A page of deleted users of whom something is left. @param after the last one of the page before */
export async function listUsersToEmpty(db: Queryable, after: string | null): Promise<readonly string[]> {
  const { rows } = await db.query<{ id: string }>(
    `select id from users where deleted_at is not null and ($1::uuid is null or id > $1) and (emptied_at is null
       or exists (select from chats where owner_id = users.id)
       or exists (select from workspaces where owner_id = users.id and wish <> 'deleted')
       or exists (select from files where owner_id = users.id))
     order by id limit 100`,
    [after],
  );
  return rows.map(({ id }) => id);
}

/** The steps after the first. Can be repeated, also by several processes at once. */
export async function emptyUser(store: Store, id: string, tell: Tell): Promise<Emptied> {
  const { rows } = await store.pool.query<{ deletion: Leftovers | null }>(
    "select deletion from users where id = $1 and deleted_at is not null",
    [id],
  );
  if (rows[0] === undefined) return "emptied";
  const leaving = { id, to: rows[0].deletion?.to ?? null };
  for (const empty of [emptyChats, emptyWorkspaces]) {
    if ((await empty(store, leaving, tell)) === "kept") return "kept";
  }
  // What no chat has taken along.
  await deleteFilesOfUser(store.pool, id);
  await store.pool.query("update users set emptied_at = now() where id = $1 and emptied_at is null", [id]);
  return "emptied";
}

/** So many heirs in a row are a circle of users who all left what they had to each other. */
const heirsMax = 100;

/**
 * Who gets what was left to this user: the user, or if they were deleted since, whoever gets what they left; null: nobody. Cannot
 * be deleted before the transaction ends.
 */
async function lockHeir(tx: Tx, to: string): Promise<string | null> {
  const { rows } = await tx.query<{ id: string }>(
    `with recursive heirs as (
       select id, deleted_at, deletion, 1 as step from users where id = $1
       union all select u.id, u.deleted_at, u.deletion, step + 1 from heirs h
         join users u on u.id = (h.deletion ->> 'to')::uuid where h.deleted_at is not null and step < $2)
     select id from users where id in (select id from heirs where deleted_at is null) and deleted_at is null for share`,
    [to, heirsMax],
  );
  return rows[0]?.id ?? null;
}

interface Leaving {
  readonly id: string;
  /** Who was to get it; null: nobody. */
  readonly to: string | null;
}

const batchMax = 50;

async function emptyChats(store: Store, { id, to }: Leaving, tell: Tell): Promise<Emptied> {
  const roots = () =>
    store.pool.query<{ id: string }>(
      "select id from chats where owner_id = $1 and parent_chat_id is null order by id limit $2",
      [id, batchMax],
    );
  for (let { rows } = await roots(); rows.length > 0; { rows } = await roots()) {
    for (const root of rows) {
      const { result: heir, outbox } = await inUnit(store, async (unit) => {
        const heir = to === null ? null : await lockHeir(unit.tx, to);
        if (heir !== null) await handOverTree(unit, { id: root.id, from: id, to: heir });
        if (to === null) await deleteIfThere(unit, root.id, id);
        return heir;
      });
      if (to !== null && heir === null) return "kept";
      await tell.runs(outbox);
    }
  }
  return "emptied";
}

/** Another process may do the same at this moment. */
async function deleteIfThere(unit: Unit, chat_id: string, owner_id: string): Promise<void> {
  await deleteChat(unit, { chat_id, owner_id }).catch((error: unknown) => {
    if (!(error instanceof Refusal) || error.code !== "chat_not_found") throw error;
  });
}

async function emptyWorkspaces(store: Store, { id, to }: Leaving, tell: Tell): Promise<Emptied> {
  const { rows } = await store.pool.query<{ id: string }>(
    "select id from workspaces where owner_id = $1 and wish <> 'deleted' order by id",
    [id],
  );
  for (const workspace of rows) {
    const { result } = await inUnit(store, async (unit) => {
      if (to === null) return requestIfThere(unit, workspace.id, id);
      const heir = await lockHeir(unit.tx, to);
      if (heir === null) return "kept";
      await handOverWorkspace(unit.tx, { id: workspace.id, from: id, to: heir });
      return null;
    });
    if (result === "kept") return "kept";
    if (result !== null) await tell.workspace(result);
  }
  return "emptied";
}

async function requestIfThere(unit: Unit, id: string, owner_id: string): Promise<WorkspaceRow | null> {
  try {
    return await requestWorkspace(unit, { id, owner_id, wish: "deleted" });
  } catch (error) {
    if (error instanceof Refusal && error.code === "workspace_not_found") return null;
    throw error;
  }
}
