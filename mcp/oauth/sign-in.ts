// Signs a user in at an MCP server: there, and back again (OAuth 2.1 with PKCE, SPEC C4).
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { auth, OAuthError } from "@modelcontextprotocol/client";
import { Refusal } from "../../core/chat/refusal.ts";
import { headOf } from "../../core/text/truncate.ts";
import { sha256Hex } from "../../platform/secrets/crypto.ts";
import {
  beginMcpSignIn,
  boundToSignIn,
  type GrantPlace,
  type McpUser,
  takeMcpSignIn,
} from "../../store/access/mcp-authorizations.ts";
import { readMcpServer } from "../../store/access/mcp-servers.ts";
import type { Fetch } from "../connection/bounded-bodies.ts";
import { faultCharsMax, signInMs } from "../limits.ts";
import { mcpFaultOf } from "../mcp-fault.ts";
import { type McpServer, openMcpServer } from "../server.ts";
import { type Authorization, keepAuthorization, type SealedStore } from "./authorization.ts";
import { OAuthClient } from "./oauth-client.ts";
import { oauthFetch } from "./oauth-fetch.ts";

type OAuth = McpServer["auth"] & { readonly type: "oauth" };

export interface SignInDeps extends SealedStore {
  /** Opens no socket to a forbidden address. */
  readonly fetch: Fetch;
}

/** What is kept between the way there and back. */
interface UnderWay {
  readonly verifier: string;
  readonly redirect_url: string;
  readonly saved: Authorization;
  /** The server as it was then: the code is for this address and client. */
  readonly place: GrantPlace;
}

/**
 * Returns where the user signs in. Registers a client when the server has none. Throws `Refusal` `mcp_server_not_found`,
 * `mcp_sign_in_failed`.
 */
export async function beginSignIn(
  deps: SignInDeps,
  user: McpUser,
  redirect_url: string,
): Promise<{ readonly authorization_url: string }> {
  const server = await serverOf(deps, user);
  const state = randomBytes(32).toString("base64url");
  const client = new OAuthClient({ ...oauthOf(server), redirect_url, saved: {}, state });
  await inWords(() =>
    auth(client, { serverUrl: server.url, fetchFn: oauthFetch(deps.fetch), ...scopeOf(server) }),
  );
  const { authorizationUrl } = client;
  if (authorizationUrl === null || !isWebAddress(authorizationUrl))
    throw new Refusal("mcp_sign_in_failed", "the server names no page to sign in at");
  const underWay: UnderWay = {
    verifier: client.codeVerifier(),
    redirect_url,
    saved: client.authorization,
    place: placeOf(server),
  };
  const state_sha256 = sha256Hex(state);
  const sealed = deps.secrets.seal(JSON.stringify(underWay), boundToSignIn(state_sha256));
  await beginMcpSignIn(deps.db, { ...user, state_sha256, sealed, lasts_ms: signInMs });
  return { authorization_url: authorizationUrl.href };
}

/**
 * Keeps what the authorisation server sends back with. The state is the proof of who began: it is good once, for ten minutes.
 * Throws `Refusal` `mcp_sign_in_failed`.
 */
export async function finishSignIn(
  deps: SignInDeps,
  query: URLSearchParams,
): Promise<{ readonly name: string }> {
  const state_sha256 = sha256Hex(query.get("state") ?? "");
  const taken = await takeMcpSignIn(deps.db, state_sha256);
  if (taken === null)
    throw new Refusal(
      "mcp_sign_in_failed",
      "nobody began this sign-in, or more than ten minutes ago, or it is over",
    );
  const { sealed, ...user } = taken;
  const underWay = JSON.parse(deps.secrets.openAny(sealed, boundToSignIn(state_sha256))) as UnderWay;
  const server = await serverOf(deps, user);
  const place = placeOf(server);
  if (!isDeepStrictEqual(underWay.place, place)) throw changedSince();
  const code = query.get("code");
  // What the other side wrote into `error_description` is not shown: anybody could have.
  if (code === null) throw new Refusal("mcp_sign_in_failed", "the sign-in was refused or broken off");
  const { verifier, redirect_url, saved } = underWay;
  const client = new OAuthClient({ ...oauthOf(server), redirect_url, saved, verifier });
  const iss = query.get("iss");
  await inWords(() =>
    auth(client, {
      serverUrl: server.url,
      fetchFn: oauthFetch(deps.fetch),
      authorizationCode: code,
      ...(iss !== null && { iss }),
    }),
  );
  if (!(await keepAuthorization(deps, { user, place, authorization: client.authorization })))
    throw changedSince();
  return { name: server.server.name };
}

async function serverOf({ db, secrets }: SignInDeps, { server_id, user_id }: McpUser) {
  const server = openMcpServer(await readMcpServer(db, server_id, user_id), secrets);
  if (server.auth.type !== "oauth" || server.transport.type !== "http")
    throw new Refusal("mcp_sign_in_failed", "the server has no OAuth to sign in with");
  return { server, url: server.transport.url, auth: server.auth };
}

function placeOf({
  url,
  auth: { client_id },
}: Pick<GrantPlace, "url"> & { readonly auth: OAuth }): GrantPlace {
  return { url, client_id };
}

function changedSince(): Refusal {
  return new Refusal("mcp_sign_in_failed", "the server has another address or client by now: begin anew");
}

function oauthOf({ auth }: { readonly auth: OAuth }) {
  return { auth };
}

function scopeOf({ auth: { scope } }: { readonly auth: { readonly scope: string | null } }) {
  return scope === null ? {} : { scope };
}

/** A page for people: nothing that a browser runs, such as `javascript:`. */
function isWebAddress({ protocol }: URL): boolean {
  return protocol === "https:" || protocol === "http:";
}

async function inWords(work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    const words =
      error instanceof OAuthError ? error.message : mcpFaultOf(error, { connecting: true }).message;
    throw Object.assign(new Refusal("mcp_sign_in_failed", headOf(words, faultCharsMax)), { cause: error });
  }
}
