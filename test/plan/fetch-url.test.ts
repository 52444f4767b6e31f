// Tests: web pages in turns with a worker, where the deployment allows them.
import assert from "node:assert/strict";
import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { killWorkers, onlyWorker } from "../support/crash.ts";
import { type Everturn, startEverturn } from "../support/everturn.ts";
import { soon } from "../support/soon.ts";
import { assertSettled, script } from "../support/turn/settled.ts";

let everturn: Everturn;
let server: Server;
let url: string;
let asked = 0;
let answer: RequestListener = () => undefined;
before(async () => {
  server = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  everturn = await startEverturn({ env: { EVERTURN_FETCH_URL: "1", EVERTURN_ALLOW_PRIVATE_FETCH: "1" } });
});
after(async () => {
  await everturn.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const page: RequestListener = (_request, response) =>
  void response.writeHead(200, { "content-type": "text/html" }).end("<title>T</title><p>A page.");

async function fetching() {
  asked = 0;
  const call = { tool_calls: [{ name: "fetch_url", args: { url } }] };
  const chat = await everturn.createChat(script([call, { text: "read" }]));
  return { chat, reader: everturn.reader(chat.id) };
}

async function resultOf({ chat, reader }: Awaited<ReturnType<typeof fetching>>) {
  await reader.untilIdle();
  const stored = await assertSettled(everturn, chat.id, [reader]);
  const result = stored[2]?.content[0];
  assert.ok(result?.type === "tool-result");
  return result;
}

test("C9 a turn reads a page where the deployment allows it", async () => {
  answer = page;
  const { result, is_error } = await resultOf(await fetching());
  assert.equal(is_error, false);
  assert.deepEqual(result, { url, media_type: "text/html", title: "T", text: "A page.", total_chars: 7 });
});

test("C9 D1 a chat that names its tools has fetch_url only if it names it", async () => {
  answer = page;
  const call = { tool_calls: [{ name: "fetch_url", args: { url } }] };
  for (const [tools, is_error] of [
    [["grep"], true],
    [["fetch_url"], false],
  ] as const) {
    const chat = await everturn.createChat(script([call, { text: "read" }]), { tools });
    const reader = everturn.reader(chat.id);
    assert.equal((await resultOf({ chat, reader })).is_error, is_error);
  }
});

test("C9 X9 a page whose worker died is fetched again, since that changes nothing", async () => {
  answer = () => undefined;
  const turn = await fetching();
  await soon("the page is asked for", () => asked === 1);
  await killWorkers(everturn);
  answer = page;
  await onlyWorker(everturn);
  assert.equal((await resultOf(turn)).is_error, false);
  assert.equal(asked, 2);
});

test("C9 I2 an interrupt of the turn ends the request at its server", async () => {
  let isClosed = false;
  answer = (request) => {
    request.socket.once("close", () => {
      isClosed = true;
    });
  };
  const turn = await fetching();
  await soon("the page is asked for", () => asked === 1);
  await everturn.call("POST", `/v1/chats/${turn.chat.id}/interrupt`);
  const { is_error } = await resultOf(turn);
  assert.equal(is_error, true);
  await soon("the request has ended", () => isClosed);
});
