// Workspaces: the engine's client against small servers, real sockets and silences.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import * as z from "zod";
import { createEngineClient } from "./engine-client.ts";
import { EngineError } from "./engine-request.ts";

const version = JSON.stringify({ ApiVersion: "1.50", Os: "linux", Arch: "amd64" });

/** A server that knows its version and answers everything else with `listener`; gives its DOCKER_HOST. */
async function engine(t: TestContext, listener: RequestListener): Promise<string> {
  const server = createServer((request, response) => {
    if (request.url === "/version") response.end(version);
    else listener(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  return `tcp://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const anything = z.unknown();

test("the version both sides know stands in front of paths, and is asked for once", async (t) => {
  const paths = new Set<string | undefined>();
  const host = await engine(t, (request, response) => {
    paths.add(request.url);
    response.end("{}");
  });
  const client = createEngineClient(host);
  const calls = ["/info", "/volumes"].map((path) =>
    client.json({ method: "GET", path, query: { a: "b c" } }, anything),
  );
  await Promise.all(calls);
  assert.deepEqual(paths, new Set(["/v1.50/info?a=b+c", "/v1.50/volumes?a=b+c"]));
});

test("a unix socket is an engine like a port, and is sent no path as its host", async (t) => {
  const folder = await mkdtemp(join(tmpdir(), "everturn-client-"));
  const server = createServer((request, response) =>
    response.end(request.url === "/version" ? version : JSON.stringify(request.headers.host)),
  );
  server.listen(join(folder, "e.sock"));
  await once(server, "listening");
  t.after(async () => {
    server.close();
    await rm(folder, { recursive: true });
  });
  const client = createEngineClient(`unix://${join(folder, "e.sock")}`);
  assert.equal(await client.json({ method: "GET", path: "/info" }, anything), "docker");
});

test("a refusal has the status and the engine's words, JSON or not", async (t) => {
  const answers = ['{"message":"no such thing"}', "plain words", ""];
  const host = await engine(t, (_, response) => response.writeHead(404).end(answers.shift()));
  const client = createEngineClient(host);
  for (const words of [/no such thing/, /plain words/, /no reason given/])
    await assert.rejects(client.done({ method: "GET", path: "/info" }), (error) => {
      assert.ok(error instanceof EngineError);
      assert.equal(error.status, 404);
      assert.match(error.message, words);
      return true;
    });
});

test("silence, before an answer or within one, is a failure after the time given", async (t) => {
  const host = await engine(t, (request, response) => {
    if (request.url?.endsWith("/within")) response.write("{");
  });
  const client = createEngineClient(host);
  for (const path of ["/before", "/within"])
    await assert.rejects(client.json({ method: "GET", path, silenceMaxMs: 50 }, anything), {
      code: "driver_failed",
      message: /said nothing for 50 ms|connection to the container engine/,
    });
});

test("an answer without end is not taken into memory", async (t) => {
  const host = await engine(t, (_, response) => {
    const more = (): void => {
      while (!response.destroyed && response.write(Buffer.alloc(1024 * 1024, " ")));
    };
    response.on("drain", more);
    more();
  });
  const client = createEngineClient(host);
  await assert.rejects(client.bytes({ method: "GET", path: "/logs" }), { message: /is over \d+ bytes/ });
});

test("an abort ends a call, a stream and the question for the version with its reason", async (t) => {
  const reason = new Error("enough");
  const abort = new AbortController();
  const host = await engine(t, (_, response) => {
    response.write("piece");
  });
  const client = createEngineClient(host);
  const pieces: string[] = [];
  const stream = async (): Promise<void> => {
    for await (const piece of client.stream({ method: "GET", path: "/events", signal: abort.signal })) {
      pieces.push(piece.toString());
      abort.abort(reason);
    }
  };
  await assert.rejects(stream(), (error) => error === reason);
  assert.deepEqual(pieces, ["piece"]);
  const late = client.done({ method: "GET", path: "/info", signal: abort.signal });
  await assert.rejects(late, (error) => error === reason);
  await assert.rejects(client.version(abort.signal), (error) => error === reason);
});

test("an archive is sent as it comes; a refusal before its end is the answer", async (t) => {
  let received = 0;
  const host = await engine(t, (request, response) => {
    if (request.url?.endsWith("/refuse")) return void response.writeHead(403).end('{"message":"read-only"}');
    request.on("data", (chunk: Buffer) => {
      received += chunk.length;
    });
    request.on("end", () => response.end());
  });
  const client = createEngineClient(host);
  const archive = async function* (): AsyncGenerator<Uint8Array> {
    for (let piece = 0; piece < 64; piece += 1) yield Buffer.alloc(64 * 1024);
  };
  await client.done({ method: "PUT", path: "/accept", archive: archive() });
  assert.equal(received, 64 * 64 * 1024);
  const refused = client.done({ method: "PUT", path: "/refuse", archive: archive() });
  await assert.rejects(refused, { code: "driver_failed" });
  const unreadable = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.alloc(1);
    throw Object.assign(new Error("the file is gone"), { code: "ENOENT" });
  };
  const broken = client.done({ method: "PUT", path: "/accept", archive: unreadable() });
  await assert.rejects(broken, { code: "driver_failed", message: /cannot be read: the file is gone/ });
});

test("an engine that comes back is asked for its version again", async (t) => {
  let up = false;
  const server = createServer((request, response) => {
    if (!up) request.socket.destroy();
    else response.end(request.url === "/version" ? version : "{}");
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  const client = createEngineClient(`tcp://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await assert.rejects(client.done({ method: "GET", path: "/info" }), { code: "driver_failed" });
  up = true;
  await client.done({ method: "GET", path: "/info" });
});
