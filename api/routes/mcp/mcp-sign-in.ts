// Signs a user in at an MCP server that wants OAuth (SPEC C4).
import { z } from "zod";
import { commandBodyBytesMax } from "../../../core/chat/limits.ts";
import { Refusal } from "../../../core/chat/refusal.ts";
import { readMcpServer } from "../../../store/access/mcp-servers.ts";
import type { ApiDeps } from "../../deps.ts";
import { addressOf } from "../../http/access/authenticate.ts";
import { createTries } from "../../http/access/tries.ts";
import { ownOrigin } from "../../http/middleware/cross-origin.ts";
import { type Route, route } from "../../http/route.ts";
import { mcpSignIn } from "../../schemas/mcp-server.ts";
import { mcpServerPath } from "../../schemas/params.ts";

type Deps = Pick<ApiDeps, "store" | "mcp" | "signIn">;

const tag = "MCP";
export const MCP_CALLBACK = "/v1/mcp-servers/callback";
/** Callbacks of an address that sign nobody in. Each costs a query. */
const failedPerMinuteMax = 20;
const callbackCharsMax = 8_000;
/** As `beginSignIn` makes it: 32 bytes. */
const STATE = /^[\w-]{43}$/;

export function mcpSignInRoutes(deps: Deps): Route[] {
  return [connect(deps), callback(deps)];
}

function connect({ store, mcp, signIn }: Deps): Route {
  return route({
    method: "post",
    path: "/v1/mcp-servers/{mcp_server}/connect",
    summary: "Begin a sign-in at an MCP server",
    description:
      "For servers with `auth: oauth`. Open the page within ten minutes; it leads back to `/v1/mcp-servers/callback`. Each user signs in for themselves.",
    tag,
    access: { area: "deployment" },
    params: mcpServerPath,
    body_bytes_max: commandBodyBytesMax,
    responses: { 200: { description: "Where to sign in", schema: mcpSignIn } },
    refusals: ["mcp_server_not_found", "mcp_sign_in_failed"],
    async handler({ params, caller, raw }) {
      const { id } = await readMcpServer(store.pool, params.mcp_server, caller.user.id);
      const redirect_url = `${ownOrigin(raw.request, signIn.rules)}${MCP_CALLBACK}`;
      const body = await mcp.beginSignIn({ server_id: id, user_id: caller.user.id }, redirect_url);
      return { status: 200, body };
    },
  });
}

function callback({ mcp }: Deps): Route {
  const tries = createTries(failedPerMinuteMax);
  return route({
    method: "get",
    path: MCP_CALLBACK,
    summary: "Where an authorisation server sends the browser back to",
    tag,
    access: "public",
    // Authorisation servers add parameters of their own.
    query: z.looseObject({
      state: z.string().optional(),
      code: z.string().optional(),
      iss: z.string().optional(),
    }),
    responses: { 200: { description: "Signed in: a page that says so", content_type: "text/html" } },
    refusals: ["mcp_sign_in_failed", "mcp_server_not_found", "rate_limited"],
    async handler({ raw: { request }, logger }) {
      const { url } = request;
      const at = url.indexOf("?");
      const query = new URLSearchParams(at === -1 ? "" : url.slice(at));
      if (url.length > callbackCharsMax || !STATE.test(query.get("state") ?? ""))
        throw new Refusal("mcp_sign_in_failed", "nobody began this sign-in");
      const takeBack = tries.begin(addressOf(request), Date.now(), tooMany);
      try {
        const { name } = await mcp.finishSignIn(query);
        takeBack();
        return { status: 200, text: page(name), content_type: "text/html" };
      } catch (error) {
        if (error instanceof Refusal)
          logger.info({ code: error.code, reason: error.message }, "a sign-in at an MCP server failed");
        throw error;
      }
    },
  });
}

function tooMany(waitMs: number): Refusal {
  const refusal = new Refusal("rate_limited", "too many sign-ins from this address have failed");
  return Object.assign(refusal, { retry_after_s: Math.max(1, Math.ceil(waitMs / 1_000)) });
}

function page(name: string): string {
  const shown = name.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Signed in</title></head>
<body><p>You are signed in at the MCP server ${shown}. You can close this page.</p></body>
</html>
`;
}
