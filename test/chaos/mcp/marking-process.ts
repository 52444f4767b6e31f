// An MCP server of a chaos run as a process: over HTTP at a port, or over stdio without one.
// Entry: `node marking-process.ts <journal> [port]`.
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { McpServer } from "@modelcontextprotocol/server";
import { serveStdio } from "@modelcontextprotocol/server/stdio";
import { z } from "zod";
import { startHttpServer } from "../../model/mcp/servers/http-server.ts";
import { ASKED_TOOL, answerTo, MARK_TOOL, READ_TOOL } from "./marks.ts";

const inputSchema = z.object({ mark: z.string(), pause_ms: z.number() });
const [journal = "", port] = process.argv.slice(2);

if (port === undefined) serveStdio(create);
else {
  await startHttpServer(undefined, { create, port: Number(port) });
  process.stdout.write("ready\n");
}

function create(): McpServer {
  const server = new McpServer({ name: "marking", version: "1.0.0" });
  server.registerTool(MARK_TOOL, { description: "Leaves a mark", inputSchema }, leaveMark);
  server.registerTool(ASKED_TOOL, { description: "Leaves a mark", inputSchema }, leaveMark);
  const annotations = { readOnlyHint: true };
  server.registerTool(READ_TOOL, { description: "Only reads", inputSchema, annotations }, leaveMark);
  return server;
}

async function leaveMark({ mark, pause_ms }: z.infer<typeof inputSchema>) {
  appendFileSync(journal, `${mark}\n`);
  await sleep(pause_ms);
  return { content: [{ type: "text" as const, text: answerTo(mark) }] };
}
