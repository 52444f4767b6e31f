// Routes: who the caller is.
import { z } from "zod";
import { readUsageLimit } from "../../store/usage-limits.ts";
import type { ApiDeps } from "../deps.ts";
import { type Route, route } from "../route.ts";
import { time, uuid } from "../schemas/common.ts";
import { usageLimit } from "../schemas/usage.ts";
import { showUsageLimit } from "../show-usage-limit.ts";

const me = z
  .strictObject({
    id: uuid,
    name: z.string(),
    role: z.enum(["admin", "member"]),
    api_key: z.strictObject({
      id: uuid,
      name: z.string(),
      prefix: z.string(),
      expires_at: time.nullable(),
    }),
    usage_limit: usageLimit,
  })
  .meta({ id: "Me" });

export function meRoutes(deps: Pick<ApiDeps, "store">): Route[] {
  const read = route({
    method: "get",
    path: "/v1/me",
    summary: "Read the caller's user and key",
    tag: "Access",
    responses: { 200: { description: "The user behind the key", schema: me } },
    async handler({ caller }) {
      const api_key = {
        id: caller.key_id,
        name: caller.key_name,
        prefix: caller.key_prefix,
        expires_at: caller.key_expires_at,
      };
      const { user_id: id, user_name: name, role } = caller;
      const { pool } = deps.store;
      const usage_limit = await showUsageLimit(pool, id, (await readUsageLimit(pool, id)) ?? null);
      return { status: 200, body: { id, name, role, api_key, usage_limit } };
    },
  });
  return [read];
}
