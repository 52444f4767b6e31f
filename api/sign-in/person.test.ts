import assert from "node:assert/strict";
import { test } from "node:test";
import { type Claims, readPerson } from "./person.ts";

const settings = { groupsClaim: "groups", adminGroups: ["chiefs"], memberGroups: ["staff"] };

function read(claims: Claims, more: Partial<typeof settings> = {}) {
  const result = readPerson({ sub: "ada", ...claims }, { ...settings, ...more });
  return result.type === "person" ? result.person : result.type;
}

test("A1 groups give roles, and let people in", () => {
  assert.deepEqual(read({ groups: ["chiefs"] }), { subject: "ada", name: "ada", email: null, role: "admin" });
  const roleOf = (groups: unknown, more = {}) => {
    const person = read({ groups }, more);
    return person === "refused" ? person : person.role;
  };
  assert.equal(roleOf(["staff", "chiefs"]), "admin");
  assert.equal(roleOf(["staff"]), "member");
  assert.equal(roleOf("staff"), "member");
  for (const groups of [[], ["others"], undefined, null, 1, { staff: true }, [["staff"]], "chiefs staff"])
    assert.equal(roleOf(groups), "refused", JSON.stringify(groups));
  assert.equal(roleOf([], { memberGroups: [] }), "member");
  for (const missing of [undefined, null])
    assert.equal(
      roleOf(missing, { memberGroups: [] }),
      null,
      "a token without the claim says nothing about roles",
    );
  assert.equal(roleOf([], { memberGroups: ["*"] }), "member");
  assert.equal(roleOf(["staff"], { adminGroups: [] }), null, "the issuer says nothing about roles");
});

test("A1 groups are found under their own name first, then inside other claims", () => {
  const roleAt = (claims: Claims, groupsClaim: string) => {
    const person = read(claims, { groupsClaim });
    return person === "refused" ? person : person.role;
  };
  assert.equal(roleAt({ "https://example.com/groups": ["staff"] }, "https://example.com/groups"), "member");
  assert.equal(roleAt({ realm_access: { roles: ["chiefs"] } }, "realm_access.roles"), "admin");
  for (const claims of [{}, { realm_access: null }, { realm_access: ["roles"] }, { realm_access: "x" }])
    assert.equal(roleAt(claims, "realm_access.roles"), "refused");
  assert.equal(roleAt({}, "constructor.name"), "refused");
});

test("A1 a name is what the issuer knows best, without characters that change how a line reads", () => {
  const nameOf = (claims: Claims) => {
    const person = read({ groups: ["staff"], ...claims });
    return person === "refused" ? person : person.name;
  };
  assert.equal(nameOf({ name: "Ada", preferred_username: "al", email: "a@b.c" }), "Ada");
  assert.equal(nameOf({ name: " \n ", preferred_username: "al" }), "al");
  assert.equal(nameOf({ name: 7, email: "a@b.c" }), "a@b.c");
  assert.equal(nameOf({ name: "A\u202eda\u0000\n" }), "Ada");
  assert.equal(nameOf({ name: "é".repeat(500) }).length, 100);
});

test("A1 an address counts as it came or not at all: nothing is taken away from it to make it somebody's", () => {
  const emailOf = (email: unknown) => {
    const person = read({ groups: ["staff"], email });
    return typeof person === "string" ? person : person.email;
  };
  assert.equal(emailOf("Ada@Example.com"), "Ada@Example.com");
  for (const odd of [
    " ada@example.com",
    "ada\u200b@example.com",
    "ada@example.com\u0000",
    "ada@example.com\n",
    "\u0430da@example.com",
    "ada@e\u212aample.com",
    `${"a".repeat(250)}@example.com`,
    "ada",
    "",
    7,
  ])
    assert.equal(emailOf(odd), null, JSON.stringify(odd));
});

test("A1 a subject that cannot be stored or compared names nobody", () => {
  for (const sub of ["", "a\u0000", "ä", 7, null, undefined, "a".repeat(256)])
    assert.equal(read({ sub, groups: ["staff"] }), "refused", String(sub));
});
