// Tests that no socket to a forbidden address is opened, whatever a name leads to (SPEC A4).
import assert from "node:assert/strict";
import type { lookup } from "node:dns";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { createGuardedFetch } from "../../platform/network/guarded-fetch.ts";
import { collect, countedIds } from "../__fixtures__/replay.ts";
import { createProvider } from "../create-provider.ts";
import { testProvider } from "../test-provider.ts";

let server: Server;
let port: number;
let asked = 0;
before(async () => {
  server = createServer((request, response) => {
    asked++;
    if (request.url?.startsWith("/away")) {
      response.writeHead(302, { location: `http://127.0.0.1:${port}/v1/chat/completions` }).end();
    } else {
      response.writeHead(200, { "content-type": "text/plain" }).end("inside");
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  port = (server.address() as AddressInfo).port;
});
after(() => server.close());

/** A name service in which every name leads there. */
function leadsTo(...addresses: string[]): typeof lookup {
  const answer = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
  const told = (...args: unknown[]) => (args.at(-1) as (error: null, found: unknown) => void)(null, answer);
  return told as unknown as typeof lookup;
}

function providerAt(baseUrl: string, allowPrivate: boolean, ...addresses: string[]) {
  const fetch = createGuardedFetch({ allowPrivate }, leadsTo(...addresses));
  return createProvider({ name: "own", kind: "openai-compatible", api: null, apiKey: "", baseUrl, fetch });
}

async function faultOf(provider: ReturnType<typeof providerAt>) {
  const message = { role: "user" as const, content: [{ type: "text" as const, text: "hi" }], provider: null };
  const request = { model: "m", system: "", messages: [message], tools: [], config: {} };
  const signal = new AbortController().signal;
  return (await collect(provider.stream(request, { signal, newToolCallId: countedIds() }))).fault;
}

const refused: readonly [string, boolean, readonly string[]][] = [
  ["a private address", false, ["10.0.0.7"]],
  ["loopback", false, ["127.0.0.1"]],
  ["loopback by IPv6", false, ["::1"]],
  ["a metadata service, also where private addresses are allowed", true, ["169.254.169.254"]],
  ["a mapped metadata service", true, ["::ffff:169.254.169.254"]],
  ["one good and one bad address", false, ["93.184.216.34", "127.0.0.1"]],
];
for (const [where, allowPrivate, addresses] of refused) {
  test(`A4 a name that leads to ${where} is not connected to, once and for all, in words`, async () => {
    const before_ = asked;
    const fault = await faultOf(providerAt(`http://innocent.example:${port}/v1`, allowPrivate, ...addresses));
    assert.deepEqual([fault?.kind, fault?.retryable, asked], ["config", false, before_]);
    assert.match(fault?.message ?? "", /check the base URL/);
    for (const address of addresses) assert.ok(!JSON.stringify(fault).includes(address));
  });
}

test("A4 a literal address is judged although nothing is looked up", async () => {
  const before_ = asked;
  const fault = await faultOf(providerAt(`http://127.0.0.1:${port}/v1`, false));
  assert.deepEqual([fault?.kind, fault?.retryable, asked], ["config", false, before_]);
});

test("A4 an allowed private address is connected to", async () => {
  const before_ = asked;
  await faultOf(providerAt(`http://inside.example:${port}/v1`, true, "127.0.0.1"));
  assert.equal(asked, before_ + 1);
});

test("A4 a redirect is not followed", async () => {
  const before_ = asked;
  const fault = await faultOf(providerAt(`http://inside.example:${port}/away`, true, "127.0.0.1"));
  assert.deepEqual([fault?.retryable, fault?.status_code, asked], [false, 302, before_ + 1]);
});

test("B1 a test of a provider never throws, and says in words what is wrong", async () => {
  const provider = providerAt(`http://innocent.example:${port}/v1`, false, "10.0.0.7");
  const told = await testProvider(() => provider, "m");
  assert.deepEqual([told.ok, told.kind], [false, "config"]);
  const make = () => createProvider({ name: "own", kind: "anthropic", api: null, apiKey: "" });
  assert.deepEqual((await testProvider(make, "m")).kind, "missing_key");
});
