// Test support: an MCP server over HTTP that sends whatever a test says, also what no library would let it send.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { json } from "node:stream/consumers";

export interface RawServer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param resultOf the result of `tools/list` and `tools/call` */
export async function startRawServer(resultOf: (method: string) => object): Promise<RawServer> {
  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    if (request.method !== "POST") return void response.writeHead(405).end();
    const { id, method } = (await json(request)) as { id?: number; method: string };
    if (id === undefined) return void response.writeHead(202).end();
    const begun = {
      protocolVersion: "2025-06-18",
      capabilities: { tools: {} },
      serverInfo: { name: "raw", version: "1.0.0" },
    };
    const isKnown = method === "initialize" || method.startsWith("tools/");
    const said = isKnown
      ? { result: method === "initialize" ? begun : resultOf(method) }
      : { error: { code: -32601, message: "there is no such method" } };
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
  };
  const server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
