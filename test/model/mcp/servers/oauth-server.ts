// Test support: an MCP server that wants OAuth 2.1, and the authorisation server in front of it, in one. Clients register
// themselves, PKCE is checked, and a refresh token is good once.
import { createHash, randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { type HttpServer, startHttpServer } from "./http-server.ts";

export interface OAuthServer extends HttpServer {
  /** What came to its endpoints, in order: `register`, `authorize`, `code`, `refresh`. */
  readonly calls: string[];
  /** No access token is taken any more; refresh tokens are. */
  expireTokens(): void;
  /** Nothing is taken any more. */
  revokeAll(): void;
  /** From now on tokens are neither given nor refused: this is the answer to all who ask. Null: it works again. */
  breakTokens(answer: BrokenAnswer | null): void;
}

interface BrokenAnswer {
  readonly status: number;
  readonly body: string;
}

interface Grant {
  readonly challenge: string;
  readonly client_id: string;
  readonly redirect_uri: string;
}

class Authority {
  readonly calls: string[] = [];
  readonly #clients = new Map<string, readonly string[]>();
  readonly #codes = new Map<string, Grant>();
  readonly access = new Set<string>();
  readonly refresh = new Set<string>();
  broken: BrokenAnswer | null = null;

  register(body: string) {
    this.calls.push("register");
    const metadata = JSON.parse(body) as { redirect_uris: string[] };
    const client_id = randomUUID();
    this.#clients.set(client_id, metadata.redirect_uris);
    return { ...metadata, client_id, client_id_issued_at: 1 };
  }

  /** Who is asked agrees at once. */
  authorize(query: URLSearchParams, issuer: string): string | null {
    this.calls.push("authorize");
    const get = (name: string) => query.get(name) ?? "";
    const known = this.#clients.get(get("client_id"));
    if (get("code_challenge_method") !== "S256" || !known?.includes(get("redirect_uri"))) return null;
    const code = randomUUID();
    this.#codes.set(code, {
      challenge: get("code_challenge"),
      client_id: get("client_id"),
      redirect_uri: get("redirect_uri"),
    });
    const back = new URL(get("redirect_uri"));
    back.search = String(new URLSearchParams({ code, state: get("state"), iss: issuer }));
    return back.href;
  }

  token(form: URLSearchParams): object | null {
    if (form.get("grant_type") === "refresh_token") {
      this.calls.push("refresh");
      return this.refresh.delete(form.get("refresh_token") ?? "") ? this.#tokens() : null;
    }
    this.calls.push("code");
    const code = form.get("code") ?? "";
    const grant = this.#codes.get(code);
    this.#codes.delete(code);
    const proof = createHash("sha256")
      .update(form.get("code_verifier") ?? "")
      .digest("base64url");
    return grant !== undefined && grant.challenge === proof ? this.#tokens() : null;
  }

  #tokens() {
    const tokens = { access_token: randomUUID(), refresh_token: randomUUID() };
    this.access.add(tokens.access_token);
    this.refresh.add(tokens.refresh_token);
    return { ...tokens, token_type: "Bearer", expires_in: 3_600 };
  }
}

export async function startOAuthServer(): Promise<OAuthServer> {
  const authority = new Authority();
  const server = await startHttpServer((request, response, body) =>
    gate(authority, { request, response, body: body.toString() }),
  );
  return {
    ...server,
    calls: authority.calls,
    expireTokens: () => authority.access.clear(),
    revokeAll() {
      authority.access.clear();
      authority.refresh.clear();
    },
    breakTokens(answer) {
      authority.broken = answer;
    },
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
}

/** Whether the request ends here. */
function gate(authority: Authority, { request, response, body }: Exchange): boolean {
  const origin = `http://${request.headers.host}`;
  const url = new URL(request.url ?? "/", origin);
  const json = (status: number, value: object) => {
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    return true;
  };
  switch (url.pathname) {
    case "/.well-known/oauth-protected-resource":
    case "/.well-known/oauth-protected-resource/mcp":
      return json(200, { resource: `${origin}/mcp`, authorization_servers: [origin] });
    case "/.well-known/oauth-authorization-server":
      return json(200, {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        response_types_supported: ["code"],
        grant_types_supported: ["authorization_code", "refresh_token"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: ["none"],
        authorization_response_iss_parameter_supported: true,
      });
    case "/register":
      return json(201, authority.register(body));
    case "/authorize": {
      const back = authority.authorize(url.searchParams, origin);
      if (back === null) return json(400, { error: "invalid_request" });
      response.writeHead(302, { location: back }).end();
      return true;
    }
    case "/token": {
      const { broken } = authority;
      if (broken !== null) {
        authority.calls.push("broken");
        response.writeHead(broken.status, { "content-type": "text/html" }).end(broken.body);
        return true;
      }
      const tokens = authority.token(new URLSearchParams(body));
      return tokens === null ? json(400, { error: "invalid_grant" }) : json(200, tokens);
    }
    default:
      if (authority.access.has(request.headers.authorization?.replace("Bearer ", "") ?? "")) return false;
      response.writeHead(401, {
        "www-authenticate": `Bearer resource_metadata="${origin}/.well-known/oauth-protected-resource/mcp"`,
      });
      response.end();
      return true;
  }
}
