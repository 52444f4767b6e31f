// One log line and one measurement for each request, without bodies, queries or keys.
import type { RequestHandler } from "express";
import { Histogram, type Registry } from "prom-client";
import type { Logger } from "../../../platform/logger.ts";
import { callerOf } from "../access/authenticate.ts";
import { requestIdOf } from "./request-id.ts";

/** Probes come every few seconds; their lines would hide the others. */
const QUIET_PATHS = new Set(["/healthz", "/readyz", "/metrics"]);
const DURATION_BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5];

/** The path of a shared chat is a secret: whoever knows it can read the chat. */
function shownPath(path: string): string {
  // Also where it is almost right: a link that was broken on the way is easily mended.
  return path.replace(/((?:^|[/\\]|%2f|%5c)shared)(?:[/\\]|%2f|%5c).*?(\/stream)?\/?$/i, "$1/…$2");
}

/** Logs requests as they end, and measures how long they took by route. */
export function requestLog(logger: Logger, metrics: Registry): RequestHandler {
  const durations = new Histogram({
    name: "everturn_http_request_seconds",
    help: "Time from a request to the end of its answer; streams end when their reader leaves",
    labelNames: ["method", "route", "status"],
    buckets: DURATION_BUCKETS_S,
    registers: [metrics],
  });
  return (request, response, next) => {
    const begin = performance.now();
    response.once("close", () => {
      const route = (response.locals["route"] as string | undefined) ?? "none";
      const elapsedMs = performance.now() - begin;
      const status = response.statusCode;
      durations.observe({ method: request.method, route, status: String(status) }, elapsedMs / 1000);
      const chatId = response.locals["chatId"] as string | undefined;
      logger[QUIET_PATHS.has(request.path) ? "debug" : "info"](
        {
          request_id: requestIdOf(response),
          ...(chatId !== undefined && { chat_id: chatId }),
          user_id: callerOf(response)?.user.id,
          method: request.method,
          path: shownPath(request.path),
          status,
          // The client left before the answer was complete.
          ...(!response.writableFinished && { aborted: true }),
          duration_ms: Math.round(elapsedMs * 10) / 10,
        },
        "request",
      );
    });
    next();
  };
}
