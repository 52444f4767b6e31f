import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type RequestListener } from "node:http";
import { type AddressInfo, connect, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, type TestContext, test } from "node:test";
import { downloadFile } from "./download-file.ts";

const root = mkdtempSync(join(tmpdir(), "everturn-download-"));
after(() => rmSync(root, { recursive: true, force: true }));

const content = randomBytes(300_000);
const sha256 = createHash("sha256").update(content).digest("hex");

async function listening(t: TestContext, server: Server): Promise<string> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  t.after(() => server.close());
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Sends the file from where it is asked to, and after `cuts` bytes hangs up, once per entry. */
function cutting(cuts: number[], ranges: (string | undefined)[]): RequestListener {
  return (request, response) => {
    ranges.push(request.headers.range);
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      "content-length": rest.length,
      ...(from > 0 && { "content-range": `bytes ${from}-${content.length - 1}/${content.length}` }),
    });
    const cut = cuts.shift();
    if (cut === undefined) return void response.end(rest);
    response.write(rest.subarray(0, cut), () => setImmediate(() => response.destroy()));
  };
}

test("a download that is cut is taken up where it was, in the same start and in the next", async (t) => {
  const ranges: (string | undefined)[] = [];
  const address = await listening(t, createServer(cutting([100_000, 50_000], ranges)));
  const file = join(root, "cut");
  writeFileSync(`${file}.part`, content.subarray(0, 1_000));
  await downloadFile({ url: `http://${address}/file`, file, sha256, env: {} });
  assert.deepEqual(readFileSync(file), content);
  assert.equal(ranges[0], "bytes=1000-");
  assert.equal(ranges.length, 3);
  for (const range of ranges.slice(1)) assert.match(range ?? "", /^bytes=\d+-$/);
  assert.equal(existsSync(`${file}.part`), false);
});

test("a file with another checksum is not kept, nor is what would be taken up", async (t) => {
  const address = await listening(t, createServer(cutting([], [])));
  const file = join(root, "forged");
  const wrong = "0".repeat(64);
  await assert.rejects(
    downloadFile({ url: `http://${address}/file`, file, sha256: wrong, env: {} }),
    (error: Error) => {
      assert.match(error.message, new RegExp(`has the checksum ${sha256}, and ${wrong} was expected`));
      return true;
    },
  );
  assert.equal(existsSync(file) || existsSync(`${file}.part`), false);
});

test("a part that is whole already is not fetched again; one of another file is", async (t) => {
  const address = await listening(
    t,
    createServer((request, response) => {
      if (request.headers.range !== undefined) return void response.writeHead(416).end();
      response.end(content);
    }),
  );
  for (const kept of [content, randomBytes(400_000)]) {
    const file = join(root, "kept");
    writeFileSync(`${file}.part`, kept);
    await downloadFile({ url: `http://${address}/file`, file, sha256, env: {} });
    assert.deepEqual(readFileSync(file), content);
  }
});

test("the proxy of the environment is used, except for what NO_PROXY names", async (t) => {
  const address = await listening(t, createServer(cutting([], [])));
  const asked: string[] = [];
  const proxy = createServer((_, response) => response.writeHead(500).end());
  proxy.on("connect", (request: { url?: string }, client: Socket) => {
    asked.push(request.url ?? "");
    const server = connect(Number(address.split(":")[1]), "127.0.0.1", () => {
      client.write("HTTP/1.1 200 OK\r\n\r\n");
      server.pipe(client).pipe(server);
    });
    for (const socket of [client, server]) socket.on("error", () => {});
  });
  const env = { HTTP_PROXY: `http://${await listening(t, proxy)}` };
  const file = join(root, "proxied");
  await downloadFile({ url: "http://files.invalid/file", file, sha256, env });
  assert.deepEqual(readFileSync(file), content);
  assert.deepEqual(asked, ["files.invalid:80"]);
  await downloadFile({ url: `http://${address}/file`, file, sha256, env: { ...env, NO_PROXY: "127.0.0.1" } });
  assert.equal(asked.length, 1);
});

test("silence ends a try and refusals end all; both are told in words, and so is being told to stop", async (t) => {
  const silent = await listening(
    t,
    createServer((_, response) => void response.write("a")),
  );
  const file = join(root, "silent");
  await assert.rejects(
    downloadFile({ url: `http://${silent}/file`, file, sha256, env: {}, idleMs: 20 }),
    /file: .*(timeout|terminated)/i,
  );
  const stop = new AbortController();
  const stopped = downloadFile({ url: `http://${silent}/file`, file, sha256, env: {}, signal: stop.signal });
  stop.abort();
  await assert.rejects(stopped, /aborted/);
  let asked = 0;
  const refusing = await listening(
    t,
    createServer((_, response) => {
      asked += 1;
      response.writeHead(403).end();
    }),
  );
  await assert.rejects(
    downloadFile({ url: `http://${refusing}/file`, file: join(root, "refused"), sha256, env: {} }),
    /the server answered 403/,
  );
  assert.equal(asked, 1);
});
