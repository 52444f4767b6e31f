// Test support: an MCP server of both generations over HTTP in this process, on a free port, with whatever stands before it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import { createMcpHandler, McpServer } from "@modelcontextprotocol/server";
import { z } from "zod";

export interface HttpServer {
  readonly url: string;
  /** What reached the endpoint, in order. */
  readonly seen: { readonly headers: IncomingMessage["headers"]; readonly method: string }[];
  stop(): Promise<void>;
}

/** Answers what is not for the MCP endpoint, or refuses it; false: it is for the endpoint. */
export type Gate = (
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
) => boolean | Promise<boolean>;

export interface Served {
  readonly create: () => McpServer;
  /** 0: any free one. */
  readonly port: number;
}

export async function startHttpServer(
  gate: Gate = () => false,
  { create, port: wanted }: Served = { create: createAdder, port: 0 },
): Promise<HttpServer> {
  const handler = createMcpHandler(create);
  const seen: HttpServer["seen"] = [];
  const serveOne = async (request: IncomingMessage, response: ServerResponse) => {
    const body = await buffer(request);
    if (await gate(request, response, body)) return;
    seen.push({ headers: request.headers, method: methodOf(body) });
    await answer(handler.fetch, { request, response, body });
  };
  const server = createServer((request, response) => void serveOne(request, response));
  await new Promise<void>((resolve) => server.listen(wanted, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/mcp`,
    seen,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function createAdder(): McpServer {
  const server = new McpServer({ name: "here", version: "1.0.0" });
  server.registerTool(
    "add",
    { description: "Adds", inputSchema: z.object({ a: z.number(), b: z.number() }) },
    ({ a, b }) => ({
      content: [{ type: "text", text: String(a + b) }],
    }),
  );
  server.registerTool(
    "large",
    { description: "Answers at length", inputSchema: z.object({ bytes: z.number() }) },
    ({ bytes }) => ({
      content: [{ type: "text", text: "x".repeat(bytes) }],
    }),
  );
  return server;
}

function methodOf(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { method?: unknown }).method);
  } catch {
    return "";
  }
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: Buffer;
}

async function answer(
  handle: (request: Request) => Promise<Response>,
  { request, response, body }: Exchange,
): Promise<void> {
  const headers = new Headers(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  const { method = "GET" } = request;
  const gone = new AbortController();
  response.on("close", () => gone.abort());
  const asked = new Request(`http://${request.headers.host}${request.url}`, {
    method,
    headers,
    signal: gone.signal,
    ...(method === "POST" && { body: new Uint8Array(body) }),
  });
  const answered = await handle(asked);
  response.writeHead(answered.status, Object.fromEntries(answered.headers));
  try {
    for await (const chunk of answered.body ?? []) response.write(chunk);
  } catch {
    // The client is gone.
  }
  response.end();
}
