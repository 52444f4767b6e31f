// Tests: what the result of a call says whose server went away, and whether that is true.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { openConnection } from "../../../mcp/connection/open-connection.ts";
import type { McpTarget } from "../../../mcp/connection/open-transport.ts";
import type { McpToolInfo } from "../../../mcp/discovery/tool-info.ts";
import { McpPool } from "../../../mcp/pool/pool.ts";
import { mcpTool } from "../../../mcp/tools/mcp-tool.ts";
import { createGuardedFetch } from "../../../platform/network/guarded-fetch.ts";
import type { ToolContext } from "../../../tools/tool.ts";
import { type HttpServer, startHttpServer } from "./servers/http-server.ts";
import { aServer } from "./servers/programs.ts";

let pool: McpPool;
before(() => {
  const fetch = createGuardedFetch({ allowPrivate: true, setting: "EVERTURN_ALLOW_PRIVATE_MCP" });
  pool = new McpPool({
    place: { fetch, allowStdio: false },
    open: openConnection,
    now: () => performance.now(),
  });
});
after(() => pool.close());

type Flags = Partial<Pick<McpToolInfo, "read_only" | "idempotent">>;

/** The words of a call with these flags, whose server cannot answer it. */
async function wordsOf(target: McpTarget, flags: Flags, isAgain = false): Promise<string> {
  const info: McpToolInfo = {
    name: "add",
    description: "Adds",
    parameters: { type: "object" },
    renamed: new Map(),
    read_only: false,
    idempotent: false,
    destructive: false,
    ...flags,
  };
  const context: Partial<ToolContext> = {
    signal: new AbortController().signal,
    chatId: "chat",
    toolCallId: "call",
    emit: () => undefined,
    isAgain,
  };
  const { result, is_error } = await mcpTool(pool, target, { name: "add", info }).run(
    { a: 1, b: 2 },
    context as ToolContext,
  );
  assert.equal(is_error, true);
  return JSON.stringify(result);
}

function targetOf({ url }: HttpServer): McpTarget {
  const server = aServer({ type: "http", url, headers: {} });
  return { server, key: server.id, signedIn: null, inside: null };
}

/** Leaves for good in the middle of its first call. */
async function leavingServer(): Promise<HttpServer> {
  const server: HttpServer = await startHttpServer((_request, _response, body) => {
    if (!body.includes('"tools/call"')) return false;
    void server.stop();
    return true;
  });
  return server;
}

test("C4 X9 a call that was under way when its server left, and could not be made again, does not say that it was not made", async () => {
  const read = await wordsOf(targetOf(await leavingServer()), { read_only: true });
  assert.match(read, /broke during the call/);
  assert.doesNotMatch(read, /not made|unknown/, "it changes nothing");
  const repeated = await wordsOf(targetOf(await leavingServer()), { idempotent: true });
  assert.match(repeated, /broke during the call.*unknown/);
});

test("C4 X9 a call whose server cannot be reached was not made, unless an earlier attempt may have made it", async () => {
  const gone = await startHttpServer();
  await gone.stop();
  assert.match(await wordsOf(targetOf(gone), {}), /cannot be reached.*The call was not made/);
  const again = await wordsOf(targetOf(gone), { idempotent: true }, true);
  assert.match(again, /cannot be reached.*could not be made again.*unknown/);
});
