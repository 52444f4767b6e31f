import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type IncomingMessage, request } from "node:http";
import { type AddressInfo, connect, createServer as createTcpServer, type Server } from "node:net";
import { text } from "node:stream/consumers";
import { type TestContext, test } from "node:test";
import type { LookupAll } from "../../platform/network/guarded-lookup.ts";
import { connectionsMax, createEgressProxy } from "./egress-proxy.ts";
import { type DestinationRules, publicDestinations } from "./judge-destination.ts";

async function listening(t: TestContext, server: Server): Promise<number> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  t.after(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function aProxy(t: TestContext, rules = loopbackToo, lookup?: LookupAll): Promise<number> {
  const proxy = createEgressProxy(rules, lookup);
  t.after(() => proxy.closeAllConnections());
  return listening(t, proxy);
}

/** The real rules, as if loopback were the internet. */
const loopbackToo: DestinationRules = {
  allowsName: (name) => publicDestinations().allowsName(name),
  allowsAddress: (address) =>
    address === "127.0.0.1" || address === "::1" || publicDestinations().allowsAddress(address),
};

async function fetchThrough(proxyPort: number, url: string, given: { method?: string; body?: string } = {}) {
  const headers = { Host: new URL(url).host, "Proxy-Authorization": "secret", "X-Kept": "kept" };
  const { method = "GET", body } = given;
  const sent = request({ port: proxyPort, path: url, method, headers }).end(body);
  const [answer] = (await once(sent, "response")) as [IncomingMessage];
  return { status: answer.statusCode, headers: answer.headers, body: await text(answer) };
}

/** The proxy's answer to CONNECT, and what comes after it. */
async function tunnelThrough(proxyPort: number, to: string, sent = ""): Promise<string> {
  const socket = connect({ port: proxyPort, allowHalfOpen: true });
  socket.write(`CONNECT ${to} HTTP/1.1\r\nHost: ${to}\r\n\r\n`);
  const [first] = (await once(socket, "data")) as [Buffer];
  socket.end(sent);
  return first.toString() + (await text(socket));
}

test("W10 a request is passed on whole, without what concerns the proxy alone", async (t) => {
  const answer = async (incoming: IncomingMessage) =>
    JSON.stringify([incoming.method, incoming.url, incoming.headers, await text(incoming)]);
  const server = createServer((incoming, response) => {
    response.writeHead(201, { "X-Answered": "yes", "Set-Cookie": ["a=1", "b=2"] });
    void answer(incoming).then((words) => response.end(words));
  });
  const port = await listening(t, server);
  const proxy = await aProxy(t);
  const answered = await fetchThrough(proxy, `http://localhost:${port}/path?query=1`, {
    method: "POST",
    body: "body",
  });
  assert.equal(answered.status, 201);
  assert.deepEqual([answered.headers["x-answered"], answered.headers["set-cookie"]], ["yes", ["a=1", "b=2"]]);
  const [method, path, headers, body] = JSON.parse(answered.body) as [
    string,
    string,
    Record<string, string>,
    string,
  ];
  assert.deepEqual([method, path, body], ["POST", "/path?query=1", "body"]);
  assert.deepEqual([headers["host"], headers["x-kept"]], [`localhost:${port}`, "kept"]);
  assert.equal(headers["proxy-authorization"], undefined);
});

test("W10 a tunnel carries both directions, and what is sent last arrives", async (t) => {
  const echo = createTcpServer({ allowHalfOpen: true }, (socket) => socket.pipe(socket));
  const port = await listening(t, echo);
  const proxy = await aProxy(t);
  const long = "x".repeat(500_000);
  const answer = await tunnelThrough(proxy, `127.0.0.1:${port}`, long);
  assert.equal(answer, `HTTP/1.1 200 Connection established\r\n\r\n${long}`);
});

test("W10 what is not public is refused in words, whatever it is called, and nothing is connected to", async (t) => {
  let connections = 0;
  const port = await listening(
    t,
    createTcpServer((socket) => (connections++, socket.destroy())),
  );
  const proxy = await aProxy(t, publicDestinations());
  const words = /is not reachable from this workspace: its network leads to public internet addresses only/;
  const hosts = ["127.0.0.1", "localhost", "LOCALHOST.", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0"];
  for (const host of [...hosts, "169.254.169.254", "metadata.google.internal", "10.0.0.1"]) {
    const answer = await fetchThrough(proxy, `http://${host}:${port}/`);
    assert.equal(answer.status, 403, host);
    assert.match(answer.body, words);
    const tunnel = await tunnelThrough(proxy, `${host}:${port}`);
    assert.match(tunnel, /^HTTP\/1\.1 403 /, host);
    assert.match(tunnel, words);
  }
  assert.equal(connections, 0);
});

test("W10 what cannot be found, reached or understood is an answer in words", async (t) => {
  const proxy = await aProxy(t);
  const closed = createTcpServer();
  const port = await listening(t, closed);
  closed.close();
  await once(closed, "close");
  const answers = [
    [`http://127.0.0.1:${port}/`, 502, /127\.0\.0\.1 cannot be reached \(ECONNREFUSED\)/],
    ["http://nowhere.invalid/", 502, /nowhere\.invalid cannot be found/],
    ["/only/a/path", 400, /this is an HTTP proxy/],
    ["https://localhost/", 400, /this is an HTTP proxy/],
  ] as const;
  for (const [url, status, words] of answers) {
    const socket = connect({ port: proxy });
    socket.write(`GET ${url} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
    const answer = await text(socket);
    assert.match(answer, new RegExp(`^HTTP/1.1 ${status} `), url);
    assert.match(answer, words);
  }
  assert.match(
    await tunnelThrough(proxy, "nowhere.invalid:443"),
    /^HTTP\/1\.1 502 nowhere\.invalid cannot be found/,
  );
  assert.match(await tunnelThrough(proxy, "no port:at all"), /^HTTP\/1\.1 400 /);
});

test("W10 an answer that is no HTTP is refused, and ends neither the proxy nor its process", async (t) => {
  const answers = [
    "HTTP/1.1 099 low\r\n\r\n",
    "HTTP/1.1 000 none\r\n\r\n",
    "HTTP/1.1 200 \u0001\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 200 OK\r\nX-Bad: \u0001\r\nContent-Length: 0\r\n\r\n",
    "HTTP/1.1 9999 long\r\n\r\n",
  ];
  const server = createTcpServer((socket) => {
    socket.on("error", () => undefined);
    socket.once("data", () => socket.end(answers[at] ?? ""));
  });
  let at = 0;
  const port = await listening(t, server);
  const proxy = await aProxy(t);
  for (; at < answers.length; at += 1) {
    const answered = await fetchThrough(proxy, `http://127.0.0.1:${port}/`);
    assert.equal(answered.status, 502, answers[at]);
    assert.match(answered.body, /^127\.0\.0\.1 /);
  }
});

test("W10 a workspace has so many lookups and connections at once, however it asks for them, and gets room again", async (t) => {
  let lookups = 0;
  const { promise: isFull, resolve } = Promise.withResolvers<void>();
  const proxy = await aProxy(t, loopbackToo, () => {
    lookups += 1;
    if (lookups === connectionsMax) resolve();
  });
  const greedy = connect({ port: proxy });
  greedy.write(
    "GET http://silent.example/ HTTP/1.1\r\nHost: silent.example\r\n\r\n".repeat(connectionsMax + 50),
  );
  await isFull;
  const refused = await fetchThrough(proxy, "http://silent.example/");
  assert.deepEqual([refused.status, lookups], [503, connectionsMax]);
  assert.match(refused.body, /too many connections open/);
  greedy.destroy();
  let answered = refused;
  const server = createServer((_, response) => response.end("here"));
  const port = await listening(t, server);
  while (answered.status === 503) answered = await fetchThrough(proxy, `http://127.0.0.1:${port}/`);
  assert.equal(answered.body, "here");
});
