// The access token of a user at a server, refreshed when the server no longer takes it. Of all processes one refreshes at a time.
import { setTimeout as delay } from "node:timers/promises";
import { type AuthProvider, auth } from "@modelcontextprotocol/client";
import {
  deleteMcpAuthorization,
  endMcpRefresh,
  leaseMcpRefresh,
  type McpUser,
} from "../../store/access/mcp-authorizations.ts";
import type { Fetch } from "../connection/bounded-bodies.ts";
import { oauthMs } from "../limits.ts";
import { McpFault } from "../mcp-fault.ts";
import type { McpServer } from "../server.ts";
import {
  type Authorization,
  readAuthorization,
  renewAuthorization,
  type SealedStore,
} from "./authorization.ts";
import { OAuthClient } from "./oauth-client.ts";
import { oauthFetch } from "./oauth-fetch.ts";

export interface TokenSourceInput extends SealedStore {
  readonly fetch: Fetch;
  readonly server: McpServer;
  readonly user: McpUser;
}

/** How often a process looks whether another one is done with its refresh. */
const lookEveryMs = 200;
/** Longer than a refresh: discovery, if nothing is kept of it, and the call itself. */
const leaseMs = 3 * oauthMs;

/** Throws `McpFault` `sign-in-needed` where a person has to sign in, again or for the first time. */
export function createTokenSource(input: TokenSourceInput): AuthProvider {
  let used: string | undefined;
  return {
    async token() {
      used = (await readAuthorization(input, input.user))?.tokens?.access_token;
      return used;
    },
    onUnauthorized: () => refresh(input, used),
  };
}

/** Returns when there is another token than the one that the server has refused. */
async function refresh(input: TokenSourceInput, refused: string | undefined): Promise<void> {
  const until = performance.now() + leaseMs;
  while (performance.now() < until) {
    const saved = await readAuthorization(input, input.user);
    if (saved?.tokens === undefined) throw signInNeeded(input);
    if (saved.tokens.access_token !== refused) return;
    if (await leaseMcpRefresh(input.db, input.user, leaseMs)) return refreshLeased(input, refused);
    await delay(lookEveryMs);
  }
  throw signInNeeded(input);
}

/** Looks again first: another process may have refreshed between the look and the lease, and its refresh token is good once. */
async function refreshLeased(input: TokenSourceInput, refused: string | undefined): Promise<void> {
  const saved = await readAuthorization(input, input.user);
  if (saved?.tokens !== undefined && saved.tokens.access_token === refused) return refreshNow(input, saved);
  await endMcpRefresh(input.db, input.user);
  if (saved?.tokens === undefined) throw signInNeeded(input);
}

async function refreshNow(input: TokenSourceInput, saved: Authorization): Promise<void> {
  const { server, user, fetch, db } = input;
  if (server.auth.type !== "oauth" || server.transport.type !== "http") throw signInNeeded(input);
  const client = new OAuthClient({ auth: server.auth, redirect_url: redirectOf(saved), saved });
  const { url } = server.transport;
  try {
    const came = await auth(client, { serverUrl: url, fetchFn: oauthFetch(fetch) });
    if (came !== "AUTHORIZED" && !isOver(saved, client.authorization))
      throw new McpFault("unreachable", "its authorisation server gives no token at the moment");
  } catch (error) {
    // The authorisation server is away, or answers what it should not: the tokens may still be good later.
    await endMcpRefresh(db, user);
    throw error;
  }
  const { authorization } = client;
  const place = { url, client_id: server.auth.client_id };
  if (isOver(saved, authorization)) await deleteMcpAuthorization(db, user);
  else if (await renewAuthorization(input, { user, place, authorization })) return;
  throw signInNeeded(input);
}

/** Without a refresh token there is nothing to refresh with; one that was refused for good is gone from what is to be kept. */
function isOver(saved: Authorization, now: Authorization): boolean {
  return saved.tokens?.refresh_token === undefined || now.tokens === undefined;
}

/** Only what the client was registered with: a refresh sends nobody anywhere. */
function redirectOf({ client }: Authorization): string {
  const uris = (client as { readonly redirect_uris?: readonly string[] } | undefined)?.redirect_uris;
  return uris?.[0] ?? "http://localhost/";
}

function signInNeeded({ server }: TokenSourceInput): McpFault {
  return new McpFault(
    "sign-in-needed",
    `nobody is signed in, or the sign-in has ended: POST /v1/mcp-servers/${server.id}/connect gives a page to sign in at`,
  );
}
