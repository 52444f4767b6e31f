// Tells callers who they are.
import { z } from "zod";
import { SCOPES, USER_ROLES } from "../../../core/access/access.ts";
import type { Queryable } from "../../../store/database.ts";
import { readUsableModelConfigs } from "../../../store/model/resolve-model-config.ts";
import { readUsageLimit } from "../../../store/usage/usage-limits.ts";
import type { ApiDeps } from "../../deps.ts";
import type { Caller } from "../../http/access/caller.ts";
import { type Route, route } from "../../http/route.ts";
import { time, uuid } from "../../schemas/common.ts";
import { providerKind } from "../../schemas/model/model-provider.ts";
import { usageLimit } from "../../schemas/usage.ts";
import { showUsageLimit } from "../usage.ts";

const me = z
  .strictObject({
    id: uuid,
    name: z.string(),
    role: z.enum(USER_ROLES),
    scope: z.enum(SCOPES),
    api_key: z
      .strictObject({ id: uuid, name: z.string(), prefix: z.string(), expires_at: time.nullable() })
      .nullable()
      .meta({ description: "Null when the call was made without an API key" }),
    usage_limit: usageLimit,
    providers: z
      .array(z.strictObject({ name: z.string(), kind: providerKind }))
      .meta({ description: "Those that an enabled model config uses" }),
    default_model: z
      .strictObject({ id: uuid, name: z.string(), provider: z.string(), model: z.string() })
      .nullable()
      .meta({ description: "Who answers where a message names no model; null: nobody can" }),
  })
  .meta({ id: "Me" });

export function meRoutes(deps: Pick<ApiDeps, "store">): Route[] {
  const read = route({
    method: "get",
    path: "/v1/me",
    summary: "Read the caller's user and key",
    tag: "Access",
    access: { area: "chats" },
    responses: { 200: { description: "The user behind the key", schema: me } },
    async handler({ caller }) {
      const { id, name, role } = caller.user;
      const { pool } = deps.store;
      const usage_limit = await showUsageLimit(pool, id, (await readUsageLimit(pool, id)) ?? null);
      const models = await readModels(pool);
      return {
        status: 200,
        body: { id, name, role, scope: caller.scope, api_key: shownKey(caller), usage_limit, ...models },
      };
    },
  });
  return [read];
}

function shownKey({ by }: Caller) {
  if (by.type !== "key") return null;
  return { id: by.key_id, name: by.key_name, prefix: by.key_prefix, expires_at: by.expires_at };
}

/** Names only: base URLs and keys are for admins. */
async function readModels(db: Queryable) {
  const usable = await readUsableModelConfigs(db);
  const kinds = new Map(usable.map(({ provider, kind }) => [provider, kind]));
  const providers = [...kinds].map(([name, kind]) => ({ name, kind }));
  const found = usable.find(({ is_default }) => is_default);
  if (found === undefined) return { providers, default_model: null };
  const { id, name, provider, model } = found;
  return { providers, default_model: { id, name, provider, model } };
}
