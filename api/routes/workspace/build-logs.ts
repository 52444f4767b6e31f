// The call that streams the log of a workspace's build.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { readBuild } from "../../../store/workspace/workspace-builds.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { queryNumber } from "../../schemas/common.ts";
import { buildPath } from "../../schemas/params.ts";
import { buildLogFrame } from "../../schemas/stream-events.ts";
import { followWatch, holdReady, resumeFrom } from "../../streams/serve-stream.ts";
import { readOwnWorkspace } from "./show-workspace.ts";

const logQuery = z.strictObject({
  after: queryNumber(0, Number.MAX_SAFE_INTEGER)
    .optional()
    .meta({ description: "Number of the last line that is known; the header `Last-Event-ID` wins" }),
});

export function buildLogRoutes(deps: ApiDeps): Route[] {
  const logs = route({
    method: "get",
    path: "/v1/workspaces/{workspace}/builds/{build}/logs",
    summary: "Follow the log of a build as server-sent events",
    description:
      "`log` {seq, at, text} line by line from the first, then `end` {status, error}. Reconnect with the last `id` as `Last-Event-ID`.",
    tag: "Workspaces",
    access: { area: "chats" },
    params: buildPath,
    query: logQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream", schema: buildLogFrame } },
    refusals: ["workspace_not_found", "build_not_found", "too_many_streams"],
    async handler({ params, query, caller, raw }) {
      const stream = deps.streams.admit(raw, caller);
      const { pool } = deps.store;
      await readOwnWorkspace(pool, { id: params.workspace, owner_id: caller.user.id });
      if ((await readBuild(pool, params.workspace, params.build)) === null) {
        throw new Refusal("build_not_found");
      }
      const of = { workspace_id: params.workspace, build_id: params.build };
      const held = await holdReady(deps.buildLogs, of, stream);
      const place = lineOf(resumeFrom(raw.request, undefined)) ?? query.after ?? 0;
      if (held !== null) followWatch(stream, { watch: held.watch, place });
      return TAKEN_OVER;
    },
  });
  return [logs];
}

/** The number of a line. Any other text is not from us, and the log is sent from its beginning. */
function lineOf(id: string | undefined): number | undefined {
  if (id === undefined) return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
