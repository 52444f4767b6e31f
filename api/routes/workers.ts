// The builds of the workers, and how many processes run each: what an admin looks at first when turns do not begin (SPEC O4).
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../http/route.ts";
import { time } from "../schemas/common.ts";

const workerBuild = z
  .strictObject({
    build_id: z.string().meta({ description: "Empty: workers without a build id" }),
    is_newest: z.boolean().meta({ description: "First seen or promoted last: new turns should begin on it" }),
    living: z.int().min(0).meta({ description: "Processes that run it and were seen lately" }),
    first_seen_at: time,
    last_seen_at: time.nullable(),
    failed_runs: z.int().min(0).meta({ description: "Turns that were ended because its code failed" }),
    last_failed_at: time.nullable(),
    last_failure: z.string().nullable(),
  })
  .meta({ id: "WorkerBuild" });
const workerBuilds = z
  .strictObject({
    items: z.array(workerBuild),
    next_cursor: z.null(),
    links: z.strictObject({ temporal: z.string().nullable().meta({ description: "Temporal's Web UI" }) }),
  })
  .meta({ id: "WorkerBuilds" });

type Deps = Pick<ApiDeps, "listWorkerBuilds" | "temporalUiUrl">;

export function workerRoutes({ listWorkerBuilds, temporalUiUrl }: Deps): Route[] {
  return [
    route({
      method: "get",
      path: "/v1/workers",
      summary: "List the builds of the workers",
      description:
        "For admins. The newest choice comes first. What Temporal says of them: `everturn workers`.",
      tag: "Operation",
      access: { area: "deployment", role: "admin" },
      responses: {
        200: { description: "All builds that were seen in the last 30 days", schema: workerBuilds },
      },
      refusals: ["forbidden"],
      async handler() {
        const builds = await listWorkerBuilds();
        const items = builds.map(({ known: _known, chosen_at: _chosen, ...build }, at) => ({
          ...build,
          is_newest: at === 0,
        }));
        return { status: 200, body: { items, next_cursor: null, links: { temporal: temporalUiUrl } } };
      },
    }),
  ];
}
