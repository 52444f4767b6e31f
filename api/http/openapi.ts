// The OpenAPI 3.1 document, made from the schemas that validate requests.
import { z } from "zod";
import { createDocument, type ZodOpenApiOperationObject, type ZodOpenApiResponsesObject } from "zod-openapi";
import { scopesFor } from "../../core/access/access.ts";
import { REFUSALS, type RefusalCode } from "../../core/chat/refusal.ts";
import { problem } from "../schemas/common.ts";
import { PROBLEM_CONTENT_TYPE } from "./problem.ts";
import { accessOf, type Route } from "./route.ts";
import { version } from "./version.ts";

const WHERE_THE_KEY_IS =
  "An API key, or a token of the issuer. `npm start` prints it in its box and keeps it in `.data/secrets.json`; elsewhere it is the value of `EVERTURN_API_KEY`.";
const ABOUT_SESSIONS =
  "The cookie of a browser that has signed in (`POST /session`). Calls that change something also need the header `X-Everturn-CSRF: 1`.";
const ABOUT = `Durable AI chat turns over REST and server-sent events.

To try a call here, press **Authorize** and paste an API key. \`npm start\` prints the key in its box and keeps it in
\`.data/secrets.json\`; elsewhere it is the value of \`EVERTURN_API_KEY\`. Begin with \`POST /v1/chats\`: the \`id\` in its
answer is the \`chat\` of the other calls.`;

const idempotencyHeader = z.object({
  "Idempotency-Key": z.string().min(1).max(255).optional().meta({
    description:
      "The same key with the same request gives the same answer for 24 hours; with another one 409",
  }),
});

/** The document of these routes, as JSON text. */
export function openApiDocument(routes: readonly Route[]): string {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const each of routes) {
    paths[each.path] = { ...paths[each.path], [each.method]: operation(each) };
  }
  const document = createDocument({
    openapi: "3.1.0",
    info: {
      title: "Everturn",
      version,
      description: ABOUT,
      license: { name: "Apache-2.0", identifier: "Apache-2.0" },
    },
    servers: [{ url: "/" }],
    security: [{ apiKey: [] }, { session: [] }],
    components: {
      securitySchemes: {
        apiKey: { type: "http", scheme: "bearer", description: WHERE_THE_KEY_IS },
        session: { type: "apiKey", in: "cookie", name: "everturn_session", description: ABOUT_SESSIONS },
      },
    },
    paths,
  });
  return JSON.stringify(document);
}

function operation(each: Route): ZodOpenApiOperationObject {
  return {
    operationId: operationId(each),
    summary: each.summary,
    ...(each.description !== undefined && { description: each.description }),
    tags: [each.tag],
    ...shownAccess(each),
    requestParams: {
      ...(each.params !== undefined && { path: each.params }),
      ...(each.query !== undefined && { query: each.query }),
      ...(each.changes === true && { header: idempotencyHeader }),
    },
    ...(each.body !== undefined && {
      requestBody: {
        required: !each.body.safeParse(undefined).success,
        content: { "application/json": { schema: each.body, example: each.example ?? {} } },
      },
    }),
    ...(each.raw_body !== undefined && { requestBody: rawBody(each.raw_body) }),
    responses: { ...answers(each), ...problems(each) },
  };
}

/** What the docs page sends when somebody tries the call. */
const RAW_EXAMPLES: Readonly<Record<string, object>> = {
  "application/json": { example: {} },
  "text/plain": { example: "Hello" },
};

function rawBody(types: readonly string[]) {
  const schema = { type: "string", format: "binary" } as const;
  const content = types.map((type) => [type, { schema, ...RAW_EXAMPLES[type] }]);
  return { required: true, content: Object.fromEntries(content) };
}

/** Who may make the call: what it wants, and the scopes that reach it. */
function shownAccess(each: Route): object {
  const access = accessOf(each);
  if (access === null) return { security: [] };
  return { "x-everturn-access": { ...access, scopes: scopesFor(access) } };
}

/** `post /v1/chats/{chat}/messages` → `postChatsMessages`. */
function operationId(each: Route): string {
  const words = each.path
    .replace(/^\/v1/, "")
    .split("/")
    .filter((word) => word !== "")
    .map((word) => (word.startsWith("{") ? `By-${word.slice(1, -1)}` : word))
    .join("-");
  return `${each.method}-${words || "home"}`.replace(/[-_.]+(\w)/g, (_all, letter: string) =>
    letter.toUpperCase(),
  );
}

const BYTES = "application/octet-stream";

function answers(each: Route): ZodOpenApiResponsesObject {
  return Object.fromEntries(
    Object.entries(each.responses).map(([status, spec]) => {
      const type = spec.content_type ?? "application/json";
      const has = spec.schema !== undefined || spec.content_type !== undefined;
      const schema = spec.schema ?? z.string();
      const content = {
        [type]: { schema },
        ...(spec.or_bytes === true && { [BYTES]: { schema: z.string() } }),
      };
      return [status, { description: spec.description, ...(has && { content }) }];
    }),
  );
}

/** Refusals of every call that needs a key. */
const COMMON: readonly RefusalCode[] = [
  "unauthenticated",
  "forbidden",
  "rate_limited",
  "unavailable",
  "draining",
  "internal",
];
const WITH_BODY: readonly RefusalCode[] = [
  "invalid_json",
  "invalid_request",
  "body_too_large",
  "unsupported_media_type",
];

const RAW_BODY: readonly RefusalCode[] = ["invalid_request", "body_too_large", "unsupported_media_type"];

function problems(each: Route): ZodOpenApiResponsesObject {
  const codes = new Set<RefusalCode>([
    ...(each.access === "public" ? [] : COMMON),
    ...(each.query === undefined ? [] : (["invalid_request"] as const)),
    ...(each.body === undefined ? [] : WITH_BODY),
    ...(each.raw_body === undefined ? [] : RAW_BODY),
    ...(each.changes === true ? (["idempotency_key_reused", "transition_refused"] as const) : []),
    ...(each.refusals ?? []),
  ]);
  const byStatus = Map.groupBy([...codes], (code) => REFUSALS[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, here]) => [
      String(status) as "400",
      {
        description: here.map((code) => `\`${code}\`: ${REFUSALS[code].title}`).join("; "),
        content: { [PROBLEM_CONTENT_TYPE]: { schema: problem } },
      },
    ]),
  );
}
