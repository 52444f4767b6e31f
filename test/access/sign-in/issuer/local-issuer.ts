// Tests: an OpenID Connect issuer on this machine. Its metadata, keys, codes and ID tokens are those of oidc-provider, over real
// HTTP; tokens that no honest issuer would sign are made here, with the issuer's own keys.
import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";
import { type GrantContext, Provider } from "oidc-provider";
import { loadConfig } from "../../../../platform/config/config.ts";
import type { SignInConfig } from "../../../../platform/config/sign-in-config.ts";

export const CLIENT_ID = "everturn-browser";
export const CLIENT_SECRET = "secret-of-the-client";
export const AUDIENCE = "everturn-api";

/** What the issuer says about whoever signs in. */
export interface Account {
  readonly sub: string;
  readonly name?: string;
  readonly email?: string;
  readonly email_verified?: boolean;
  readonly groups?: readonly string[];
}

export interface IssuerKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  readonly publicKey: CryptoKey;
}

export async function newIssuerKey(kid: string): Promise<IssuerKey> {
  return { kid, ...(await generateKeyPair("RS256", { extractable: true })) };
}

export interface LocalIssuer {
  readonly url: string;
  /** Signs with the first; all are published. */
  readonly keys: readonly IssuerKey[];
  /** Who signs in next. */
  account: Account;
  /** Answers in the place of the issuer while it is set; false: the issuer answers. */
  intercept: ((request: IncomingMessage, response: ServerResponse) => boolean) | null;
  /** A configuration that takes its bearer tokens, with more of its variables. */
  config(more?: Readonly<Record<string, string>>): SignInConfig;
  /** How often a path was asked for. */
  asked(path: string): number;
  /** From now on the issuer has these keys and no others. */
  rotate(keys: readonly IssuerKey[]): Promise<void>;
  /** Where browsers come back to. */
  allowRedirect(uri: string): Promise<void>;
  /** A token for our API that is good, but for what is changed. Times are of this clock. */
  token(nowMs: number, changes?: TokenChanges): Promise<string>;
  stop(): Promise<void>;
}

export interface TokenChanges {
  readonly claims?: JWTPayload;
  readonly without?: readonly string[];
  readonly key?: Pick<IssuerKey, "privateKey">;
  /** Null: none. */
  readonly kid?: string | null;
}

const LIFETIME_S = 600;

export async function startLocalIssuer(): Promise<LocalIssuer> {
  const asked = new Map<string, number>();
  const redirects: string[] = ["http://127.0.0.1/not-yet"];
  let keys: readonly IssuerKey[] = [await newIssuerKey("first")];
  let provider: Provider;
  const build = async () => {
    provider = await buildProvider({ url, keys, redirects, accountOf: () => issuer.account });
  };
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://issuer").pathname;
    asked.set(path, (asked.get(path) ?? 0) + 1);
    if (issuer.intercept?.(request, response) === true) return;
    if (path.startsWith("/interaction/")) {
      const login = { accountId: issuer.account.sub };
      void provider.interactionFinished(request, response, { login });
    } else provider.callback()(request, response);
  });
  const url = await listen(server);
  const issuer: LocalIssuer = {
    url,
    get keys() {
      return keys;
    },
    account: { sub: "ada", name: "Ada" },
    intercept: null,
    config: (more = {}) => loadConfig({ ...ELSEWHERE, ...oidcVariables(url), ...more }).signIn,
    asked: (path) => asked.get(path) ?? 0,
    async rotate(others) {
      keys = others;
      await build();
    },
    async allowRedirect(uri) {
      redirects.push(uri);
      await build();
    },
    token: (nowMs, changes) => signToken(issuer, nowMs, changes),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  await build();
  return issuer;
}

/** What no configuration is without. */
const ELSEWHERE = {
  DATABASE_URL: "postgres://127.0.0.1/x",
  EVERTURN_SECRET_KEY: Buffer.alloc(32, 7).toString("base64"),
};

function oidcVariables(url: string) {
  return { EVERTURN_OIDC_ISSUER: url, EVERTURN_OIDC_AUDIENCE: AUDIENCE };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

interface BuildInput {
  readonly url: string;
  readonly keys: readonly IssuerKey[];
  readonly redirects: readonly string[];
  readonly accountOf: () => Account;
}

async function buildProvider({ url, keys, redirects, accountOf }: BuildInput): Promise<Provider> {
  const jwks = await Promise.all(
    keys.map(async ({ kid, privateKey }) => ({
      ...(await exportJWK(privateKey)),
      kid,
      alg: "RS256",
      use: "sig",
    })),
  );
  return new Provider(url, {
    jwks: { keys: jwks },
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: redirects,
        grant_types: ["authorization_code"],
      },
    ],
    cookies: { keys: [randomBytes(16).toString("hex")] },
    claims: { openid: ["sub"], profile: ["name"], email: ["email", "email_verified"], groups: ["groups"] },
    scopes: ["openid", "profile", "email", "groups"],
    // Claims come with the ID token, so that nobody has to ask for them.
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: false } },
    ttl: {
      AccessToken: 600,
      AuthorizationCode: 60,
      Grant: 600,
      IdToken: 600,
      Interaction: 600,
      Session: 600,
    },
    pkce: { required: () => true },
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    findAccount: (_ctx: unknown, sub: string) => ({
      accountId: sub,
      claims: () => ({ ...accountOf(), sub }),
    }),
    loadExistingGrant: grantAll,
  });
}

/** Nobody is asked whether our client may know them. */
async function grantAll({ oidc: { client, session, provider } }: GrantContext): Promise<unknown> {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope("openid profile email groups");
  await grant.save();
  return grant;
}

async function signToken(
  { url, keys, account }: Pick<LocalIssuer, "url" | "keys" | "account">,
  nowMs: number,
  { claims = {}, without = [], key, kid }: TokenChanges = {},
): Promise<string> {
  const [first] = keys;
  if (first === undefined) throw new RangeError("the issuer has no key");
  const iat = Math.floor(nowMs / 1_000);
  const good: JWTPayload = { ...account, iss: url, aud: AUDIENCE, iat, exp: iat + LIFETIME_S };
  const all = Object.entries({ ...good, ...claims }).filter(([name]) => !without.includes(name));
  const named = kid === undefined ? first.kid : kid;
  return new SignJWT(Object.fromEntries(all))
    .setProtectedHeader({ alg: "RS256", typ: "at+jwt", ...(named !== null && { kid: named }) })
    .sign((key ?? first).privateKey);
}
