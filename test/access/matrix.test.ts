// Every route of the OpenAPI document × every kind of caller.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { createApiKey } from "../../store/access/api-keys.ts";
import { newApiKey } from "../../store/access/issued-keys.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { documentedRoutes } from "../support/docs/documented-routes.ts";
import { EXPECTED_ROUTES } from "./expected-routes.ts";
import { type Column, keyColumns, type MatrixRoute } from "./matrix-columns.ts";
import { type LocalIssuer, startLocalIssuer } from "./sign-in/issuer/local-issuer.ts";
import { signInColumns } from "./sign-in-columns.ts";

interface Shown {
  readonly security?: readonly unknown[];
  readonly "x-everturn-access"?: {
    readonly area: string;
    readonly role?: string;
    readonly changes: boolean;
    readonly scopes: readonly string[];
  };
  readonly requestBody?: {
    readonly content: { readonly "application/json": { readonly example: unknown } };
  };
}

interface CalledRoute extends MatrixRoute {
  readonly shown: Shown;
  /** With ids of things that are nowhere. */
  readonly nowhere: string;
  /** With ids of things of the API's owner. */
  readonly foreign_path: string;
}

let api: TestApi;
let issuer: LocalIssuer;
let routes: readonly CalledRoute[];

before(async () => {
  issuer = await startLocalIssuer();
  api = await startTestApi({ signIn: issuer.config() });
  routes = await readRoutes();
});

after(async () => {
  await api.stop();
  await issuer.stop();
});

const NOTHING = "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a";

/** What is in the document, with what is expected of it. */
async function readRoutes(): Promise<readonly CalledRoute[]> {
  const { body } = await api.call("GET /openapi.json", { key: null });
  const places = new Map(
    (await documentedRoutes(api)).map(({ method, template, path }) => [`${method} ${template}`, path]),
  );
  // Not the key that the tests call with: an admin may revoke it.
  const spare = await createApiKey(api.pool, { user_id: api.ownerId, name: "spare", key: newApiKey() });
  return Object.entries(body.paths as Record<string, Record<string, Shown>>).flatMap(([template, methods]) =>
    Object.entries(methods).map(([method, shown]): CalledRoute => {
      const name = `${method.toUpperCase()} ${template}`;
      const expected = EXPECTED_ROUTES[name];
      assert.ok(expected !== undefined, `${name} is new: say in expected-routes.ts who may call it`);
      const nowhere = template.replace(/\{(\w+)\}/g, (_all, param: string) =>
        /message|turn/.test(param) ? "9007199254740991" : NOTHING,
      );
      const foreign_path = (places.get(name) ?? template).replace(/(?<=api-keys\/).*/, () => spare);
      return { ...expected, name, method: method.toUpperCase(), shown, nowhere, foreign_path };
    }),
  );
}

test("A1 the document says of each route who may call it, as it is expected", () => {
  assert.deepEqual(
    Object.keys(EXPECTED_ROUTES).sort(),
    routes.map(({ name }) => name).sort(),
    "no route is expected that is not there",
  );
  for (const { name, kind, method, reads, shown } of routes) {
    const access = shown["x-everturn-access"];
    if (kind === "public") {
      assert.deepEqual([shown.security, access], [[], undefined], name);
      continue;
    }
    assert.equal(access?.area, kind === "chats" ? "chats" : "deployment", name);
    assert.equal(access?.role, kind === "admin" ? "admin" : undefined, name);
    const isRead = method === "GET" || reads === true;
    assert.equal(access?.changes, !isRead, name);
    const scopes = ["full", ...(kind === "chats" ? ["chats"] : []), ...(isRead ? ["read"] : [])];
    assert.deepEqual(access?.scopes, scopes, name);
  }
});

/** The status, and the code of a refusal. Of a stream only its beginning is read. */
async function answerTo(
  route: CalledRoute,
  { headers, things, query }: Pick<Column, "headers" | "things" | "query">,
) {
  const isForeign = things === "foreign";
  const hasBody = route.method !== "GET" && route.method !== "DELETE";
  // Things of others are asked for properly. Otherwise no call may change anything: no route takes such a field.
  const sent = isForeign
    ? (route.shown.requestBody?.content["application/json"].example ?? {})
    : { no_such: 1 };
  const leave = new AbortController();
  const path = isForeign ? route.foreign_path : route.nowhere;
  const ofColumn = query === undefined || route.kind === "public" ? [] : [query];
  const queries = [...ofColumn, ...(isForeign && route.query !== undefined ? [route.query] : [])];
  const more = queries.length === 0 ? "" : `?${queries.join("&")}`;
  const response = await fetch(`${api.url}${path}${more}`, {
    method: route.method,
    headers: { ...headers, ...(hasBody && { "Content-Type": "application/json" }) },
    ...(hasBody && { body: JSON.stringify(sent) }),
    signal: leave.signal,
  });
  const { status } = response;
  const code = status >= 400 ? ((await response.json()) as { code?: string }).code : undefined;
  leave.abort();
  return code === undefined ? String(status) : `${status} ${code}`;
}

test("A1 A2 A9 every route lets in exactly those whom it is for", async (t) => {
  const chat_id =
    routes.find(({ name }) => name === "GET /v1/chats/{chat}")?.foreign_path.split("/")[3] ?? "";
  const signedIn = await signInColumns({ api, issuer, chat_id, nowhere_id: NOTHING });
  const columns = [...(await keyColumns(api)), ...signedIn];
  const full = { headers: { Authorization: `Bearer ${api.key}` } };
  let cells = 0;
  for (const route of routes) {
    const letIn = await answerTo(route, full);
    assert.match(letIn, /^(2\d\d|400|404|405|409)/, `${route.name} as an admin with a full key`);
    await Promise.all(
      columns.map(async (column) => {
        if (column.skips === route.name) return;
        const expected = column.expects(route);
        const where = `${route.name} × ${column.name}`;
        const answered = await answerTo(route, column);
        if (expected === "in" && column.things === undefined) assert.equal(answered, letIn, where);
        else if (expected === "in" || expected === "found")
          assert.doesNotMatch(answered, /^(401|403|429|5)/, where);
        else assert.equal(answered, expected, where);
        cells += 1;
      }),
    );
  }
  t.diagnostic(`${routes.length} routes × ${columns.length} callers: ${cells} cells`);
});
