// Tests: the handlers of docs/ai-sdk.md, as they stand there, between a client and the API.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import express, { type Express } from "express";
import { MAJORS, openChat, shownText, untilShown } from "./support/ai-clients.ts";
import { metadataOf } from "./support/ai-stored.ts";
import { type Everturn, startEverturn } from "./support/everturn.ts";
import { script } from "./support/settled.ts";

const docs = readFileSync(new URL("../docs/ai-sdk.md", import.meta.url), "utf8");

/** The first example that holds these words. */
function example(words: string): string {
  const found = [...docs.matchAll(/```ts\n([\s\S]*?)```/g)].find(([, code]) => code?.includes(words));
  assert.ok(found?.[1] !== undefined, `no example with ${words}`);
  return found[1];
}

let everturn: Everturn;
before(async () => {
  everturn = await startEverturn();
  process.env["EVERTURN_URL"] = everturn.url;
  process.env["EVERTURN_API_KEY"] = everturn.key;
});
after(() => everturn.stop());

/** Runs `use` against a server that has these routes under `/api/chat`. */
async function served(route: (app: Express) => void, use: (url: string) => Promise<void>): Promise<void> {
  const app = express();
  route(app);
  const server = app.listen(0, "127.0.0.1");
  await new Promise<void>((resolve) => server.once("listening", resolve));
  await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`).finally(() => {
    server.closeAllConnections();
    server.close();
  });
}

/** The example's code, given what it takes from its surroundings. */
function run(code: string, given: Readonly<Record<string, unknown>>, result = "undefined"): unknown {
  // oxlint-disable-next-line typescript/no-implied-eval, no-new-func
  return new Function(...Object.keys(given), `${code}\nreturn ${result};`)(...Object.values(given));
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

test("the handler for Express sends, resumes, stops and loads", async () => {
  await served(
    (app) => void run(example("app.all("), { app, express }),
    (url) => sendsResumesAndStops(url, "express"),
  );
});

test("the handler for Next.js sends, resumes, stops and loads", async () => {
  const code = example("async function handler")
    .replace(/^export .*$/m, "")
    .replace("request: Request): Promise<Response>", "request)");
  const handler = run(code, {}, "handler") as (request: Request) => Promise<Response>;
  await served(
    (app) => {
      // Express 5 takes a promise that rejects.
      // oxlint-disable-next-line oxc/no-async-endpoint-handlers
      app.all("/api/chat{/*path}", express.text({ type: "*/*", limit: "8mb" }), async (request, response) => {
        const body = request.method === "POST" && typeof request.body === "string" ? request.body : null;
        const url = `http://${request.get("host")}${request.originalUrl}`;
        const answer = await handler(new Request(url, { method: request.method, body }));
        response
          .status(answer.status)
          .set("content-type", answer.headers.get("content-type") ?? "text/plain");
        response.flushHeaders();
        for await (const piece of answer.body ?? []) response.write(piece);
        response.end();
      });
    },
    (url) => sendsResumesAndStops(url, "next"),
  );
});
