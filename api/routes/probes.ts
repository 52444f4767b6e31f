// Health, readiness and metrics (SPEC O1). No key is needed.
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../http/route.ts";
import { version } from "../http/version.ts";

const tag = "Operation";
const health = z.strictObject({ status: z.literal("ok"), version: z.string() }).meta({ id: "Health" });
const check = z.strictObject({ ok: z.boolean(), detail: z.string().optional() });
const readiness = z
  .strictObject({
    status: z.enum(["ready", "degraded", "not_ready"]),
    checks: z.strictObject({
      postgres: check,
      migrations: check,
      temporal: check,
      secret_key: check,
      workers: check,
      own_tools: check,
      files: check,
      draining: check,
    }),
  })
  .meta({ id: "Readiness" });

export function probeRoutes(deps: ApiDeps): Route[] {
  return [healthz(), readyz(deps), metrics(deps)];
}

function healthz(): Route {
  return route({
    method: "get",
    path: "/healthz",
    summary: "Whether the process lives",
    tag,
    access: "public",
    responses: { 200: { description: "It does", schema: health } },
    async handler() {
      return { status: 200, body: { status: "ok", version } };
    },
  });
}

function readyz(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/readyz",
    summary: "Whether this replica should be sent requests",
    description:
      "`degraded`: requests are accepted, but Temporal is away and their turns begin when it is back, or turns fail because stored API keys cannot be opened, a build of the worker fails its workflow tasks, or a module of own tools was left out.",
    tag,
    access: "public",
    responses: {
      200: { description: "Ready, or degraded", schema: readiness },
      503: { description: "Not ready", schema: readiness },
    },
    async handler() {
      const report = await deps.readiness.report();
      return { status: report.status === "not_ready" ? 503 : 200, body: report };
    },
  });
}

function metrics(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/metrics",
    summary: "Prometheus metrics of this process",
    description:
      "Where the API listens beyond loopback, or behind a proxy: for keys of admins. A port of its own, which asks for no key, is set by `EVERTURN_API_METRICS_PORT`.",
    tag,
    access: "public",
    responses: { 200: { description: "Metrics", content_type: "text/plain" } },
    async handler() {
      return { status: 200, text: await deps.metrics.metrics(), content_type: deps.metrics.contentType };
    },
  });
}
