// Tests: the handlers of docs/ai-sdk.md, as they stand there, between a client and the API.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http";
import { stripTypeScriptTypes } from "node:module";
import { type AddressInfo, createServer as createTcpServer } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { after, before, test } from "node:test";
import express5 from "express";
import { express4 } from "../clients/express-4.mjs";
import { MAJORS, openChat, shownText, untilShown } from "../support/ai-sdk/ai-clients.ts";
import { metadataOf } from "../support/ai-sdk/ai-stored.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { script } from "../support/turn/settled.ts";

const docs = readFileSync(new URL("../../docs/ai-sdk.md", import.meta.url), "utf8");

/** The first example that holds these words. */
function example(words: string): string {
  const found = [...docs.matchAll(/```ts\n([\s\S]*?)```/g)].find(([, code]) => code?.includes(words));
  assert.ok(found?.[1] !== undefined, `no example with ${words}`);
  return found[1];
}

/** The example's code, given what it imports and takes from its surroundings. */
function run(code: string, given: Readonly<Record<string, unknown>>, result = "undefined"): unknown {
  const bare = stripTypeScriptTypes(code).replace(/^import .*$|^export \{.*$|^export /gm, "");
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  return new Function(...Object.keys(given), `${bare}\nreturn ${result};`)(...Object.values(given));
}

const askEverturn = run(example("function everturnPath"), {}, "askEverturn");
type NextHandler = (request: Request) => Promise<Response>;
const nextHandler = run(example("async function handler"), { askEverturn }, "handler") as NextHandler;

interface App {
  use(path: string, handler: unknown): void;
  listen(port: number, host: string): ReturnType<typeof createServer>;
}

function expressApp(create: () => App): App {
  const app = create();
  run(example("app.use("), { app, askEverturn, Readable, pipeline });
  return app;
}

/** What Next.js does around a route handler. */
function nextApp(): App {
  const server = createServer((incoming, response) => void answerAsNext(incoming, response));
  return { use: () => undefined, listen: (port, host) => server.listen(port, host) };
}

async function answerAsNext(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
  const leave = new AbortController();
  response.on("close", () => leave.abort());
  const url = URL.parse(incoming.url ?? "", `http://${incoming.headers.host}`);
  if (url === null) return void response.writeHead(400).end();
  const { method = "GET" } = incoming;
  const body = method === "GET" || method === "HEAD" ? null : (Readable.toWeb(incoming) as ReadableStream);
  const asked = { method, body, duplex: "half", signal: leave.signal } as RequestInit;
  const answer = await nextHandler(new Request(url, asked));
  response.writeHead(answer.status, Object.fromEntries(answer.headers));
  response.flushHeaders();
  for await (const piece of answer.body ?? []) response.write(piece);
  response.end();
}

const APPS: Readonly<Record<string, () => App>> = {
  "Express 5": () => expressApp(express5),
  "Express 4": () => expressApp(express4 as () => App),
  "Next.js": nextApp,
};

/** Runs `use` against a server that has these routes under `/api/chat`. */
async function served(app: App, use: (url: string) => Promise<void>): Promise<void> {
  const server = app.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).finally(() => {
    server.closeAllConnections();
    server.close();
  });
}

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
});
after(() => everturn.stop());

function leadTo(url: string, key = "ek_proxy"): void {
  process.env["EVERTURN_URL"] = url;
  process.env["EVERTURN_API_KEY"] = key;
}

async function sendsResumesAndStops(url: string, kind: string): Promise<void> {
  for (const major of MAJORS) {
    const key = `${kind}-${major}`;
    const api = `${url}/api/chat`;
    const chat = openChat(major, { proxy: api }, { id: key });
    const sent = chat.sendMessage({ text: script({ parts: 10, stall_after: 10 }, key) });
    await untilShown("the answer so far", chat, () => shownText(chat.lastMessage).includes("t10"));
    const tab = openChat(major, { proxy: api }, { id: key });
    const resumed = tab.resumeStream();
    await untilShown("the same", tab, () => shownText(tab.lastMessage).includes("t10"));
    const headers = { "content-type": "application/json" };
    const { turn_id } = metadataOf(chat.lastMessage);
    const stop = (named: number) =>
      fetch(`${api}/${key}/stop`, { method: "POST", headers, body: JSON.stringify({ turn_id: named }) });
    assert.equal((await stop(turn_id + 1)).status, 204);
    assert.equal((await stop(turn_id)).status, 204);
    await Promise.all([sent, resumed]);
    assert.equal(shownText(tab.lastMessage), shownText(chat.lastMessage));
    const loaded = (await (await fetch(`${api}/${key}/messages`)).json()) as unknown[];
    assert.equal(loaded.length, 2);
  }
}

for (const [name, create] of Object.entries(APPS)) {
  test(`the handler for ${name} sends, resumes, stops and loads`, async () => {
    leadTo(everturn.url, everturn.key);
    await served(create(), (url) => sendsResumesAndStops(url, name));
  });
}

/** Null: nothing may leave the server. */
const CALLS: readonly (readonly [string, string | null])[] = [
  ["POST /api/chat", "POST /ai-sdk/chat"],
  ["POST /api/chat/", "POST /ai-sdk/chat"],
  ["GET /api/chat/abc/stream", "GET /ai-sdk/chat/abc/stream"],
  ["GET /api/chat/abc/stream?sdk=7&x=/../../v1/settings", "GET /ai-sdk/chat/abc/stream"],
  ["GET /api/chat/abc/messages", "GET /ai-sdk/chat/abc/messages"],
  ["POST /api/chat/abc/stop", "POST /ai-sdk/chat/abc/stop"],
  ["GET /api/chat/a%2Fb/stream", "GET /ai-sdk/chat/a%2Fb/stream"],
  ["GET /api/chat/..%2f..%2fv1%2fsettings/stream", "GET /ai-sdk/chat/..%2F..%2Fv1%2Fsettings/stream"],
  ["GET /api/chat/%252e%252e/stream", "GET /ai-sdk/chat/%252e%252e/stream"],
  ["GET /api/chat/..%5c..%5cx/stream", "GET /ai-sdk/chat/..%5C..%5Cx/stream"],
  ["GET /api/chat/a%3Fb%23c%20d/messages", "GET /ai-sdk/chat/a%3Fb%23c%20d/messages"],
  ["GET /api/chat/...;x=1/messages", "GET /ai-sdk/chat/...%3Bx%3D1/messages"],
  ["GET http://evil.example/api/chat/abc/stream", "GET /ai-sdk/chat/abc/stream"],
  ["GET http://evil.example/api/chat/%2e%2e/stream", null],
  ["GET http://evil.example/v1/settings", null],
  ["GET /api/chat/%2e%2e/%2e%2e/v1/settings", null],
  ["GET /api/chat/../../v1/settings", null],
  ["GET /api/chat/%2e%2e/stream", null],
  ["GET /api/chat/%2E./messages", null],
  ["POST /api/chat/%2e%2e/stop", null],
  ["GET /api/chat/./stream", null],
  ["GET /api/chat/%2e/stream", null],
  ["GET /api/chat//stream", null],
  ["GET /api/chat/a//stream", null],
  ["GET /api/chat/a/b/stream", null],
  ["GET /api/chat/a/stream/", null],
  ["GET /api/chat/a/Stream", null],
  ["GET /api/chat/a/stream%2f..", null],
  ["GET /api/chat/%ff/stream", null],
  ["GET /api/chat/%zz/stream", null],
  ["GET /api/chat/%ED%A0%80/stream", null],
  ["GET /api/chat", null],
  ["GET /api/chat/abc", null],
  ["GET /api/chat/abc/stop", null],
  ["POST /api/chat/abc/stream", null],
  ["POST /api/chat/abc/messages", null],
  ["PUT /api/chat", null],
  ["DELETE /api/chat/abc/messages", null],
  ["PATCH /api/chat/abc/stop", null],
  ["OPTIONS /api/chat/abc/stream", null],
  ["PROPFIND /api/chat/abc/stream", null],
  ["GET /api/chat@evil.example/abc/stream", null],
  ["GET /api/chat.evil/abc/stream", null],
];

interface Answered {
  readonly status: number;
  readonly type: string;
  readonly text: string;
}

/** Sends the path as it is written: fetch would tidy it up before. */
function ask(url: string, what: string): Promise<Answered> {
  const [method, path] = what.split(" ");
  return new Promise((resolve, reject) => {
    const asked = request(url, { method, path }, (response) => {
      const pieces: Buffer[] = [];
      response.on("data", (piece: Buffer) => pieces.push(piece));
      response.on("error", reject);
      response.on("end", () => {
        const text = Buffer.concat(pieces).toString();
        resolve({ status: response.statusCode ?? 0, type: response.headers["content-type"] ?? "", text });
      });
    });
    asked.on("error", reject);
    asked.end(method === "POST" ? "{}" : undefined);
  });
}

for (const [name, create] of Object.entries(APPS)) {
  test(`A2 of what is asked of the handler for ${name} only the four calls leave it, with ids encoded`, async () => {
    const heard: string[] = [];
    const upstream = createServer((incoming, response) => {
      heard.push(`${incoming.method} ${incoming.url}`);
      response.writeHead(200, { "content-type": "application/json" }).end("{}");
    });
    const upstreamApp = { use: () => undefined, listen: upstream.listen.bind(upstream) as App["listen"] };
    await served(upstreamApp, async (everturnUrl) => {
      leadTo(everturnUrl);
      await served(create(), async (url) => {
        for (const [what, goesTo] of CALLS) {
          heard.length = 0;
          const { status, text } = await ask(url, what);
          assert.deepEqual(heard, goesTo === null ? [] : [`${goesTo}?sdk=5`], what);
          assert.equal(status, goesTo === null ? 404 : 200, what);
          assert.doesNotMatch(text, /\n\s+at |node_modules/, what);
        }
      });
    });
  });

  test(`a server that is down, or shuts down, is clean JSON to clients of the handler for ${name}`, async () => {
    leadTo(`http://127.0.0.1:${await closedPort()}`);
    await served(create(), async (url) => {
      for (const what of ["POST /api/chat", "GET /api/chat/abc/stream", "POST /api/chat/abc/stop"]) {
        const { status, type, text } = await ask(url, what);
        assert.deepEqual([status, type.split(";")[0]], [502, "application/json"], what);
        assert.match((JSON.parse(text) as { title: string }).title, /cannot be reached/);
      }
    });
    const draining = createServer((_incoming, response) => {
      response.writeHead(503, { "content-type": "application/problem+json" }).end('{"code":"draining"}');
    });
    const upstream = { use: () => undefined, listen: draining.listen.bind(draining) as App["listen"] };
    await served(upstream, async (everturnUrl) => {
      leadTo(everturnUrl);
      await served(create(), async (url) => {
        const { status, text } = await ask(url, "GET /api/chat/abc/stream");
        assert.deepEqual([status, text], [503, '{"code":"draining"}']);
      });
    });
  });
}

/** A port that nobody listens on. */
async function closedPort(): Promise<number> {
  const server = createTcpServer().listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
