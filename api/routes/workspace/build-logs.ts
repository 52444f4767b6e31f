// Routes: the log of a workspace's build as server-sent events, described, checked and handed to a reader.
import { z } from "zod";
import { Refusal } from "../../../core/chat/refusal.ts";
import { readBuild } from "../../../store/workspace/workspace-builds.ts";
import type { ApiDeps } from "../../deps.ts";
import { type Route, route, TAKEN_OVER } from "../../http/route.ts";
import { queryNumber } from "../../schemas/common.ts";
import { buildPath } from "../../schemas/params.ts";
import type { BuildLogWatch } from "../../streams/build-log/build-log-watch.ts";
import { followBuildLog, retryMs } from "../../streams/build-log/follow-build-log.ts";
import type { OpenStream } from "../../streams/open-stream.ts";
import { resumeFrom } from "../../streams/resume-from.ts";
import { createSseWriter, type Frames } from "../../streams/sse-writer.ts";
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
    params: buildPath,
    query: logQuery,
    responses: { 200: { description: "Events", content_type: "text/event-stream" } },
    refusals: ["workspace_not_found", "build_not_found", "too_many_streams"],
    async handler({ params, query, caller, raw, logger }) {
      const stream = deps.streams.admit(raw, caller);
      const { pool } = deps.store;
      await readOwnWorkspace(pool, { id: params.workspace, owner_id: caller.user_id });
      if ((await readBuild(pool, params.workspace, params.build)) === null) {
        throw new Refusal("build_not_found");
      }
      if (stream.isLeft) return TAKEN_OVER;
      const of = { workspace_id: params.workspace, build_id: params.build };
      const watch = deps.buildLogs.hold(of, stream);
      const after = lineOf(resumeFrom(raw.request, undefined)) ?? query.after ?? 0;
      await send(stream, watch, after).catch((error: unknown) => {
        logger.warn({ err: error, build_id: params.build }, "a build's log could not be sent");
      });
      return TAKEN_OVER;
    },
  });
  return [logs];
}

async function send(stream: OpenStream, watch: BuildLogWatch, after: number): Promise<void> {
  const sink = createSseWriter<Frames>(stream);
  if (stream.request.method === "HEAD") return sink.end(null);
  try {
    await followBuildLog({ watch, sink, after });
  } catch (error) {
    sink.end(retryMs());
    throw error;
  }
}

/** The number of a line; whatever else a client sends was not ours, and the log is told from its beginning. */
function lineOf(id: string | undefined): number | undefined {
  if (id === undefined) return undefined;
  return /^\d{1,15}$/.test(id) ? Number(id) : 0;
}
