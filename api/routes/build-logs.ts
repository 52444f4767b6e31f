// Routes: the log of a workspace's build as server-sent events, described, checked and handed to a reader.
import { z } from "zod";
import { Refusal } from "../../core/refusal.ts";
import { readBuild } from "../../store/workspace-builds.ts";
import type { BuildLogWatch } from "../build-log-watch.ts";
import type { ApiDeps } from "../deps.ts";
import { followBuildLog, retryMs } from "../follow-build-log.ts";
import { type RawExchange, type Route, route, TAKEN_OVER } from "../route.ts";
import { queryNumber } from "../schemas/common.ts";
import { buildPath } from "../schemas/params.ts";
import { readOwnWorkspace } from "../show-workspace.ts";
import { createSseWriter, type Frames } from "../sse-writer.ts";

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
    params: buildPath,
    query: logQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream" } },
    refusals: ["workspace_not_found", "build_not_found"],
    async handler({ params, query, caller, raw, logger }) {
      const { pool } = deps.store;
      await readOwnWorkspace(pool, { id: params.workspace, owner_id: caller.user_id });
      if ((await readBuild(pool, params.workspace, params.build)) === null) {
        throw new Refusal("build_not_found");
      }
      const held = deps.buildLogs.hold({ workspace_id: params.workspace, build_id: params.build });
      raw.response.on("close", () => held.release());
      const after = lastEventId(raw) ?? query.after ?? 0;
      await send(raw, held.watch, after).catch((error: unknown) => {
        logger.warn({ err: error, build_id: params.build }, "a build's log could not be sent");
      });
      return TAKEN_OVER;
    },
  });
  return [logs];
}

async function send({ request, response }: RawExchange, watch: BuildLogWatch, after: number): Promise<void> {
  const sink = createSseWriter<Frames>(response);
  if (request.method === "HEAD") return sink.end(null);
  try {
    await followBuildLog({ watch, sink, after });
  } catch (error) {
    sink.end(retryMs());
    throw error;
  }
}

/** The number of a line; whatever else a client sends was not ours, and the log is told from its beginning. */
function lastEventId({ request }: RawExchange): number | undefined {
  const id = request.get("Last-Event-ID");
  if (id === undefined) return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
