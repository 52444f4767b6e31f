// Creates a workspace with its first build, which has not started yet.
import { randomBytes } from "node:crypto";
import { v7 as uuidv7 } from "uuid";
import { Refusal } from "../../core/chat/refusal.ts";
import type { JsonObject } from "../../core/part/part.ts";
import { correctName, suffixedName } from "../../core/workspace/workspace-name.ts";
import type { WorkspacePlan } from "../../core/workspace/workspace-plan.ts";
import type { Tx } from "../database.ts";
import type { Unit } from "../unit.ts";
import { type BeganBy, insertBuild } from "./workspace-builds.ts";
import { readWorkspace, type WorkspaceRow } from "./workspaces.ts";

/** What it is built from (a template with the values of its parameters, `planOf`), and its owner. */
export interface CreateWorkspaceInput {
  readonly owner_id: string;
  /** Corrected if it is not valid, with a suffix if it is taken (SPEC W2); null: made from the template's name. */
  readonly name: string | null;
  readonly template: string;
  readonly parameters: JsonObject;
  readonly plan: WorkspacePlan;
  readonly build_commands: readonly string[];
  readonly startup: string | null;
  readonly ttl_ms: number | null;
  readonly driver: string;
  /** The turn whose interrupt cancels its build; null for nobody's. */
  readonly began_by: BeganBy | null;
}

/** Four hex digits have 65,536 values: this many taken ones in a row are no accident. */
const nameTriesMax = 20;

/**
 * What is being deleted does not count any more, and neither does what was never built, because it has no files. Locks
 * the owner's row, so that two requests at once are counted one after the other. That lock does not delay rows that
 * refer to the owner.
 * @throws Refusal `too_many_workspaces`
 */
async function requireRoom({ tx, store }: Unit, ownerId: string): Promise<void> {
  await tx.query("select 1 from users where id = $1 for no key update", [ownerId]);
  const { rows } = await tx.query<{ count: number }>(
    `select count(*) from workspaces
     where owner_id = $1 and wish <> 'deleted' and not (status = 'failed' and built_at is null)`,
    [ownerId],
  );
  if ((rows[0] as { count: number }).count < store.workspacesPerUserMax) return;
  throw new Refusal(
    "too_many_workspaces",
    `at most ${store.workspacesPerUserMax}; delete one that is not needed`,
  );
}

/**
 * Throws `Refusal` `too_many_workspaces`. The caller tells its workflow after the commit (`createWorkspaceTeller`), or
 * else a loop of the worker does.
 */
export async function createWorkspace(unit: Unit, input: CreateWorkspaceInput): Promise<WorkspaceRow> {
  await requireRoom(unit, input.owner_id);
  const id = uuidv7();
  const build_id = uuidv7();
  for (let tries = 0; ; tries++) {
    if (tries === nameTriesMax) throw new Error(`no free name like ${input.name ?? input.template}`);
    if (await insertWorkspace(unit.tx, { ...input, id, build_id, name: nameOf(input, tries) })) break;
  }
  await insertBuild(unit.tx, { id: build_id, workspace_id: id, kind: "create", began_by: input.began_by });
  return (await readWorkspace(unit.tx, id, null)) as WorkspaceRow;
}

function nameOf(input: CreateWorkspaceInput, tries: number): string {
  if (input.name !== null && tries === 0) return correctName(input.name);
  const base = input.name ?? input.template;
  return suffixedName(base, randomBytes(2).toString("hex"));
}

interface NewWorkspace extends CreateWorkspaceInput {
  readonly id: string;
  readonly build_id: string;
  readonly name: string;
}

/** False if the name is taken. Waits for whoever is taking it right now. */
async function insertWorkspace(tx: Tx, row: NewWorkspace): Promise<boolean> {
  const { rowCount } = await tx.query(
    `insert into workspaces (id, owner_id, name, template, parameters, plan, build_commands, startup, driver, ttl_ms,
       build_id, status, wish) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'building', 'running')
     on conflict (owner_id, name) do nothing`,
    [
      row.id,
      row.owner_id,
      row.name,
      row.template,
      JSON.stringify(row.parameters),
      JSON.stringify(row.plan),
      JSON.stringify(row.build_commands),
      row.startup,
      row.driver,
      row.ttl_ms,
      row.build_id,
    ],
  );
  return rowCount === 1;
}
