// What git says has changed in a workspace. A worker asks, through the workspace's agent.
import { z } from "zod";
import { changesBytesMax } from "../../../core/chat/limits.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route } from "../../http/route.ts";
import { workspacePath } from "../../schemas/params.ts";
import { noAnswer, runFileCallOf } from "./run-file-call-of.ts";

const workspaceChanges = z
  .strictObject({
    in_git: z.boolean().meta({ description: "False: neither the workspace nor a folder in it is in git" }),
    diff: z.string().meta({
      description:
        "Since the last commit, in git's unified format, with new files that are not ignored. Paths are relative to the workspace",
    }),
    truncated: z.boolean().meta({ description: "There is more than is shown" }),
  })
  .meta({ id: "WorkspaceChanges" });

type Deps = Pick<ApiDeps, "store" | "runFileCall">;

export function workspaceChangeRoutes(deps: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/v1/workspaces/{workspace}/changes",
      summary: "Show what has changed in a workspace, as git sees it",
      description: `At most ${changesBytesMax / 1024} KiB. Where the workspace's folder is not in git, the repositories in its folders are shown.`,
      tag: "Workspaces",
      access: { area: "chats" },
      params: workspacePath,
      responses: { 200: { description: "The changes", schema: workspaceChanges } },
      refusals: ["workspace_not_found", "workspace_not_running", "workspace_unreachable"],
      async handler({ params, caller }) {
        const asked = { id: params.workspace, owner_id: caller.user.id };
        const answer = await runFileCallOf(deps, asked, { kind: "changes", path: ".", file_id: null });
        if (answer.type !== "changes") throw noAnswer();
        const { in_git, diff, truncated } = answer;
        return { status: 200, body: { in_git, diff, truncated } };
      },
    }),
  ];
}
