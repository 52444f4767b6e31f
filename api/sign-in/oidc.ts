// Everything of an issuer, as one value. Only loaded where an issuer is configured: its libraries cost memory and time to load.
import type { Logger } from "../../platform/logger.ts";
import type { OidcUser } from "../../store/access/oidc-identities.ts";
import type { Pool } from "../../store/database.ts";
import { type CodeFlow, createCodeFlow } from "./code-flow.ts";
import { createIssuer } from "./issuer.ts";
import type { OidcSettings } from "./oidc-settings.ts";
import type { Claims } from "./person.ts";
import { admit, createTokenLookup, type From, type TokenLookup } from "./token-lookup.ts";

export interface Oidc {
  /** Null: bearer tokens are not taken. */
  readonly tokens: TokenLookup | null;
  /** Null: browsers sign in by API key alone. */
  readonly flow: CodeFlow | null;
  /** The user whom verified claims name. Throws Refusal `forbidden` or `unauthenticated`. */
  admit(claims: Claims, from: From): Promise<OidcUser>;
}

export interface OidcInput {
  readonly pool: Pool;
  readonly settings: OidcSettings;
  readonly logger: Pick<Logger, "warn">;
  readonly now: () => number;
}

export function createOidc({ pool, settings, logger, now }: OidcInput): Oidc {
  const issuer = createIssuer(settings.issuer, now);
  const { audience, clientId: client_id } = settings;
  return {
    tokens: audience === null ? null : createTokenLookup({ pool, issuer, settings, logger, audience, now }),
    flow: client_id === null ? null : createCodeFlow({ issuer, settings, client_id, now }),
    admit: (claims, from) => admit({ pool, settings, logger, now }, claims, from),
  };
}
