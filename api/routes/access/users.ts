// Users: admins make, change, suspend and delete them (SPEC A1, A9).
import { v7 as uuidv7 } from "uuid";
import { z } from "zod";
import type { UserRole } from "../../../core/access/access.ts";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import type { JsonObject } from "../../../core/part/part.ts";
import type { AuditEntry } from "../../../store/access/audit-log.ts";
import { audited, note } from "../../../store/access/audited.ts";
import {
  changeUser,
  createUser,
  listUsers,
  readUser,
  type UserChange,
  type UserRow,
} from "../../../store/access/users.ts";
import { emptyUser, type Leftovers, markUserDeleted } from "../../../store/chat/departure/delete-user.ts";
import { withTransaction } from "../../../store/database.ts";
import type { ApiDeps } from "../../deps.ts";
import { storeFor } from "../../http/access/actor.ts";
import { listCursor } from "../../http/list-cursor.ts";
import { type Route, route } from "../../http/route.ts";
import { newUser, user, userDeletion, userPage, userPatch, userQuery } from "../../schemas/access.ts";
import { userPath } from "../../schemas/params.ts";

const tag = "Access";
const cursor = listCursor({ id: z.uuid() });
const access = { area: "deployment", role: "admin" } as const;

type Deps = Pick<ApiDeps, "store" | "deliverer" | "workspaceTeller" | "accessChanged">;

export function userRoutes(deps: Deps): Route[] {
  return [list(deps), create(deps), read(deps), patch(deps), remove(deps)];
}

function list({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/users",
    summary: "List users, newest first",
    tag,
    access,
    query: userQuery,
    responses: { 200: { description: "A page of users", schema: userPage } },
    refusals: ["invalid_cursor"],
    async handler({ query: { limit, after } }) {
      const from = after === undefined ? undefined : cursor.read(after).id;
      const { items, next } = await listUsers(store.pool, { limit, after: from });
      const next_cursor = next === null ? null : cursor.write({ id: next });
      return { status: 200, body: { items: items.map(toWire), next_cursor } };
    },
  });
}

function create({ store }: Deps): Route {
  return route({
    method: "post",
    path: "/v1/users",
    summary: "Make a user",
    description: "Give the user a key by `POST /v1/api-keys`.",
    tag,
    access,
    body: newUser,
    example: { name: "Ada", email: "ada@example.com" },
    body_bytes_max: commandBodyBytesMax,
    responses: { 201: { description: "The user", schema: user } },
    refusals: ["email_taken"],
    async handler(input) {
      const { email = null, ...fields } = input.body;
      const id = uuidv7();
      const made = await audited(storeFor(store, input), { ...ofUser("create", id), detail: fields }, (tx) =>
        createUser(tx, { id, ...fields, email }),
      );
      return { status: 201, body: toWire(made) };
    },
  });
}

function read({ store }: Deps): Route {
  return route({
    method: "get",
    path: "/v1/users/{user}",
    summary: "Read a user",
    tag,
    access,
    params: userPath,
    responses: { 200: { description: "The user", schema: user } },
    refusals: ["user_not_found"],
    async handler({ params }) {
      const found = await readUser(store.pool, params.user);
      if (found === null) throw new Refusal("user_not_found");
      return { status: 200, body: toWire(found) };
    },
  });
}

function patch(deps: Deps): Route {
  return route({
    method: "patch",
    path: "/v1/users/{user}",
    summary: "Change, suspend or resume a user",
    description:
      "A suspension holds at once: keys and sessions stop working, open streams end. Turns that run go on, with the messages that wait behind them; the user can begin no others. The last admin who can act stays one.",
    tag,
    access,
    params: userPath,
    body: userPatch,
    example: { name: "Ada Lovelace" },
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "The user", schema: user } },
    refusals: ["user_not_found", "last_admin", "email_taken"],
    async handler(input) {
      const { params, body } = input;
      const acting = storeFor(deps.store, input);
      const changed = await withTransaction(deps.store.pool, async (tx) => {
        const { user: now, before } = await changeUser(tx, params.user, body);
        for (const [act, detail] of actsOf(body, before.role)) {
          await note(tx, acting, { ...ofUser(act, params.user), detail });
        }
        return now;
      });
      deps.accessChanged();
      return { status: 200, body: toWire(changed) };
    },
  });
}

function remove(deps: Deps): Route {
  return route({
    method: "delete",
    path: "/v1/users/{user}",
    summary: "Delete a user",
    description:
      "Keys and sessions end first. Then the chats are deleted with their running turns, or interrupted and given to another user; workspaces likewise. Queued messages and shares are not handed over. If the answer did not arrive, send the call again: it goes on where it was.",
    tag,
    access,
    params: userPath,
    query: userDeletion,
    responses: { 204: { description: "The user is gone" } },
    refusals: ["user_not_found", "last_admin", "invalid_request"],
    async handler(input) {
      const { user: id } = input.params;
      const store = storeFor(deps.store, input);
      await markUserDeleted(store, id, leftoversOf(input.query));
      deps.accessChanged();
      await emptyUser(store, id, {
        runs: (rows) => deps.deliverer.deliver(rows),
        workspace: (row) => deps.workspaceTeller.tell(row),
      });
      return { status: 204 };
    },
  });
}

function leftoversOf({ chats, to }: z.output<typeof userDeletion>): Leftovers {
  const fault = (message: string) =>
    new Refusal("invalid_request", `to: ${message}`, [{ path: "to", message }]);
  if (chats === "delete") {
    if (to !== undefined) throw fault("is only for `chats=transfer`");
    return { chats };
  }
  if (to === undefined) throw fault("is needed: the user who gets the chats");
  return { chats, to };
}

function ofUser(act: string, target_id: string): AuditEntry {
  return { action: `user.${act}`, target_type: "user", target_id };
}

/** A change may be several acts. Each has the name by which somebody looks for it, in whatever company it comes. */
function actsOf({ role, suspended, email, name }: UserChange, roleBefore: UserRole): [string, JsonObject][] {
  const acts: [string, JsonObject][] = [];
  if (role !== undefined && role !== roleBefore) acts.push(["role", { role, before: roleBefore }]);
  if (suspended !== undefined) acts.push([suspended ? "suspend" : "resume", {}]);
  const updated = { ...(name !== undefined && { name }), ...(email !== undefined && { changed: ["email"] }) };
  if (acts.length === 0 || Object.keys(updated).length > 0) acts.push(["update", updated]);
  return acts;
}

function toWire({ suspended_at, ...shown }: UserRow) {
  return { ...shown, suspended: suspended_at !== null, suspended_at };
}
