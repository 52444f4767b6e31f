// Speaks MCP over streamable HTTP for the ferry desk: without sessions, and without packages, which `npm start` would have to install.
import type { IncomingMessage, ServerResponse } from "node:http";
import { type JsonObject, objectOf, textOf } from "../json.ts";
import { readJson, sendJson } from "../send-json.ts";
import { FERRY_TOOLS, type FerryDesk } from "./ferry-desk.ts";

/** https://modelcontextprotocol.io/specification/2025-06-18: clients of newer generations still speak it. */
const PROTOCOL_VERSION = "2025-06-18";
const METHOD_NOT_FOUND = -32_601;
const INVALID_PARAMS = -32_602;

interface Exchange {
  readonly req: IncomingMessage;
  readonly res: ServerResponse;
  readonly desk: FerryDesk;
}

/** Answers one request to the MCP endpoint. */
export async function answerMcp({ req, res, desk }: Exchange): Promise<void> {
  // A page in a browser must not book: it would send where it comes from.
  if (req.headers.origin !== undefined) return void res.writeHead(403).end();
  if (req.method !== "POST") return void res.writeHead(405, { allow: "POST" }).end();
  const message = objectOf(await readJson(req));
  const { id, method } = message;
  // A notification: nothing to say.
  if (id === undefined) return void res.writeHead(202).end();
  const params = objectOf(message["params"]);
  if (method === "tools/call") return callTool({ res, desk, id, params });
  sendJson(res, { status: 200, body: { jsonrpc: "2.0", id, ...answerTo(textOf(method)) } });
}

function answerTo(method: string): JsonObject {
  switch (method) {
    case "initialize":
      return {
        result: {
          protocolVersion: PROTOCOL_VERSION,
          capabilities: { tools: {} },
          serverInfo: { name: "ferry-desk", version: "1.0.0" },
        },
      };
    case "ping":
      return { result: {} };
    case "tools/list":
      return { result: { tools: FERRY_TOOLS } };
    default:
      return { error: { code: METHOD_NOT_FOUND, message: `There is no method ${method}.` } };
  }
}

interface ToolCall {
  readonly res: ServerResponse;
  readonly desk: FerryDesk;
  readonly id: unknown;
  readonly params: JsonObject;
}

/** Streams what happens meanwhile, then the result. */
async function callTool({ res, desk, id, params }: ToolCall): Promise<void> {
  const gone = new AbortController();
  res.on("close", () => gone.abort());
  res.writeHead(200, { "content-type": "text/event-stream" });
  const send = (message: JsonObject) =>
    res.write(`event: message\ndata: ${JSON.stringify({ jsonrpc: "2.0", ...message })}\n\n`);
  const progressToken = objectOf(params["_meta"])["progressToken"];
  const name = textOf(params["name"]);
  const answer = await desk.call({
    name,
    args: objectOf(params["arguments"]),
    signal: gone.signal,
    onProgress(progress) {
      if (progressToken === undefined) return;
      send({ method: "notifications/progress", params: { progressToken, ...progress } });
    },
  });
  if (answer === null) send({ id, error: { code: INVALID_PARAMS, message: `There is no tool ${name}.` } });
  else {
    const { text, isError } = answer;
    send({ id, result: { content: [{ type: "text", text }], isError } });
  }
  res.end();
}
