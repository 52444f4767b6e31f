// API keys: everybody makes and revokes their own, admins those of all (SPEC A1).
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { requireFewGrants } from "../../../store/access/audit-log.ts";
import { note } from "../../../store/access/audited.ts";
import { issueApiKey, listApiKeys, revokeIssuedKey } from "../../../store/access/issued-keys.ts";
import { withTransaction } from "../../../store/database.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { type Caller, ownProof, seesDeployment } from "../../http/access/caller.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { apiKeyPage, apiKeyQuery, issuedApiKey, newApiKey } from "../../schemas/access.ts";
import { apiKeyPath } from "../../schemas/params.ts";

const tag = "Access";
const cursor = listCursor({ id: z.uuid() });
const access = { area: "deployment" } as const;

type Deps = Pick<ApiDeps, "store" | "accessChanged">;

export function apiKeyRoutes(deps: Deps): Route[] {
  return [list(deps), create(deps), remove(deps)];
}

function list({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/api-keys",
    summary: "List API keys that are not revoked, newest first",
    description: "Your own, or with `user_id` those of another user (admins).",
    tag,
    access,
    query: apiKeyQuery,
    responses: { 200: { description: "A page of keys, without the keys themselves", schema: apiKeyPage } },
    refusals: ["invalid_cursor", "user_not_found"],
    async handler({ query: { user_id, limit, after }, caller }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const page = await listApiKeys(store.pool, { user_id: whose(caller, user_id), limit, after: from });
      const next_cursor = page.next === null ? null : cursor.write({ id: page.next });
      return { status: 200, body: { items: page.items, next_cursor } };
    },
  });
}

function create({ store }: Deps): Route {
  return route({
    method: "post",
    path: "/v1/api-keys",
    summary: "Make an API key",
    description:
      "The answer has the key, and nothing else ever shows it. Admins can make keys for others. A key ends no later than the key, session or token that it was made with.",
    tag,
    access,
    body: newApiKey,
    example: { name: "laptop", scope: "chats" },
    body_bytes_max: commandBodyBytesMax,
    responses: { 201: { description: "The key", schema: issuedApiKey } },
    refusals: ["user_not_found", "too_many"],
    async handler(input) {
      const { body, caller } = input;
      const { name, scope } = body;
      requireFuture(body.expires_at ?? null);
      const expires_at = earlier(body.expires_at ?? null, ownProof(caller.by).expires_at);
      const user_id = whose(caller, body.user_id);
      const acting = storeFor(store, input);
      const { key, row } = await withTransaction(store.pool, async (tx) => {
        await requireFewGrants(tx, caller.user);
        const issued = await issueApiKey(tx, {
          user_id,
          name,
          scope,
          expires_at,
          created_by: caller.user.id,
        });
        const detail = { user_id, name, scope, expires_at };
        const target = { target_type: "api_key", target_id: issued.row.id, detail };
        await note(tx, acting, { action: "api_key.create", ...target });
        return issued;
      });
      return { status: 201, body: { ...row, key } };
    },
  });
}

function remove(deps: Deps): Route {
  return route({
    method: "delete",
    path: "/v1/api-keys/{api_key}",
    summary: "Revoke an API key",
    description: "It stops working at once, and streams that were opened with it end.",
    tag,
    access,
    params: apiKeyPath,
    responses: { 204: { description: "It is revoked" } },
    refusals: ["api_key_not_found", "of_environment"],
    async handler(input) {
      const { params, caller } = input;
      const acting = storeFor(deps.store, input);
      await withTransaction(deps.store.pool, async (tx) => {
        const of = { id: params.api_key, user_id: seesDeployment(caller) ? null : caller.user.id };
        const { user_id, name } = await revokeIssuedKey(tx, of);
        const target = { target_type: "api_key", target_id: params.api_key, detail: { user_id, name } };
        await note(tx, acting, { action: "api_key.revoke", ...target });
      });
      deps.accessChanged();
      return { status: 204 };
    },
  });
}

/** Whose keys are meant. For members other users do not exist. */
function whose(caller: Caller, asked: string | undefined): string {
  if (asked === undefined || asked === caller.user.id) return caller.user.id;
  if (seesDeployment(caller)) return asked;
  throw new Refusal("user_not_found");
}

/** Whoever comes into a proof that ends must not make one of it that does not. */
function earlier(asked: string | null, end: string | null): string | null {
  if (asked === null || end === null) return asked ?? end;
  return Date.parse(asked) < Date.parse(end) ? asked : end;
}

function requireFuture(at: string | null): void {
  if (at === null || Date.parse(at) > Date.now()) return;
  const message = "must be in the future";
  throw new Refusal("invalid_request", `expires_at: ${message}`, [{ path: "expires_at", message }]);
}
