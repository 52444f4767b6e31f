// Routes: who the caller is.
import { z } from "zod";
import { type Route, route } from "../route.ts";
import { time, uuid } from "../schemas/common.ts";

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
  })
  .meta({ id: "Me" });

export function meRoutes(): Route[] {
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
      return {
        status: 200,
        body: { id: caller.user_id, name: caller.user_name, role: caller.role, api_key },
      };
    },
  });
  return [read];
}
