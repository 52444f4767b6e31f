// Lists and changes projects: folders of the host that chats are made for (SPEC C13).
import { v7 as uuidv7 } from "uuid";
import { chatMarkKeepMs, projectsMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import type { Project } from "../../core/workspace/project.ts";
import { failureCode } from "../../platform/classify-failure.ts";
import type { AuditEntry } from "../access/audit-log.ts";
import { audited } from "../access/audited.ts";
import type { Queryable, Tx } from "../database.ts";
import type { Store } from "../store.ts";

const UNIQUE_VIOLATION = "23505";
const ALL = "id, name, path, created_at, updated_at";

/** Newest first. */
export async function listProjects(
  db: Queryable,
  { limit, after }: { readonly limit: number; readonly after: string | undefined },
): Promise<{ readonly items: readonly Project[]; readonly next: string | null }> {
  const { rows } = await db.query<Project>(
    `select ${ALL} from projects where deleted_at is null and ($1::uuid is null or id < $1) order by id desc limit $2`,
    [after ?? null, limit + 1],
  );
  const items = rows.slice(0, limit);
  return { items, next: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** Null: there is none, or it was deleted. */
export async function readProject(db: Queryable, id: string): Promise<Project | null> {
  const { rows } = await db.query<Project>(
    `select ${ALL} from projects where id = $1 and deleted_at is null`,
    [id],
  );
  return rows[0] ?? null;
}

/** @param path resolved. Throws `Refusal` `too_many`, `name_taken`. */
export async function createProject(
  store: Store,
  { name, path }: Pick<Project, "name" | "path">,
): Promise<Project> {
  const id = uuidv7();
  return audited(store, ofProject("create", id, { name, path }), async (tx) => {
    await requireRoom(tx);
    const text = `insert into projects (id, name, path) values ($1, $2, $3) returning ${ALL}`;
    return written(name, tx.query<Project>(text, [id, name, path]));
  });
}

/** The lock makes two at once count each other. */
async function requireRoom(tx: Tx): Promise<void> {
  await tx.query("select pg_advisory_xact_lock(hashtext('projects'), 0)");
  const { rows } = await tx.query<{ count: number }>(
    "select count(*)::int as count from projects where deleted_at is null",
  );
  if ((rows[0]?.count ?? 0) >= projectsMax) throw new Refusal("too_many", `at most ${projectsMax} projects`);
}

/** Throws `Refusal` `project_not_found`, `name_taken`. */
export async function renameProject(store: Store, id: string, name: string): Promise<Project> {
  return audited(store, ofProject("update", id, { name }), async (tx) => {
    const text = `update projects set name = $2, updated_at = now() where id = $1 and deleted_at is null returning ${ALL}`;
    return written(name, tx.query<Project>(text, [id, name]));
  });
}

/** Chats that were made for it go on in its folder. Throws `Refusal` `project_not_found`. */
export async function deleteProject(store: Store, id: string): Promise<void> {
  await audited(store, ofProject("delete", id), async (tx) => {
    const { rowCount } = await tx.query(
      "update projects set deleted_at = now() where id = $1 and deleted_at is null",
      [id],
    );
    if (rowCount === 0) throw new Refusal("project_not_found");
  });
}

/** Deletes what no reader of a feed resumes from any more. Returns how many. */
export async function purgeProjects(db: Queryable): Promise<number> {
  const { rowCount } = await db.query(
    "delete from projects where deleted_at < now() - make_interval(secs => $1)",
    [chatMarkKeepMs / 1000],
  );
  return rowCount ?? 0;
}

function ofProject(act: string, target_id: string, detail: JsonObject = {}): AuditEntry {
  return { action: `project.${act}`, target_type: "project", target_id, detail };
}

async function written(
  name: string,
  query: Promise<{ readonly rows: readonly Project[] }>,
): Promise<Project> {
  try {
    const project = (await query).rows[0];
    if (project === undefined) throw new Refusal("project_not_found");
    return project;
  } catch (error) {
    if (failureCode(error) === UNIQUE_VIOLATION) {
      const message = `another project is called ${name}`;
      throw new Refusal("name_taken", message, [{ path: "name", message }]);
    }
    throw error;
  }
}
