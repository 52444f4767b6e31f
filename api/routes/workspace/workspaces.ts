// Create, list, read, start, stop and delete workspaces. A call stores the wanted state; the workspace's workflow is told
// after the commit and works towards it.
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import type { WorkspaceWish } from "../../../core/workspace/workspace.ts";
import type { Unit } from "../../../store/unit.ts";
import { createWorkspace } from "../../../store/workspace/create-workspace.ts";
import { requestWorkspace } from "../../../store/workspace/request-workspace.ts";
import { readBuilds } from "../../../store/workspace/workspace-builds.ts";
import { listWorkspaces, type WorkspaceRow } from "../../../store/workspace/workspaces.ts";
import type { ApiDeps } from "../../deps.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Answer, type Input, type Route, route } from "../../http/route.ts";
import { workspacePath } from "../../schemas/params.ts";
import { newWorkspace, workspace, workspacePage, workspaceQuery } from "../../schemas/workspace.ts";
import { change } from "../chat/change.ts";
import { chooseTemplate } from "./choose-template.ts";
import { readOwnWorkspace, showWorkspace, toWorkspace } from "./show-workspace.ts";

const tag = "Workspaces";
const cursor = listCursor({ created_us: z.int().nonnegative(), id: z.uuid() });

export function workspaceRoutes(deps: ApiDeps): Route[] {
  return [create(deps), list(deps), read(deps), remove(deps), start(deps), stop(deps)];
}

function create(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces",
    summary: "Create a workspace from a template",
    description: "Answers at once; the build goes on, and its log is followed under `links.logs`.",
    tag,
    access: { area: "chats" },
    changes: true,
    body: newWorkspace,
    example: { template: "node", name: "try", parameters: { package_name: "try" } },
    responses: { 201: { description: "The workspace, building", schema: workspace } },
    refusals: ["template_refused", "too_many_workspaces"],
    async handler(input) {
      const { body, caller } = input;
      const template = await chooseTemplate(deps.templates, body);
      return changeAndTell(deps, input, async (unit) => {
        const row = await createWorkspace(unit, {
          owner_id: caller.user.id,
          name: body.name ?? null,
          ...template,
          driver: deps.workspaceDriver,
          began_by: null,
        });
        const shown = await showWorkspace(unit.tx, row, deps.workspaceLink);
        return { row, answer: { status: 201, body: shown } };
      });
    },
  });
}

function list(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/workspaces",
    summary: "List the caller's workspaces, newest first",
    tag,
    access: { area: "chats" },
    query: workspaceQuery,
    responses: { 200: { description: "A page of workspaces", schema: workspacePage } },
    refusals: ["invalid_cursor"],
    async handler({ query, caller }) {
      const { pool } = deps.store;
      const page = await listWorkspaces(pool, {
        owner_id: caller.user.id,
        limit: query.limit,
        after: query.after === undefined ? undefined : cursor.read(query.after),
      });
      const builds = await readBuilds(
        pool,
        page.items.map((row) => row.build_id),
      );
      const items = page.items.flatMap((row) => {
        // Absent: the workspace was deleted between the two reads.
        const build = builds.get(row.build_id);
        return build === undefined ? [] : [toWorkspace(row, build, deps.workspaceLink)];
      });
      const next_cursor = page.next === null ? null : cursor.write(page.next);
      return { status: 200, body: { items, next_cursor } };
    },
  });
}

function read(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/workspaces/{workspace}",
    summary: "Read a workspace",
    tag,
    access: { area: "chats" },
    params: workspacePath,
    responses: { 200: { description: "The workspace", schema: workspace } },
    refusals: ["workspace_not_found"],
    async handler({ params, caller }) {
      const { pool } = deps.store;
      const row = await readOwnWorkspace(pool, { id: params.workspace, owner_id: caller.user.id });
      return { status: 200, body: await showWorkspace(pool, row, deps.workspaceLink) };
    },
  });
}

function remove(deps: ApiDeps): Route {
  return route({
    method: "delete",
    path: "/v1/workspaces/{workspace}",
    summary: "Delete a workspace and all that is in it",
    description:
      "Accepted at once; it is shown as `deleting` until it is gone. A running build is cancelled.",
    tag,
    access: { area: "chats" },
    changes: true,
    params: workspacePath,
    responses: { 204: { description: "It is being deleted" } },
    refusals: ["workspace_not_found"],
    async handler(input) {
      return changeAndTell(deps, input, async (unit) => {
        const row = await wish(unit, input, "deleted");
        return { row, answer: { status: 204 } };
      });
    },
  });
}

function start(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces/{workspace}/start",
    summary: "Start a stopped workspace",
    description: "A new build runs the template's start-up script. One that runs stays as it is.",
    ...wishing(deps, "running"),
  });
}

function stop(deps: ApiDeps): Route {
  return route({
    method: "post",
    path: "/v1/workspaces/{workspace}/stop",
    summary: "Stop a workspace",
    description: "Ends all processes in it; its files stay. A running build is cancelled.",
    ...wishing(deps, "stopped"),
  });
}

/** What starting and stopping have in common. */
function wishing(deps: ApiDeps, what: WorkspaceWish) {
  return {
    tag,
    access: { area: "chats" } as const,
    changes: true as const,
    params: workspacePath,
    body: z.strictObject({}).optional(),
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The workspace", schema: workspace } },
    refusals: ["workspace_not_found", "workspace_deleting"] as const,
    handler: (input: OfWorkspace) =>
      changeAndTell(deps, input, async (unit) => {
        const row = await wish(unit, input, what);
        return { row, answer: { status: 200, body: await showWorkspace(unit.tx, row, deps.workspaceLink) } };
      }),
  };
}

type OfWorkspace = Input<{ readonly workspace: string }, unknown, unknown>;

function wish(unit: Unit, { params, caller }: OfWorkspace, what: WorkspaceWish): Promise<WorkspaceRow> {
  return requestWorkspace(unit, { id: params.workspace, owner_id: caller.user.id, wish: what });
}

/** Changes a workspace and tells its workflow after the commit. A repeated request (SPEC Q10) tells it nothing. */
async function changeAndTell(
  deps: ApiDeps,
  input: Input<unknown, unknown, unknown>,
  work: (
    unit: Unit,
  ) => Promise<{ readonly row: WorkspaceRow; readonly answer: { status: number; body?: unknown } }>,
): Promise<Answer> {
  let changed: WorkspaceRow | null = null;
  const answer = await change(deps, input, async (unit) => {
    const done = await work(unit);
    changed = done.row;
    return done.answer;
  });
  if (changed !== null) await deps.workspaceTeller.tell(changed);
  return answer;
}
