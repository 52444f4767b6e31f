// The folder that a request names for a chat, by its path or by a project (SPEC W8, C13).
import { Refusal } from "../../../core/chat/refusal.ts";
import { readProject } from "../../../store/workspace/projects.ts";
import type { ApiDeps } from "../../deps.ts";

interface Asked {
  readonly project_path?: string | undefined;
  readonly project_id?: string | undefined;
}

/** Looks at the folder as it is now, also at a project's. Throws `Refusal` `project_path_refused`, `project_refused`. */
export async function projectFolder(
  deps: Pick<ApiDeps, "store" | "resolveProjectPath">,
  { project_path, project_id }: Asked,
): Promise<{ readonly project_path?: string; readonly project_id?: string }> {
  if (project_id !== undefined) return ofProject(deps, project_id);
  if (project_path === undefined) return {};
  return { project_path: await requireFolder(deps, project_path, "project_path") };
}

/** The real path of a folder. Throws `Refusal` `project_path_refused`, with the name of the field that asks for it. */
export async function requireFolder(
  { resolveProjectPath }: Pick<ApiDeps, "resolveProjectPath">,
  asked: string,
  field: string,
): Promise<string> {
  const resolved = await resolveProjectPath(asked);
  if (resolved.ok) return resolved.path;
  const message = `${field} ${resolved.reason}`;
  throw new Refusal("project_path_refused", message, [{ path: field, message }]);
}

async function ofProject(deps: Pick<ApiDeps, "store" | "resolveProjectPath">, project_id: string) {
  const project = await readProject(deps.store.pool, project_id);
  if (project === null) throw refused("no such project");
  const resolved = await deps.resolveProjectPath(project.path);
  if (!resolved.ok) throw refused(`the project's folder ${resolved.reason}`);
  return { project_path: resolved.path, project_id };
}

function refused(message: string): Refusal {
  return new Refusal("project_refused", message, [{ path: "project_id", message }]);
}
