import assert from "node:assert/strict";
import { test } from "node:test";
import { decideAccess, type RouteAccess, SCOPES, scopesFor, USER_ROLES } from "./access.ts";

const AREAS = ["chats", "deployment"] as const;

test("A1 a scope never gives more than the role: every cell of roles, scopes and routes", () => {
  const cells: Record<string, string> = {};
  for (const role of USER_ROLES) {
    for (const scope of SCOPES) {
      const routes = AREAS.flatMap((area) =>
        [false, true].flatMap((changes): RouteAccess[] => [
          { area, changes },
          { area, changes, role: "admin" },
        ]),
      );
      const allowed = routes.filter((access) => decideAccess({ role, scope }, access).type === "allowed");
      cells[`${role} ${scope}`] = allowed
        .map((access) => [access.area, access.changes ? "change" : "read", access.role ?? "any"].join(" "))
        .join(", ");
    }
  }
  assert.deepEqual(cells, {
    "admin full":
      "chats read any, chats read admin, chats change any, chats change admin, deployment read any, deployment read admin, deployment change any, deployment change admin",
    "admin chats": "chats read any, chats read admin, chats change any, chats change admin",
    "admin read": "chats read any, chats read admin, deployment read any, deployment read admin",
    "member full": "chats read any, chats change any, deployment read any, deployment change any",
    "member chats": "chats read any, chats change any",
    "member read": "chats read any, deployment read any",
  });
});

test("A1 a refusal says what is wanted: the role first, since no scope helps without it", () => {
  const access: RouteAccess = { area: "deployment", changes: true, role: "admin" };
  assert.deepEqual(decideAccess({ role: "member", scope: "read" }, access), {
    type: "wrong-role",
    wanted: "admin",
  });
  const wanted = scopesFor(access);
  assert.deepEqual(decideAccess({ role: "admin", scope: "read" }, access), { type: "wrong-scope", wanted });
});
