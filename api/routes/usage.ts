// What chats and users have cost, and the users' limits.
import type { z } from "zod";
import { commandBodyBytesMax, usageGroupsMax } from "../../core/chat/limits.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import { limitPeriodAt } from "../../core/usage/limit-period.ts";
import type { Spending } from "../../core/usage/usage-record.ts";
import { audited } from "../../store/access/audited.ts";
import type { Queryable } from "../../store/database.ts";
import { readChatRow } from "../../store/row/chat-row.ts";
import {
  type LimitUsage,
  readLimitUsage,
  readUsageLimit,
  setUsageLimit,
  type UsageLimit,
} from "../../store/usage/usage-limits.ts";
import { readTreeSpending, readUsageReport } from "../../store/usage/usage-reports.ts";
import type { ApiDeps } from "../deps.ts";
import { storeFor } from "../http/access/actor.ts";
import { seesDeployment } from "../http/access/caller.ts";
import { type Route, route } from "../http/route.ts";
import { chatPath, userPath } from "../schemas/params.ts";
import { chatCost, newUsageLimit, usageLimit, usageQuery, usageReport } from "../schemas/usage.ts";

const tag = "Usage";

export function usageRoutes(deps: ApiDeps): Route[] {
  return [cost(deps), report(deps), readLimit(deps), putLimit(deps)];
}

function cost(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/chats/{chat}/cost",
    summary: "Read what a chat and its descendants have cost",
    description:
      "Messages that were edited away or deleted count, and so do calls for titles and compaction.",
    tag,
    access: { area: "chats" },
    params: chatPath,
    responses: { 200: { description: "The cost of all model calls", schema: chatCost } },
    refusals: ["chat_not_found"],
    async handler({ params, caller }) {
      const { pool } = deps.store;
      const chat = await readChatRow(pool, params.chat);
      if (chat?.owner_id !== caller.user.id) throw new Refusal("chat_not_found");
      return { status: 200, body: toWire(await readTreeSpending(pool, chat)) };
    },
  });
}

function report(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/usage",
    summary: "Read what was used and spent in a period",
    description: "Admins see all users, members themselves.",
    tag,
    access: { area: "deployment" },
    query: usageQuery,
    responses: { 200: { description: "In all, and by group when asked for", schema: usageReport } },
    async handler({ query, caller }) {
      const asked = periodOf(query);
      const read = await readUsageReport(deps.store.pool, {
        ...asked,
        caller_id: caller.user.id,
        user_id: seesDeployment(caller) ? null : caller.user.id,
        group_by: query.group_by,
        groups_max: usageGroupsMax,
      });
      const groups =
        read.groups?.map(({ key, label, ...spending }) => ({ key, label, ...toWire(spending) })) ?? null;
      const { groups_truncated } = read;
      const group_by = query.group_by ?? null;
      return { status: 200, body: { ...asked, group_by, ...toWire(read.total), groups, groups_truncated } };
    },
  });
}

function periodOf(query: z.output<typeof usageQuery>): { from: string; to: string } {
  const now = Date.now();
  const from = query.from ?? new Date(limitPeriodAt("month", now).start_ms).toISOString();
  const to = query.to ?? new Date(now).toISOString();
  if (from < to) return { from, to };
  throw new Refusal("invalid_request", undefined, [{ path: "to", message: "must be later than `from`" }]);
}

function readLimit(deps: ApiDeps): Route {
  return route({
    method: "get",
    path: "/v1/users/{user}/limit",
    summary: "Read what a user may spend",
    description: "Members may ask for themselves.",
    tag,
    access: { area: "deployment" },
    params: userPath,
    responses: { 200: { description: "The limit, and where the user stands", schema: usageLimit } },
    refusals: ["user_not_found"],
    async handler({ params, caller }) {
      if (!seesDeployment(caller) && caller.user.id !== params.user) throw new Refusal("user_not_found");
      const { pool } = deps.store;
      const limit = await readUsageLimit(pool, params.user);
      if (limit === undefined) throw new Refusal("user_not_found");
      return { status: 200, body: await showUsageLimit(pool, params.user, limit) };
    },
  });
}

function putLimit(deps: ApiDeps): Route {
  return route({
    method: "put",
    path: "/v1/users/{user}/limit",
    summary: "Set what a user may spend",
    description: "For admins. Counts what the present period has seen already; null takes the limit away.",
    tag,
    access: { area: "deployment", role: "admin" },
    params: userPath,
    body: newUsageLimit,
    example: { limit_micros: 5_000_000, period: "month" },
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The limit, and where the user stands", schema: usageLimit } },
    refusals: ["user_not_found", "forbidden"],
    async handler(input) {
      const { params, body } = input;
      const { pool } = deps.store;
      const limit =
        body.limit_micros === null ? null : { limit_micros: body.limit_micros, period: body.period };
      const target = { target_type: "user", target_id: params.user, detail: { limit } };
      await audited(storeFor(deps.store, input), { action: "user.limit", ...target }, async (tx) => {
        if (!(await setUsageLimit(tx, params.user, limit))) throw new Refusal("user_not_found");
      });
      return { status: 200, body: await showUsageLimit(pool, params.user, limit) };
    },
  });
}

function toWire({ cost_micros, ...rest }: Spending) {
  return { total_cost_micros: cost_micros, ...rest };
}

const UNLIMITED = { limit_micros: null, period: null, spent_micros: null, resets_at: null };

/** The limit and what its user has spent of it; all null when there is no limit. */
export async function showUsageLimit(
  db: Queryable,
  userId: string,
  limit: UsageLimit | null,
): Promise<LimitUsage | typeof UNLIMITED> {
  return limit === null ? UNLIMITED : readLimitUsage(db, userId, { limit, now_ms: Date.now() });
}
