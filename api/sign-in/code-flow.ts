// Signs browsers in at the issuer: the authorization code flow with PKCE, state and nonce (RFC 6749, RFC 7636, OpenID Connect
// Core 1.0). What must come back unchanged is in a sealed cookie, so that any replica can finish what another one has begun.
import {
  AuthorizationResponseError,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  type ClientAuth,
  ClientError,
  ClientSecretBasic,
  ClientSecretPost,
  Configuration,
  calculatePKCECodeChallenge,
  clockTolerance,
  customFetch,
  None,
  ResponseBodyError,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from "openid-client";
import { Refusal } from "../../core/chat/refusal.ts";
import { type Issuer, IssuerUnavailable, insecureWhereAllowed } from "./issuer.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import type { Claims } from "./person.ts";
import type { SignInUnderWay } from "./under-way.ts";
import { verifyToken } from "./verify-token.ts";

export interface CodeFlow {
  /** Where the browser goes, and what it must bring back. Throws IssuerUnavailable. */
  begin(asked: Pick<SignInUnderWay, "redirect_uri" | "return_to">): Promise<BegunSignIn>;
  /**
   * The claims of the user who has come back.
   * @param search the query of the callback, as it came
   * @throws Refusal `sign_in_failed` or `rate_limited`, IssuerUnavailable
   */
  finish(underWay: SignInUnderWay, search: string): Promise<Claims>;
}

export interface BegunSignIn {
  readonly url: string;
  readonly under_way: SignInUnderWay;
}

export interface CodeFlowInput {
  readonly issuer: Issuer;
  readonly settings: OidcSettings;
  readonly client_id: string;
  readonly now: () => number;
}

/** Codes that are exchanged at once. Whoever sends invented ones makes the issuer no more work at a time. */
const exchangesMax = 20;

type Metadata = Awaited<ReturnType<Issuer["metadata"]>>;

export function createCodeFlow(input: CodeFlowInput): CodeFlow {
  const { issuer, settings, client_id } = input;
  let exchanging = 0;
  return {
    async begin({ redirect_uri, return_to }) {
      const config = await configure(input);
      const [state, nonce, code_verifier] = [randomState(), randomNonce(), randomPKCECodeVerifier()];
      const url = buildAuthorizationUrl(config, {
        redirect_uri,
        scope: settings.scopes,
        state,
        nonce,
        code_challenge: await calculatePKCECodeChallenge(code_verifier),
        code_challenge_method: "S256",
      });
      return { url: url.href, under_way: { state, nonce, code_verifier, redirect_uri, return_to } };
    },
    async finish({ state, nonce, code_verifier, redirect_uri }, search) {
      if (exchanging >= exchangesMax) throw new TooManyExchanges();
      exchanging += 1;
      const came = new URL(redirect_uri);
      came.search = search;
      const checks = {
        expectedState: state,
        expectedNonce: nonce,
        pkceCodeVerifier: code_verifier,
        idTokenExpected: true,
      };
      const tokens = await configure(input)
        .then((config) => authorizationCodeGrant(config, came, checks).catch(explain))
        .finally(() => {
          exchanging -= 1;
        });
      // The library trusts the connection to the issuer. The signature is checked all the same: it holds where a proxy does not.
      return verifyToken({ issuer, settings, now: input.now }, tokens.id_token ?? "", client_id);
    },
  };
}

async function configure({ issuer, settings, client_id }: CodeFlowInput): Promise<Configuration> {
  const metadata = await issuer.metadata();
  const { clientSecret, clockSkewS } = settings;
  const auth = clientAuth(clientSecret, metadata);
  const config = new Configuration(metadata, client_id, { [clockTolerance]: clockSkewS }, auth);
  config[customFetch] = (url, init) => issuer.fetch(url, init as RequestInit);
  for (const allow of insecureWhereAllowed(settings.issuer)) allow(config);
  return config;
}

/** Basic is what every issuer can do that does not say otherwise (OpenID Connect Discovery 1.0, 3). */
function clientAuth(secret: string | null, metadata: Metadata): ClientAuth {
  if (secret === null) return None();
  const methods = metadata.token_endpoint_auth_methods_supported ?? ["client_secret_basic"];
  return methods.includes("client_secret_basic") ? ClientSecretBasic(secret) : ClientSecretPost(secret);
}

class TooManyExchanges extends Refusal {
  readonly retry_after_s = 1;
  constructor() {
    super("rate_limited", "too many people sign in at this moment");
  }
}

/** A sign-in that does not work, with the reason for the log. */
class SignInFailed extends Refusal {
  constructor(detail: string, cause?: unknown) {
    super("sign_in_failed", detail);
    this.cause = cause;
  }
}

/** The issuer's own words are not repeated to the browser: whoever makes a link to the callback chooses them. */
function explain(error: unknown): never {
  if (error instanceof AuthorizationResponseError)
    throw new SignInFailed("the issuer has not signed you in", error);
  if (error instanceof ResponseBodyError) throw new SignInFailed(wordsOf(error), error);
  if (error instanceof ClientError && !isOutage(error))
    throw new SignInFailed("what came back does not belong to the sign-in that you began", error);
  throw new IssuerUnavailable(error);
}

function wordsOf({ error }: ResponseBodyError): string {
  return error === "invalid_grant"
    ? "the issuer refuses the code: it was used before, or is too old"
    : "the issuer refuses this deployment: its operator finds the reason in the log";
}

const OUTAGES: ReadonlySet<string | undefined> = new Set([
  "OAUTH_TIMEOUT",
  "OAUTH_ABORT",
  // Such as a 502 of a proxy.
  "OAUTH_RESPONSE_IS_NOT_CONFORM",
]);

function isOutage({ code }: ClientError): boolean {
  return OUTAGES.has(code);
}
