// Puts the room together: the pool and the tools for a worker, tests and sign-ins for the API.
import { mcpServersOf } from "../core/tool/chat-profile.ts";
import type { Logger } from "../platform/logger.ts";
import { createGuardedFetch } from "../platform/network/guarded-fetch.ts";
import type { AddressRules } from "../platform/network/provider-address.ts";
import type { SecretBox } from "../platform/secrets/secret-box.ts";
import type { McpUser } from "../store/access/mcp-authorizations.ts";
import { type McpServerRow, needsWorkspace, readUsableMcpServers } from "../store/access/mcp-servers.ts";
import type { Queryable } from "../store/database.ts";
import type { ChatRow } from "../store/row/chat-row.ts";
import { ToolError } from "../tools/tool-error.ts";
import type { Processes } from "../workspaces/agent/api.ts";
import type { Fetch } from "./connection/bounded-bodies.ts";
import { openConnection } from "./connection/open-connection.ts";
import type { McpTarget } from "./connection/open-transport.ts";
import type { McpToolInfo } from "./discovery/tool-info.ts";
import { testsAtOnceMax, testsPerUserMax } from "./limits.ts";
import { McpFault, mcpFaultOf } from "./mcp-fault.ts";
import { beginSignIn, finishSignIn } from "./oauth/sign-in.ts";
import { createTokenSource } from "./oauth/token-source.ts";
import { McpPool } from "./pool/pool.ts";
import { openMcpServer } from "./server.ts";
import { modelToolName } from "./tools/tool-names.ts";
import { createMcpTools } from "./tools/tool-source.ts";

export interface McpDeps {
  readonly db: Queryable;
  readonly secrets: SecretBox;
  readonly addressRules: AddressRules;
  readonly allowStdio: boolean;
  readonly logger: Pick<Logger, "warn">;
}

export interface WorkerMcpDeps extends McpDeps {
  /** The processes of a chat's workspace. Throws `ToolError` where there is none, or where it does not run. */
  readonly processesOf: (chat: ChatRow, signal: AbortSignal) => Promise<Processes>;
}

/** A worker's: `close` ends its connections. */
export function openWorkerMcp(deps: WorkerMcpDeps) {
  const { pool, targetOf: targetFor } = openPool(deps);
  const targetOf = (row: McpServerRow, chat: ChatRow): McpTarget => {
    const target = targetFor(row, chat.owner_id);
    if (!needsWorkspace(row)) return target;
    const inside = (signal: AbortSignal) => deps.processesOf(chat, signal).catch(workspaceFault);
    return { ...target, key: `${target.key}/${chat.workspace_id}`, inside };
  };
  const source = createMcpTools({
    pool,
    targetOf,
    serversOf: (chat) => readUsableMcpServers(deps.db, chat.owner_id, mcpServersOf(chat)),
    onFault(row, error) {
      const { type, message: reason } = mcpFaultOf(error, { connecting: true });
      // That a workspace is stopped is no fault of anybody.
      if (type !== "no-workspace")
        deps.logger.warn({ mcp_server: row.id, reason }, "an MCP server costs its tools");
    },
  });
  return { source, connections: () => pool.connections(), close: () => pool.close() };
}

/** The API's: nothing stays connected. */
export function openApiMcp(deps: McpDeps) {
  const fetch: Fetch = createGuardedFetch(deps.addressRules);
  const signIn = { db: deps.db, secrets: deps.secrets, fetch };
  const running = new Map<string, number>();
  return {
    addressRules: deps.addressRules,
    allowStdio: deps.allowStdio,
    secrets: deps.secrets,
    async test(row: McpServerRow, userId: string) {
      if (needsWorkspace(row)) return notTested("it runs inside a workspace: give it to a chat that has one");
      const own = running.get(userId) ?? 0;
      const all = [...running.values()].reduce((sum, each) => sum + each, 0);
      if (own >= testsPerUserMax || all >= testsAtOnceMax)
        return notTested("too many tests are under way, try again later");
      running.set(userId, own + 1);
      try {
        return await testServer(deps, row, userId);
      } finally {
        const left = (running.get(userId) ?? 1) - 1;
        if (left === 0) running.delete(userId);
        else running.set(userId, left);
      }
    },
    beginSignIn: (user: McpUser, redirectUrl: string) => beginSignIn(signIn, user, redirectUrl),
    finishSignIn: (query: URLSearchParams) => finishSignIn(signIn, query),
  };
}

function openPool({ db, secrets, addressRules, allowStdio }: McpDeps) {
  const fetch: Fetch = createGuardedFetch(addressRules);
  const pool = new McpPool({
    place: { fetch, allowStdio },
    open: openConnection,
    now: () => performance.now(),
  });
  const targetOf = (row: McpServerRow, userId: string): McpTarget => {
    const server = openMcpServer(row, secrets);
    const user = { server_id: row.id, user_id: userId };
    const isPersonal = server.auth.type === "oauth";
    return {
      server,
      key: `${row.id}/${row.revision}${isPersonal ? `/${userId}` : ""}`,
      signedIn: isPersonal ? createTokenSource({ db, secrets, fetch, server, user }) : null,
      inside: null,
    };
  };
  return { pool, targetOf };
}

async function testServer(deps: McpDeps, row: McpServerRow, userId: string) {
  const begun = performance.now();
  const { pool, targetOf } = openPool(deps);
  const took = () => Math.round(performance.now() - begun);
  try {
    const infos = await pool.toolsOf(targetOf(row, userId), new AbortController().signal);
    const tools = infos.map((info) => shownTool(row, info));
    const message = `It works, and has ${tools.length === 1 ? "one tool" : `${tools.length} tools`} for models.`;
    return { ok: true, latency_ms: took(), message, needs_sign_in: false, tools };
  } catch (error) {
    const fault = mcpFaultOf(error, { connecting: true });
    const needs_sign_in = fault.type === "sign-in-needed";
    const failed = notTested(fault.message);
    const message = needs_sign_in ? `It wants a sign-in: ${fault.message}.` : failed.message;
    return { ...failed, latency_ms: took(), message, needs_sign_in };
  } finally {
    await pool.close();
  }
}

function notTested(why: string) {
  return { ok: false, latency_ms: 0, message: `It cannot be used: ${why}.`, needs_sign_in: false, tools: [] };
}

/** As `/test` shows it. */
function shownTool({ slug }: McpServerRow, info: McpToolInfo) {
  const { name, description, parameters, read_only, idempotent, destructive } = info;
  const tool_name = modelToolName(slug, name);
  return { name, tool_name, description, parameters, read_only, idempotent, destructive };
}

/** Throws it as a fault of the server, in the words that the tools of workspaces have. */
function workspaceFault(error: unknown): never {
  if (!(error instanceof ToolError)) throw error;
  const hint = error.hint === undefined ? "" : ` ${error.hint}`;
  throw new McpFault("no-workspace", `${error.message}${hint}`, error);
}
