import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError, loadConfig } from "./config.ts";
import { warningsOfSignIn } from "./sign-in-config.ts";

const complete = {
  DATABASE_URL: "postgres://everturn@127.0.0.1:5432/everturn",
  EVERTURN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
};
const issuer = { EVERTURN_OIDC_ISSUER: "https://issuer.example.com/tenant", EVERTURN_OIDC_AUDIENCE: "api" };

function faultsOf(environment: NodeJS.ProcessEnv): string {
  try {
    loadConfig({ ...complete, ...environment });
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error.message;
  }
  return "";
}

test("A7 without a word about it nobody signs in at an issuer, and no other origin is let in", () => {
  const { oidc, corsOrigins, publicOrigin } = loadConfig(complete).signIn;
  assert.deepEqual([oidc.issuer, oidc.audience, oidc.clientId, publicOrigin], [null, null, null, null]);
  assert.deepEqual(corsOrigins, []);
});

test("A1 only asymmetric algorithms can be listed", () => {
  const listed = (EVERTURN_OIDC_ALGORITHMS: string) => faultsOf({ ...issuer, EVERTURN_OIDC_ALGORITHMS });
  assert.equal(listed("ES256, EdDSA"), "");
  for (const wrong of ["none", "HS256", "RS256,HS256", "RS256,none", "rs256", ","])
    assert.match(listed(wrong), /EVERTURN_OIDC_ALGORITHMS is wrong: expected some of/, wrong);
});

test("A1 an issuer is reached over https, or on this machine", () => {
  const at = (EVERTURN_OIDC_ISSUER: string) => faultsOf({ ...issuer, EVERTURN_OIDC_ISSUER });
  for (const good of [
    "https://10.0.0.7/realms/a",
    "http://127.0.0.1:8080",
    "http://localhost:1",
    "http://[::1]:1/x",
  ])
    assert.equal(at(good), "", good);
  for (const wrong of [
    "http://issuer.example.com",
    "http://10.0.0.7",
    "http://127.0.0.1.example.com",
    "ftp://127.0.0.1",
    "https://a.example/?x",
    "https://a.example/#x",
    "https://user@a.example",
    "issuer",
  ])
    assert.match(at(wrong), /EVERTURN_OIDC_ISSUER is wrong: expected an https URL/, wrong);
});

test("A7 origins are exact: no paths, no wildcards, no other schemes", () => {
  const origins = (EVERTURN_CORS_ORIGINS: string) => faultsOf({ EVERTURN_CORS_ORIGINS });
  assert.equal(origins("https://app.example.com, http://localhost:5173"), "");
  for (const wrong of [
    "*",
    "null",
    "https://*.example.com/",
    "https://a.example/",
    "https://A.example",
    "a.example",
  ]) {
    assert.match(origins(wrong), /EVERTURN_CORS_ORIGINS is wrong: expected origins/, wrong);
    if (!wrong.includes(","))
      assert.match(faultsOf({ EVERTURN_PUBLIC_URL: wrong }), /EVERTURN_PUBLIC_URL is wrong/, wrong);
  }
});

test("A1 an issuer all of whose users may come in is warned of, unless the operator says that they mean it", () => {
  const warned = (environment: NodeJS.ProcessEnv) =>
    warningsOfSignIn(loadConfig({ ...complete, ...environment }).signIn).length;
  assert.equal(warned({}), 0);
  assert.equal(warned(issuer), 1);
  assert.equal(warned({ ...issuer, EVERTURN_OIDC_ADMIN_GROUPS: "chiefs" }), 1);
  for (const groups of ["staff", "*"])
    assert.equal(warned({ ...issuer, EVERTURN_OIDC_MEMBER_GROUPS: groups }), 0);
});

test("half of a configuration is refused at start, and a secret is not shown", () => {
  for (const [environment, fault] of [
    [{ EVERTURN_OIDC_AUDIENCE: "api" }, /EVERTURN_OIDC_ISSUER is not set/],
    [{ EVERTURN_OIDC_ADMIN_GROUPS: "a" }, /EVERTURN_OIDC_ISSUER is not set/],
    [{ EVERTURN_OIDC_ISSUER: issuer.EVERTURN_OIDC_ISSUER }, /needs EVERTURN_OIDC_CLIENT_ID/],
    [{ ...issuer, EVERTURN_OIDC_CLIENT_SECRET: "hunter2" }, /EVERTURN_OIDC_CLIENT_SECRET needs/],
    [{ EVERTURN_SESSION_IDLE_HOURS: "200" }, /EVERTURN_SESSION_IDLE_HOURS is more than/],
    [{ ...issuer, EVERTURN_OIDC_SCOPES: "profile" }, /EVERTURN_OIDC_SCOPES is wrong/],
  ] as const) {
    const message = faultsOf(environment);
    assert.match(message, fault);
    assert.doesNotMatch(message, /hunter2/);
  }
});
