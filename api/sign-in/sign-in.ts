// How people come in without an API key in each request: sessions, tokens of an issuer, tokens for one stream.
import { type SignInConfig, warningsOfSignIn } from "../../platform/config/sign-in-config.ts";
import type { Logger } from "../../platform/logger.ts";
import type { SecretBox } from "../../platform/secrets/secret-box.ts";
import type { Pool } from "../../store/database.ts";
import type { Recognise } from "../http/access/authenticate.ts";
import type { ReadRights } from "../http/access/read-rights.ts";
import type { OriginRules } from "../http/middleware/cross-origin.ts";
import type { Oidc } from "./oidc.ts";
import { createSessionLookup, recogniseSessions, type SessionLookup } from "./session-lookup.ts";
import { createStreamTokens, type StreamTokens } from "./stream-tokens.ts";
import { createTickets, type Tickets } from "./tickets.ts";
import { type SignInUnderWay, signInUnderWay } from "./under-way.ts";

export interface SignIn {
  readonly rules: OriginRules;
  readonly sessions: SessionLookup;
  readonly sessionIdleS: number;
  readonly sessionMaxS: number;
  readonly streamTokens: StreamTokens;
  /** Null: there is no issuer. */
  readonly oidc: Oidc | null;
  /** Carried by the browser while it is at the issuer. */
  readonly underWay: Tickets<SignInUnderWay>;
  /** Recognises bearer tokens that are not API keys. Goes before the keys: it knows its own by their form. */
  readonly beforeKeys: readonly Recognise[];
  readonly afterKeys: readonly Recognise[];
  /** Users, keys or sessions have changed: nothing that was remembered counts any more. */
  forget(): void;
}

export interface SignInInput {
  readonly config: SignInConfig;
  readonly pool: Pool;
  readonly logger: Logger;
  readonly secrets: Pick<SecretBox, "seal" | "openAny">;
  readonly readRights: ReadRights;
  readonly wrongKeysPerMinuteMax: number;
  /** Set by tests. */
  readonly now?: () => number;
}

/** Asks the issuer nothing yet: it may be down when we start. */
export async function createSignIn(input: SignInInput): Promise<SignIn> {
  const { config, secrets, readRights, now = Date.now } = input;
  const { corsOrigins, publicOrigin, sessionIdleS, sessionMaxS } = config;
  for (const warning of warningsOfSignIn(config)) input.logger.warn(warning);
  const rules = { corsOrigins, publicOrigin };
  const sessions = createSessionLookup({ ...input, idleS: sessionIdleS });
  const streamTokens = createStreamTokens({ secrets, readRights, now });
  const { oidc, recogniseTokens } = await loadOidc(input, now);
  return {
    rules,
    sessions,
    sessionIdleS,
    sessionMaxS,
    streamTokens,
    oidc,
    underWay: createTickets({ secrets, purpose: "sign-in", schema: signInUnderWay }),
    beforeKeys: recogniseTokens,
    afterKeys: [streamTokens.recognise, recogniseSessions(sessions, rules)],
    forget() {
      sessions.forget();
      oidc?.tokens?.forget();
    },
  };
}

interface LoadedOidc {
  readonly oidc: Oidc | null;
  readonly recogniseTokens: readonly Recognise[];
}

async function loadOidc(
  { config: { oidc: settings }, pool, logger }: SignInInput,
  now: () => number,
): Promise<LoadedOidc> {
  const { issuer } = settings;
  if (issuer === null) return { oidc: null, recogniseTokens: [] };
  const [{ createOidc }, { recogniseTokens }] = await Promise.all([
    import("./oidc.ts"),
    import("./token-lookup.ts"),
  ]);
  const oidc = createOidc({ pool, logger, settings: { ...settings, issuer }, now });
  return { oidc, recogniseTokens: oidc.tokens === null ? [] : [recogniseTokens(oidc.tokens)] };
}
