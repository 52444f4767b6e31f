// The built console as the API serves it: caching, compression, deep links, and nothing but its own files.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { brotliDecompressSync, gunzipSync } from "node:zlib";
import { createConsoleShelf } from "../../../api/routes/console/console-shelf.ts";
import { compressFiles } from "../../../dev/console/compress-files.ts";
import { consoleFolder } from "../../../platform/programs/console-folder.ts";
import { startTestApi, type TestApi } from "../../support/api.ts";

const SCRIPT = `// the console\n${"start();\n".repeat(400)}`;
const page = (script: string) =>
  `<!doctype html><title>Everturn</title><script src="/assets/${script}"></script>`;

const root = mkdtempSync(join(tmpdir(), "everturn-console-files-"));
const place = consoleFolder(root);
let api: TestApi;

function writeBuilt(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(place.dist, path, ".."), { recursive: true });
    writeFileSync(join(place.dist, path), text);
  }
}

before(async () => {
  api = await startTestApi({ console: createConsoleShelf(place) });
});

after(async () => {
  await api.stop();
  rmSync(root, { recursive: true, force: true });
});

interface Got {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** The bytes as they come: fetch would unpack them, and would tidy the path. */
function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Got> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(api.url);
    const sent = request({ hostname, port, path, method, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on("error", reject);
    sent.end();
  });
}

test("without a build the first page has links, and the console's addresses are not there", async () => {
  assert.match((await get("/")).body.toString(), /API documentation/);
  const { status, headers } = await get("/chats/1");
  assert.equal(status, 404);
  assert.match(String(headers["content-type"]), /^application\/problem\+json/);
});

test("while the console is being built, its page says so and loads itself again, without a script", async () => {
  mkdirSync(join(place.lock, ".."), { recursive: true });
  writeFileSync(place.lock, String(process.pid));
  for (const path of ["/", "/chats/1", "/inbox"]) {
    const { status, headers, body } = await get(path);
    assert.equal(status, 200, path);
    assert.equal(headers["cache-control"], "no-store");
    assert.match(body.toString(), /being built[^]*less than a minute/);
    assert.match(body.toString(), /<meta http-equiv="refresh" content="2">/);
    assert.doesNotMatch(body.toString(), /<script|style=/);
  }
  rmSync(place.lock);
  assert.match((await get("/")).body.toString(), /API documentation/);
});

test("a build that comes while the server runs is served at once: page, hashed files, and deep links", async () => {
  writeBuilt({ "assets/index-abc.js": SCRIPT, "favicon.svg": "<svg/>", ".stamp": "secret" });
  await compressFiles(place.dist);
  writeBuilt({ "index.html": page("index-abc.js") });
  for (const path of [
    "/",
    "/chats/019",
    "/workspaces",
    "/workspaces/019",
    "/debug/019",
    "/inbox",
    "/sign-in",
  ]) {
    const { status, headers, body } = await get(path);
    assert.equal(status, 200, path);
    assert.equal(headers["cache-control"], "no-cache");
    assert.match(String(headers["content-type"]), /^text\/html/);
    assert.equal(body.toString(), page("index-abc.js"));
  }
  const script = await get("/assets/index-abc.js");
  assert.equal(script.body.toString(), SCRIPT);
  assert.equal(script.headers["cache-control"], "public, max-age=31536000, immutable");
  assert.match(String(script.headers["content-type"]), /^text\/javascript/);
  assert.equal((await get("/favicon.svg")).headers["cache-control"], "public, max-age=3600");
});

test("files go compressed to those who take it: brotli first, then gzip, else as they are", async () => {
  const path = "/assets/index-abc.js";
  const brotli = await get(path, { "accept-encoding": "gzip, deflate, br, zstd" });
  assert.equal(brotli.headers["content-encoding"], "br");
  assert.equal(brotliDecompressSync(brotli.body).toString(), SCRIPT);
  const gzip = await get(path, { "accept-encoding": "gzip" });
  assert.equal(gunzipSync(gzip.body).toString(), SCRIPT);
  const none = await get(path, { "accept-encoding": "br;q=0, gzip;q=0" });
  assert.equal(none.headers["content-encoding"], undefined);
  for (const { headers } of [brotli, gzip, none]) assert.match(String(headers["vary"]), /Accept-Encoding/);
  assert.equal(new Set([brotli, gzip, none].map(({ headers }) => headers["etag"])).size, 3);
});

test("an unchanged file is not sent again; HEAD sends headers alone", async () => {
  for (const path of ["/", "/assets/index-abc.js"]) {
    const first = await get(path, { "accept-encoding": "br" });
    const again = await get(path, {
      "accept-encoding": "br",
      "if-none-match": String(first.headers["etag"]),
    });
    assert.equal(again.status, 304, path);
    assert.equal(again.body.byteLength, 0);
    const head = await get(path, { "accept-encoding": "br" }, "HEAD");
    assert.equal(head.status, 200);
    assert.equal(head.body.byteLength, 0);
    assert.equal(head.headers["content-length"], String(first.body.byteLength));
  }
});

test("the next build replaces the page at once", async () => {
  writeBuilt({ "assets/index-def.js": "next();", "index.html": page("index-def.js") });
  assert.equal((await get("/")).body.toString(), page("index-def.js"));
  assert.equal((await get("/assets/index-def.js")).body.toString(), "next();");
});

test("nothing else is served: no hidden file, no path out of the folder, no link, no method but GET and HEAD", async () => {
  writeFileSync(join(root, "outside.txt"), "outside");
  symlinkSync(join(root, "outside.txt"), join(place.dist, "assets", "link.js"));
  writeBuilt({ "index.html": `${page("index-def.js")}<!-- read again -->` });
  for (const path of [
    "/.stamp",
    "/assets/",
    "/assets/link.js",
    "/assets/missing.js",
    "/../outside.txt",
    "/assets/..%2f..%2foutside.txt",
    "/%2e%2e/outside.txt",
    "/assets/index-abc.js.br/",
    "/chats/a/b",
    "/inboxes",
  ]) {
    const { status, headers, body } = await get(path);
    assert.equal(status, 404, path);
    assert.match(String(headers["content-type"]), /^application\/problem\+json/, path);
    assert.doesNotMatch(body.toString(), /outside$/);
  }
  assert.equal((await get("/", {}, "POST")).status, 405);
  assert.equal((await get("/inbox", {}, "POST")).status, 404);
});

test("the console's page is under the strict policy", async () => {
  const policy = String((await get("/")).headers["content-security-policy"]);
  assert.match(policy, /default-src 'self'/);
  assert.match(policy, /script-src 'self'(;|$)/);
  assert.match(policy, /style-src 'self'(;|$)/);
  assert.doesNotMatch(policy, /unsafe|https?:/);
});

test("a page can ask whether it is signed in, and in which ways it can be, without being refused", async () => {
  const ask = async (headers: Record<string, string> = {}) => {
    const { status, body } = await api.call("GET /session", { key: null, headers });
    assert.equal(status, 200);
    return body;
  };
  assert.deepEqual(await ask(), { signed_in: false, api_key: true, oidc: false });
  const begun = await api.call("POST /session", { key: null, body: { api_key: api.key } });
  const cookie = (begun.headers.get("set-cookie") ?? "").split(";")[0] ?? "";
  assert.equal((await ask({ cookie })).signed_in, true);
  assert.equal((await ask({ cookie: `${cookie}x` })).signed_in, false);
});
