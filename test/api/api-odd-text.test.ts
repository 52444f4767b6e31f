// Text that no column can hold, bytes that are no text, fields that are no fields: refused with a path and a stable code, never
// an error of ours, and never something else stored than was sent.
import assert from "node:assert/strict";
import { request } from "node:http";
import { after, before, test } from "node:test";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { startTestApi, type TestApi } from "../support/api.ts";
import { type DocumentedRoute, documentedRoutes } from "../support/docs/documented-routes.ts";

let api: TestApi;
let routes: readonly DocumentedRoute[];
let places: (template: string) => string;

before(async () => {
  api = await startTestApi();
  routes = await documentedRoutes(api);
  places = (template) => routes.find((each) => each.template === template)?.path ?? template;
});
after(() => api.stop());

const NUL = "a\u0000b";
const HALF = "a\ud800b";
const deep = (levels: number) => `${"[".repeat(levels)}${"]".repeat(levels)}`;
const aMessage = (id: string) => ({ id, role: "user", parts: [{ type: "text", text: "hello" }] });

interface Odd {
  readonly body?: unknown;
  readonly text?: string;
  /** Where the fault lies, and the code, `invalid_request` unless said otherwise. */
  readonly path: string;
  readonly code?: string;
}

const BODIES: readonly (readonly [string, Odd])[] = [
  ["POST /v1/chats", { body: { content: "x", labels: { a: NUL } }, path: "labels.a" }],
  ["POST /v1/chats", { body: { content: "x", labels: { a: HALF } }, path: "labels.a" }],
  ["POST /v1/chats", { body: { content: "x", labels: { [NUL]: "a" } }, path: `labels.${NUL}` }],
  ["POST /v1/chats", { body: { content: "x", labels: { [HALF]: "a" } }, path: "labels.a\ufffdb" }],
  ["POST /v1/chats", { body: { content: "x", title: HALF }, path: "title" }],
  ["POST /v1/chats", { body: { content: "x", system_prompt: HALF }, path: "system_prompt" }],
  ["POST /v1/chats", { body: { content: "x", project_path: "/a\u0000" }, path: "project_path" }],
  ["POST /v1/chats", { text: '{"content":"x","__proto__":{"title":"y"}}', path: "__proto__" }],
  ["POST /v1/chats", { text: '{"content":"x","labels":{"__proto__":"y"}}', path: "labels.__proto__" }],
  [
    "POST /v1/chats",
    { text: '{"content":[{"type":"text","text":"x","__proto__":1}]}', path: "content[0].__proto__" },
  ],
  ["PATCH /v1/chats/{chat}", { body: { labels: { a: NUL } }, path: "labels.a" }],
  ["PATCH /v1/chats/{chat}", { body: { title: HALF }, path: "title" }],
  ["POST /v1/model-providers", { body: { name: HALF, kind: "openai" }, path: "name" }],
  ["PATCH /v1/model-configs/{model_config}", { body: { stop: [HALF] }, path: "stop[0]" }],
  [
    "PATCH /v1/model-configs/{model_config}",
    { body: { provider_options: { a: { b: NUL } } }, path: "provider_options.a.b" },
  ],
  [
    "PATCH /v1/model-configs/{model_config}",
    { text: '{"provider_options":{"__proto__":{}}}', path: "provider_options.__proto__" },
  ],
  [
    "PATCH /v1/model-configs/{model_config}",
    { text: '{"provider_options":{"a":1e999}}', path: "provider_options.a" },
  ],
  [
    "PATCH /v1/model-configs/{model_config}",
    { text: `{"provider_options":{"a":${deep(5_000)}}}`, path: "body" },
  ],
  ["POST /v1/workspaces", { body: { template: "blank", parameters: { a: NUL } }, path: "parameters.a" }],
  ["POST /v1/workspaces", { body: { template: NUL }, path: "template" }],
  ["POST /v1/workspaces", { body: { template: "blank", name: HALF }, path: "name" }],
  ["PUT /v1/settings", { body: { system_prompt: NUL }, path: "system_prompt" }],
  ["PUT /v1/me/settings", { body: { prompt: HALF, compaction_thresholds: {} }, path: "prompt" }],
  ["POST /ai-sdk/chat", { body: { id: NUL, messages: [aMessage("m")] }, path: "id" }],
  ["POST /ai-sdk/chat", { body: { id: HALF, messages: [aMessage("m")] }, path: "id" }],
  [
    "POST /ai-sdk/chat",
    { body: { id: "c", messages: [aMessage("m"), aMessage(HALF)] }, path: "messages[1].id" },
  ],
  ["POST /ai-sdk/chat", { body: { id: "c", messages: [aMessage("m")], messageId: NUL }, path: "messageId" }],
  ["POST /v1/chats", { text: '{"content":', path: "body", code: "invalid_json" }],
];

for (const [what, { path, code = "invalid_request", ...sent }] of BODIES) {
  const shown = (sent.text ?? JSON.stringify(sent.body)).slice(0, 60);
  test(`${what} refuses ${shown} at ${JSON.stringify(path)}`, async () => {
    const [method, template = ""] = what.split(" ");
    const { status, body } = await api.call(`${method} ${places(template)}`, sent);
    assert.deepEqual([status, body.code, body.errors?.[0]?.path], [400, code, path]);
  });
}

const QUERIES: readonly (readonly [string, string])[] = [
  ["q=a%00", "q"],
  ["q=%ff", "q"],
  ["q=%ED%A0%80", "q"],
  ["q=%zz", "q"],
  ["label=a%00:b", "label"],
  ["label=a:b%00", "label"],
  ["label=a:b&label=a:%ED%A0%80", "label"],
  ["after=%00", "after"],
  ["%ff=1", "query"],
  ["__proto__=1", "__proto__"],
  ["limit=1&limit=2", "limit"],
  [Array(60).fill("label=a:b").join("&"), "label"],
];

for (const [query, path] of QUERIES) {
  test(`the query ${query.slice(0, 30)} is refused at ${path}`, async () => {
    const { status, body } = await api.call(`GET /v1/chats?${query}`);
    assert.deepEqual([status, body.code], [400, "invalid_request"]);
    assert.equal(body.errors[0].path.split("[")[0], path);
  });
}

test("a query may be sent in every way that is right", async () => {
  const label = { "a b": "c+d é" };
  const { body: chat } = await api.call("POST /v1/chats", { body: { content: "x", labels: label } });
  for (const query of [
    "label=a+b:c%2Bd+%C3%A9",
    "label=a%20b%3Ac%2Bd%20%c3%a9&",
    "&label=a+b:c%2Bd+%C3%A9",
  ]) {
    const { body } = await api.call(`GET /v1/chats?${query}`);
    assert.deepEqual(
      body.items.map(({ id }: { id: string }) => id),
      [chat.id],
      query,
    );
  }
});

test("A3 every route refuses a query parameter that it does not know, by name", async () => {
  // Authorisation servers add parameters of their own when they send a browser back.
  const strict = routes.filter(({ template }) => template !== "/v1/mcp-servers/callback");
  for (const { method, path, template } of strict) {
    const { status, body } = await api.call(`${method} ${path}?surprise=1`);
    // Named last: a parameter that is needed may be missing, too.
    assert.deepEqual(
      [status, body.code, body.errors?.at(-1)?.path],
      [400, "invalid_request", "surprise"],
      template,
    );
  }
});

test("ids that cannot be stored are not found, wherever they stand in a path", async () => {
  for (const { method, template, path_names } of routes.filter(({ path_names }) => path_names.length > 0)) {
    for (const id of ["%00", "a%00b", "%ED%A0%80", "%ff", "%", "x".repeat(5_000)]) {
      const path = template.replaceAll(/\{\w+\}/g, id);
      const { status } = await api.call(`${method} ${path}`);
      assert.equal(status, 404, `${method} ${path.slice(0, 80)} ${path_names.join()}`);
    }
  }
});

interface Sent {
  readonly bytes: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
}

const hello = Buffer.from('{"content":"hello"}');
const BYTES: Readonly<Record<string, Sent & { readonly answer: string }>> = {
  "a body that is not UTF-8": {
    bytes: Buffer.from('{"content":"\xff"}', "latin1"),
    answer: "400 invalid_json body",
  },
  "half a character of UTF-8": {
    bytes: Buffer.from('{"content":"\xf0\x9f"}', "latin1"),
    answer: "400 invalid_json body",
  },
  "a surrogate as UTF-8": {
    bytes: Buffer.from('{"content":"\xed\xa0\x80"}', "latin1"),
    answer: "400 invalid_json body",
  },
  "another charset": {
    bytes: Buffer.from('{"content":"hello"}', "utf16le"),
    headers: { "Content-Type": "application/json; charset=utf-16le" },
    answer: "415 unsupported_media_type Content-Type",
  },
  "no gzip at all": {
    bytes: hello,
    headers: { "Content-Encoding": "gzip" },
    answer: "400 invalid_request Content-Encoding",
  },
  "gzip cut short": {
    bytes: gzipSync(hello).subarray(0, 15),
    headers: { "Content-Encoding": "gzip" },
    answer: "400 invalid_request Content-Encoding",
  },
  "gzip with a wrong checksum": {
    bytes: Buffer.concat([gzipSync(hello).subarray(0, -8), Buffer.alloc(8, 1)]),
    headers: { "Content-Encoding": "gzip" },
    answer: "400 invalid_request Content-Encoding",
  },
  "an encoding that nobody knows": {
    bytes: hello,
    headers: { "Content-Encoding": "rot13" },
    answer: "415 unsupported_media_type Content-Encoding",
  },
  "an Idempotency-Key that is no ASCII": {
    bytes: hello,
    headers: { "Idempotency-Key": "\u00e9" },
    answer: "400 invalid_request Idempotency-Key",
  },
  gzip: { bytes: gzipSync(hello), headers: { "Content-Encoding": "gzip" }, answer: "201" },
  deflate: { bytes: deflateSync(hello), headers: { "Content-Encoding": "deflate" }, answer: "201" },
  brotli: { bytes: brotliCompressSync(hello), headers: { "Content-Encoding": "br" }, answer: "201" },
  "a byte order mark": { bytes: Buffer.concat([Buffer.from("\ufeff"), hello]), answer: "201" },
  "an X-Request-Id and a Last-Event-ID that are no text": {
    bytes: hello,
    headers: { "X-Request-Id": "\u00ff\u0080", "Last-Event-ID": "\u00ff" },
    answer: "201",
  },
};

/** Headers as they are: fetch would refuse some of them itself. */
function post({ bytes, headers }: Sent): Promise<string> {
  return new Promise((resolve, reject) => {
    const all = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json", ...headers };
    const sent = request(`${api.url}/v1/chats`, { method: "POST", headers: all }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("end", () => {
        const body = JSON.parse(Buffer.concat(pieces).toString()) as {
          code?: string;
          errors?: { path: string }[];
        };
        resolve([response.statusCode, body.code, body.errors?.[0]?.path].filter(Boolean).join(" "));
      });
    });
    sent.on("error", reject);
    sent.end(bytes);
  });
}

for (const [what, { answer, ...sent }] of Object.entries(BYTES)) {
  test(`${what} is answered ${answer}`, async () => {
    assert.equal(await post(sent), answer);
  });
}

test("a client that leaves in the middle of its body is no fault of ours", async () => {
  const leave = new AbortController();
  const body = new ReadableStream({
    pull(controller) {
      controller.enqueue(Buffer.from('{"content":"'));
      leave.abort();
    },
  });
  const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json" };
  const asked = { method: "POST", headers, body, duplex: "half", signal: leave.signal } as RequestInit;
  await assert.rejects(fetch(`${api.url}/v1/chats`, asked));
  assert.equal((await api.call("GET /v1/me")).status, 200);
});
