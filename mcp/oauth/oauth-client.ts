// Everturn as an OAuth client of one server: what the library asks for in a sign-in or a refresh, and what came of it.
import type {
  OAuthClientMetadata,
  OAuthClientProvider,
  OAuthDiscoveryState,
  StoredOAuthClientInformation,
  StoredOAuthTokens,
} from "@modelcontextprotocol/client";
import type { McpAuth } from "../server.ts";
import type { Authorization } from "./authorization.ts";

export interface OAuthClientInput {
  readonly auth: McpAuth & { readonly type: "oauth" };
  readonly redirect_url: string;
  readonly saved: Authorization;
  /** Of a sign-in; absent: this is a refresh, and nobody is there to sign in. */
  readonly state?: string;
  /** Of a sign-in that comes back. */
  readonly verifier?: string;
}

export class OAuthClient implements OAuthClientProvider {
  readonly redirectUrl: string;
  readonly clientMetadata: OAuthClientMetadata;
  /** Where people sign in; null: the library did not send them there. */
  authorizationUrl: URL | null = null;
  readonly #input: OAuthClientInput;
  #saved: Authorization;
  #verifier: string | undefined;

  constructor(input: OAuthClientInput) {
    const { auth, redirect_url } = input;
    this.#input = input;
    this.#saved = input.saved;
    this.#verifier = input.verifier;
    this.redirectUrl = redirect_url;
    this.clientMetadata = {
      client_name: "Everturn",
      redirect_uris: [redirect_url],
      grant_types: ["authorization_code", "refresh_token"],
      response_types: ["code"],
      token_endpoint_auth_method: auth.client_secret === null ? "none" : "client_secret_basic",
      ...(auth.scope !== null && { scope: auth.scope }),
    };
  }

  /** What is to be kept. */
  get authorization(): Authorization {
    return this.#saved;
  }

  state(): string {
    return this.#input.state ?? "";
  }

  clientInformation(): StoredOAuthClientInformation | undefined {
    const { client_id, client_secret } = this.#input.auth;
    if (client_id === null) return this.#saved.client;
    return { client_id, ...(client_secret !== null && { client_secret }) };
  }

  saveClientInformation(client: StoredOAuthClientInformation): void {
    this.#saved = { ...this.#saved, client };
  }

  tokens(): StoredOAuthTokens | undefined {
    return this.#saved.tokens;
  }

  saveTokens(tokens: StoredOAuthTokens): void {
    // A server that does not rotate refresh tokens leaves them out of its answer.
    const refresh_token = tokens.refresh_token ?? this.#saved.tokens?.refresh_token;
    this.#saved = {
      ...this.#saved,
      tokens: { ...tokens, ...(refresh_token !== undefined && { refresh_token }) },
    };
  }

  redirectToAuthorization(url: URL): void {
    this.authorizationUrl = url;
  }

  saveCodeVerifier(verifier: string): void {
    this.#verifier = verifier;
  }

  codeVerifier(): string {
    return this.#verifier ?? "";
  }

  saveDiscoveryState(discovery: OAuthDiscoveryState): void {
    this.#saved = { ...this.#saved, discovery };
  }

  discoveryState(): OAuthDiscoveryState | undefined {
    return this.#saved.discovery;
  }

  invalidateCredentials(scope: "all" | "client" | "tokens" | "verifier" | "discovery"): void {
    const { client, tokens, discovery } = this.#saved;
    const goes = (what: typeof scope) => scope === "all" || scope === what;
    this.#saved = {
      client: goes("client") ? undefined : client,
      tokens: goes("tokens") ? undefined : tokens,
      discovery: goes("discovery") ? undefined : discovery,
    };
    if (goes("verifier")) this.#verifier = undefined;
  }
}
