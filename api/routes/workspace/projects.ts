// The folders that chats are made for. Everyone can read them, admins change them (SPEC C13).
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import {
  createProject,
  deleteProject,
  listProjects,
  readProject,
  renameProject,
} from "../../../store/workspace/projects.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { pageQuery, projectPath } from "../../schemas/params.ts";
import { newProject, project, projectChange, projectPage } from "../../schemas/project.ts";
import { requireFolder } from "../chat/project-folder.ts";

const tag = "Projects";
const cursor = listCursor({ id: z.uuid() });
const forAdmins = { area: "deployment", role: "admin" } as const;

type Deps = Pick<ApiDeps, "store" | "resolveProjectPath">;

export function projectRoutes(deps: Deps): Route[] {
  return [list(deps), create(deps), read(deps), rename(deps), remove(deps)];
}

function list({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/projects",
    summary: "List projects, newest first",
    tag,
    access: { area: "chats" },
    query: pageQuery,
    responses: { 200: { description: "A page of projects", schema: projectPage } },
    refusals: ["invalid_cursor"],
    async handler({ query: { limit, after } }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const { items, next } = await listProjects(store.pool, { limit, after: from });
      const next_cursor = next === null ? null : cursor.write({ id: next });
      return { status: 200, body: { items, next_cursor } };
    },
  });
}

function create(deps: Deps): Route {
  return route({
    method: "post",
    path: "/v1/projects",
    summary: "Make a project",
    description:
      "For admins. The folder must lie below `EVERTURN_PROJECT_ROOTS`. Feeds tell `project_created`.",
    tag,
    access: forAdmins,
    body: newProject,
    example: { name: "The shop", path: "/srv/projects/shop" },
    responses: { 201: { description: "The project", schema: project } },
    refusals: ["forbidden", "project_path_refused", "name_taken", "too_many"],
    async handler(input) {
      const path = await requireFolder(deps, input.body.path, "path");
      const made = await createProject(storeFor(deps.store, input), { name: input.body.name, path });
      return { status: 201, body: made };
    },
  });
}

function read({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/projects/{project}",
    summary: "Read a project",
    tag,
    access: { area: "chats" },
    params: projectPath,
    responses: { 200: { description: "The project", schema: project } },
    refusals: ["project_not_found"],
    async handler({ params }) {
      const found = await readProject(store.pool, params.project);
      if (found === null) throw new Refusal("project_not_found");
      return { status: 200, body: found };
    },
  });
}

function rename({ store }: Deps): Route {
  return route({
    method: "patch",
    path: "/v1/projects/{project}",
    summary: "Rename a project",
    description: "For admins. Its folder stays: for another folder, make another project.",
    tag,
    access: forAdmins,
    params: projectPath,
    body: projectChange,
    example: { name: "The old shop" },
    responses: { 200: { description: "The project", schema: project } },
    refusals: ["forbidden", "project_not_found", "name_taken"],
    async handler(input) {
      const { params, body } = input;
      return { status: 200, body: await renameProject(storeFor(store, input), params.project, body.name) };
    },
  });
}

function remove({ store }: Deps): Route {
  return route({
    method: "delete",
    path: "/v1/projects/{project}",
    summary: "Delete a project",
    description:
      "For admins. The folder and its files stay, and chats that were made for it go on there. Feeds tell `project_deleted`.",
    tag,
    access: forAdmins,
    params: projectPath,
    responses: { 204: { description: "It is gone" } },
    refusals: ["forbidden", "project_not_found"],
    async handler(input) {
      await deleteProject(storeFor(store, input), input.params.project);
      return { status: 204 };
    },
  });
}
