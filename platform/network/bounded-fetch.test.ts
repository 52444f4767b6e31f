import assert from "node:assert/strict";
import { createServer, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { AnswerTooLarge, createBoundedFetch } from "./bounded-fetch.ts";

async function withServer(listener: RequestListener, work: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

const fetchSmall = createBoundedFetch({ bytesMax: 1_000, timeoutMs: 30_000 });

test("an answer within the limits is as it came", async () => {
  await withServer(
    (_request, response) => response.writeHead(418, { "x-a": "b" }).end("hello"),
    async (url) => {
      const answer = await fetchSmall(url);
      assert.deepEqual([answer.status, answer.headers.get("x-a"), await answer.text()], [418, "b", "hello"]);
    },
  );
});

test("a redirect is an answer like any other: it is not followed", async () => {
  let asked = 0;
  await withServer(
    (_request, response) => {
      asked += 1;
      response.writeHead(302, { location: "/other" }).end();
    },
    async (url) => {
      assert.equal((await fetchSmall(url)).status, 302);
      assert.equal(asked, 1);
    },
  );
});

test("an answer without end is cut off, and so is one that is small only while it is compressed", async () => {
  for (const body of ["x".repeat(100_000), gzipSync("x".repeat(100_000))]) {
    const headers = typeof body === "string" ? {} : { "content-encoding": "gzip" };
    await withServer(
      (_request, response) => void response.writeHead(200, headers).write(body),
      async (url) => assert.rejects(fetchSmall(url), AnswerTooLarge),
    );
  }
});

test("a server that says nothing is given up", async () => {
  const hasty = createBoundedFetch({ bytesMax: 1_000, timeoutMs: 1 });
  await withServer(
    () => undefined,
    async (url) => assert.rejects(hasty(url), { name: "TimeoutError" }),
  );
});

test("an answer that has no body, by its status, is taken as it is", async () => {
  await withServer(
    (_request, response) => response.writeHead(204).end(),
    async (url) => assert.equal((await fetchSmall(url)).status, 204),
  );
});
