// Whatever is sent to whichever route of the OpenAPI document: it is taken, or refused by a problem document with a code; nothing
// breaks on our side.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import fc from "fast-check";
import "../support/fixed-seed.ts";
import { problem } from "../../api/schemas/common.ts";
import { startTestApi, type TestApi } from "../support/api.ts";
import { type DocumentedRoute, documentedRoutes } from "../support/docs/documented-routes.ts";

let api: TestApi;
let routes: readonly DocumentedRoute[];
const broken: string[] = [];

before(async () => {
  api = await startTestApi({
    onLog: (line) => {
      if (line.includes('"level":"error"') || line.includes('"level":50')) broken.push(line);
    },
  });
  routes = await documentedRoutes(api);
});
after(() => api.stop());

const oddText = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "\u0000",
    "\ud800",
    "\udc00x",
    "__proto__",
    "constructor",
    "null",
    "%00",
    "../..",
    "%2e%2e",
  ),
  fc.constantFrom(
    "0193e4a2-7c3b-7d4e-8f5a-6b7c8d9e0f1a",
    "2026-01-01",
    "high",
    "openai",
    "day",
    "submit-message",
    "user",
  ),
  fc.string({ unit: "grapheme", maxLength: 12 }),
  fc.string({ unit: "binary", maxLength: 12 }),
  fc.constantFrom("x".repeat(5_000), "-1", "1e400", "99999999999999999999", "2147483648"),
);
const oddNumber = fc.oneof(
  fc.double(),
  fc.integer(),
  fc.constantFrom(0, -0, 2 ** 53, 1e308, -1, 2_147_483_648),
);

/** JSON with the names that a route knows, and those that nobody should. */
function oddValue(names: readonly string[]): fc.Arbitrary<unknown> {
  const name = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...names, "text", "type") },
    { weight: 1, arbitrary: oddText },
  );
  return fc.letrec<{ value: unknown; object: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      oddText,
      oddNumber,
      fc.constantFrom(null, true, false),
      fc.array(tie("value"), { maxLength: 3 }),
      tie("object"),
    ),
    object: fc
      .array(fc.tuple(name, tie("value")), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries) as unknown),
  })).object;
}

interface Sent {
  readonly params: readonly (string | null)[];
  readonly query: readonly (readonly [string, string])[];
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer | null;
}

function oddRequest({ path_names, query_names, has_body, field_names }: DocumentedRoute): fc.Arbitrary<Sent> {
  // Null: the one that is there.
  const param = fc.oneof(
    { weight: 4, arbitrary: fc.constant(null) },
    { weight: 1, arbitrary: oddText.map(encode) },
  );
  const names = query_names.length === 0 ? fc.constant("x") : fc.constantFrom(...query_names);
  const header = fc.string({ maxLength: 20 }).map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, ""));
  const json = oddValue(field_names.length === 0 ? ["x"] : field_names).map((value) =>
    Buffer.from(JSON.stringify(value)),
  );
  const bytes = fc.uint8Array({ maxLength: 40 }).map((each) => Buffer.from(each));
  const body = fc.oneof({ weight: 6, arbitrary: json }, { weight: 1, arbitrary: bytes });
  return fc.record({
    params: fc.array(param, { minLength: path_names.length, maxLength: path_names.length }),
    query: fc.array(fc.tuple(names, oddText.map(encode)), { maxLength: 2 }),
    headers: fc.record(
      {
        "Idempotency-Key": header,
        "X-Request-Id": header,
        "Last-Event-ID": header,
        "Content-Encoding": fc.constantFrom("identity", "gzip", "br", ""),
      },
      { requiredKeys: [] },
    ),
    body: has_body ? fc.option(body) : fc.constant(null),
  });
}

/** As a URL has it, with what cannot be encoded rightly left as bytes that mean nothing. */
function encode(text: string): string {
  return text.isWellFormed() ? encodeURIComponent(text) : "%ED%A0%80";
}

interface Answered {
  readonly status: number;
  readonly text: string;
}

/** Reads refusals; an answer that is a stream is left as soon as it begins. */
function send(route: DocumentedRoute, sent: Sent): Promise<Answered> {
  let at = 0;
  const real = route.path.split("/");
  const path = route.template
    .split("/")
    .map((step, i) => (step.startsWith("{") ? (sent.params[at++] ?? real[i]) : step))
    .join("/");
  const query = sent.query.map(([name, value]) => `${name}=${value}`).join("&");
  const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json", ...sent.headers };
  return new Promise((resolve, reject) => {
    const asked = request(api.url, {
      method: route.method,
      path: query === "" ? path : `${path}?${query}`,
      headers,
    });
    asked.on("error", reject);
    asked.on("response", (response) => {
      const status = response.statusCode ?? 0;
      const pieces: Buffer[] = [];
      const done = () => resolve({ status, text: Buffer.concat(pieces).toString() });
      if (response.headers["content-type"]?.startsWith("text/event-stream") === true) {
        asked.destroy();
        return done();
      }
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", done);
    });
    asked.end(sent.body ?? undefined);
  });
}

test("property: no route answers 5xx, and each refusal is a problem document with its code", async () => {
  // Deletions last: they take away what the others are sent to.
  const ordered = routes.toSorted((a, b) => Number(a.method === "DELETE") - Number(b.method === "DELETE"));
  for (const route of ordered) {
    await fc.assert(
      fc.asyncProperty(oddRequest(route), async (sent) => {
        const { status, text } = await send(route, sent);
        const where = `${route.method} ${route.template} → ${status} ${text.slice(0, 300)}`;
        assert.ok(status < 500, `${where}\n${broken.at(-1) ?? ""}`);
        if (status >= 400) assert.equal(problem.parse(JSON.parse(text)).status, status, where);
      }),
      { numRuns: 40 },
    );
  }
  assert.deepEqual(broken, []);
});
