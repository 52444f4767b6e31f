// The audit log: who did what, when and from where (SPEC A8).
import { z } from "zod";
import { listAudit } from "../../../store/access/audit-log.ts";
import type { ApiDeps } from "../../deps.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { auditPage, auditQuery } from "../../schemas/access.ts";

const cursor = listCursor({ id: z.uuid() });

export function auditLogRoutes({ store }: Pick<ApiDeps, "store">): Route[] {
  const list = route({
    method: "get",
    path: "/v1/audit-log",
    summary: "List what was done to the deployment, its users and keys, newest first",
    description: "Filters add up. Rows are never changed and never deleted.",
    tag: "Access",
    access: { area: "deployment", role: "admin" },
    query: auditQuery,
    responses: { 200: { description: "A page of acts", schema: auditPage } },
    refusals: ["invalid_cursor"],
    async handler({ query: { after, ...filters } }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const { items, next } = await listAudit(store.pool, { ...filters, after: from });
      return { status: 200, body: { items, next_cursor: next === null ? null : cursor.write({ id: next }) } };
    },
  });
  return [list];
}
