// What the operator says about the issuer of sign-ins.
import type { SignInConfig } from "../../platform/config/sign-in-config.ts";

type OidcConfig = SignInConfig["oidc"];

/** Set only if there is an issuer. */
export interface OidcSettings extends OidcConfig {
  readonly issuer: string;
}
