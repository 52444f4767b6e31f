// The Express app: the path of a request from top to bottom.
import express, { type Express, type RequestHandler } from "express";
import { Refusal } from "../core/chat/refusal.ts";
import { allRoutes } from "./all-routes.ts";
import type { ApiDeps } from "./deps.ts";
import { authenticate, callerOf } from "./http/access/authenticate.ts";
import { type Caller, requireAccess } from "./http/access/caller.ts";
import { recogniseKeys } from "./http/access/key-lookup.ts";
import { answerErrors } from "./http/middleware/answer-errors.ts";
import { allowOrigins } from "./http/middleware/cross-origin.ts";
import { limitAddresses, limitKeys, limitLinks } from "./http/middleware/limit-rate.ts";
import { requestId } from "./http/middleware/request-id.ts";
import { requestLog } from "./http/middleware/request-log.ts";
import { securityHeaders } from "./http/middleware/security-headers.ts";
import { mountRoutes } from "./http/mount-routes.ts";
import { serveConsole } from "./routes/console/console.ts";
import { docsFiles } from "./routes/docs.ts";
import { MCP_CALLBACK } from "./routes/mcp/mcp-sign-in.ts";

const adminsOnly: RequestHandler = (_request, response, next) => {
  requireAccess(callerOf(response) as Caller, { area: "deployment", changes: false, role: "admin" });
  next();
};

/** A server that shuts down takes no new work (SPEC O2). */
function refuseWhileDraining(isDraining: () => boolean): RequestHandler {
  return (_request, response, next) => {
    if (!isDraining()) return next();
    response.setHeader("Connection", "close");
    throw new Refusal("draining");
  };
}

/** The API as an Express app; it listens to nothing yet. */
export function createApp(deps: ApiDeps): Express {
  const app = express();
  app.disable("x-powered-by");
  // Answers differ for each request: an ETag would cost a hash and never match.
  app.set("etag", false);
  app.set("query parser", "simple");
  // Without this, all clients behind a proxy would have the proxy's address.
  app.set("trust proxy", [...deps.trustedProxies]);
  const { beforeKeys, afterKeys, rules } = deps.signIn;
  const known = authenticate([...beforeKeys, recogniseKeys(deps.keys), ...afterKeys]);
  const limited = limitAddresses(deps.rateLimits);
  app.use(requestId, requestLog(deps.logger, deps.metrics), securityHeaders);
  app.use(allowOrigins(rules));
  app.use("/docs", docsFiles);
  app.use(
    ["/v1", "/ai-sdk", "/session", "/shared"],
    (_request, response, next) => {
      response.setHeader("Cache-Control", "no-store");
      next();
    },
    refuseWhileDraining(() => deps.readiness.draining),
    limited,
  );
  app.use(["/v1", "/ai-sdk"], unlessMcpCallback(known), unlessMcpCallback(limitKeys(deps.rateLimits)));
  app.use("/shared/:token", limitLinks(deps.rateLimits));
  // Beyond loopback only admins may read the metrics; scrapers use a port of their own or an admin's key (SPEC O1).
  if (deps.metricsNeedAdmin) app.use("/metrics", limited, known, adminsOnly);
  if (deps.console !== null) app.use(serveConsole(deps.console));
  mountRoutes(app, allRoutes(deps), deps.logger);
  app.use(() => {
    throw new Refusal("not_found", "no such path; all paths: /openapi.json");
  });
  app.use(answerErrors(deps.logger));
  return app;
}

/** A browser brings no strict cookie from an authorisation server's page: the state that it brings is the proof (SPEC C4). */
function unlessMcpCallback(handler: RequestHandler): RequestHandler {
  return (request, response, next) => {
    if (`${request.baseUrl}${request.path}` === MCP_CALLBACK) return next();
    return handler(request, response, next);
  };
}
