// Tests: who calls, one column of the matrix each: with which headers, for whose things, and what is expected.
import { randomUUID } from "node:crypto";
import type { Scope, UserRole } from "../../core/access/access.ts";
import { createApiKey, revokeApiKey } from "../../store/access/api-keys.ts";
import { newApiKey } from "../../store/access/issued-keys.ts";
import { createUser } from "../../store/access/users.ts";
import type { TestApi } from "../support/api.ts";
import type { ExpectedRoute } from "./expected-routes.ts";

export interface MatrixRoute extends ExpectedRoute {
  /** `GET /v1/chats`. */
  readonly name: string;
  readonly method: string;
}

/**
 * `in`: the call is let in, and is answered as it is to an admin with a full key. Otherwise the status, with its code where it has
 * one: `403 forbidden`.
 */
export type Expected = string;

export interface Column {
  readonly name: string;
  /** Of one caller, made once. */
  readonly headers: Readonly<Record<string, string>>;
  /** Sent with each call that is not public, such as a token for a stream. */
  readonly query?: string;
  /** A call that would end what the caller proves themselves with. A test of its own shows it. */
  readonly skips?: string;
  /** `foreign`: the calls name things of somebody else, which are there. Absent: things that are nowhere, so that nothing changes. */
  readonly things?: "foreign";
  readonly expects: (route: MatrixRoute) => Expected;
}

const OUT: Expected = "401 unauthenticated";
const FORBIDDEN: Expected = "403 forbidden";

export function bearer(key: string) {
  return { Authorization: `Bearer ${key}` };
}

/** A caller whom nobody knows, or nobody knows any more. */
export function outside(name: string, headers: Column["headers"]): Column {
  return { name, headers, expects: ({ kind }) => (kind === "public" ? "in" : OUT) };
}

/** What a role and a scope may, by the kind of a route. */
export function expectedFor(role: UserRole, scope: Scope): Column["expects"] {
  return ({ kind, method, reads }) => {
    if (kind === "public") return "in";
    if (kind === "admin" && role !== "admin") return FORBIDDEN;
    if (scope === "chats") return kind === "chats" ? "in" : FORBIDDEN;
    return scope === "read" && method !== "GET" && reads !== true ? FORBIDDEN : "in";
  };
}

/** Every way to call with an API key, and without one. Others add columns of their own. */
export async function keyColumns(api: TestApi): Promise<readonly Column[]> {
  const { pool } = api;
  const holder = async (role: UserRole, more: { scope?: Scope; expires_at?: string } = {}) => {
    const user = await createUser(pool, { name: role, role });
    const key = newApiKey();
    const id = await createApiKey(pool, { user_id: user.id, name: randomUUID(), key, ...more });
    return { user, id, headers: bearer(key) };
  };
  const revoked = await holder("admin");
  await revokeApiKey(pool, revoked.id);
  const suspended = await holder("admin");
  await pool.query("update users set suspended_at = now() where id = $1", [suspended.user.id]);
  const deleted = await holder("admin");
  await pool.query("update users set deleted_at = now() where id = $1", [deleted.user.id]);
  const scopes = ["full", "chats", "read"] as const;
  const roles = ["member", "admin"] as const;
  const allowed = await Promise.all(
    roles.flatMap((role) =>
      scopes.map(async (scope) => ({
        name: `${role} with scope ${scope}`,
        headers: (await holder(role, { scope })).headers,
        expects: expectedFor(role, scope),
      })),
    ),
  );
  return [
    outside("no key", {}),
    outside("bad key", bearer(newApiKey())),
    outside("another scheme", { Authorization: "Basic YTpi" }),
    outside("expired key", (await holder("admin", { expires_at: "2020-01-01T00:00:00Z" })).headers),
    outside("revoked key", revoked.headers),
    outside("suspended user", suspended.headers),
    outside("deleted user", deleted.headers),
    ...allowed,
    foreign("other user", "member", (await holder("member")).headers),
    foreign("other admin", "admin", (await holder("admin")).headers),
  ];
}

/** Somebody who asks for things of others. Only what admins manage for all is there for admins. */
function foreign(name: string, role: UserRole, headers: Column["headers"]): Column {
  const allowed = expectedFor(role, "full");
  return {
    name,
    headers,
    things: "foreign",
    expects: (route) => {
      const may = allowed(route);
      if (may !== "in" || route.foreign === undefined) return may;
      return role === "admin" && !["chats", "public"].includes(route.kind) ? "found" : route.foreign;
    },
  };
}
