// What the variables of signing in amount to, and what is wrong with them together.
import type { Environment } from "./environment.ts";

const HOUR_S = 3_600;

export type SignInConfig = ReturnType<typeof signInConfig>;

export function signInConfig(environment: Environment) {
  return {
    publicOrigin: environment.EVERTURN_PUBLIC_URL ?? null,
    corsOrigins: environment.EVERTURN_CORS_ORIGINS as readonly string[],
    sessionIdleS: environment.EVERTURN_SESSION_IDLE_HOURS * HOUR_S,
    sessionMaxS: environment.EVERTURN_SESSION_MAX_HOURS * HOUR_S,
    oidc: {
      issuer: environment.EVERTURN_OIDC_ISSUER ?? null,
      audience: environment.EVERTURN_OIDC_AUDIENCE ?? null,
      clientId: environment.EVERTURN_OIDC_CLIENT_ID ?? null,
      clientSecret: environment.EVERTURN_OIDC_CLIENT_SECRET ?? null,
      scopes: environment.EVERTURN_OIDC_SCOPES,
      groupsClaim: environment.EVERTURN_OIDC_GROUPS_CLAIM,
      adminGroups: environment.EVERTURN_OIDC_ADMIN_GROUPS as readonly string[],
      memberGroups: environment.EVERTURN_OIDC_MEMBER_GROUPS as readonly string[],
      algorithms: environment.EVERTURN_OIDC_ALGORITHMS as readonly string[],
      clockSkewS: environment.EVERTURN_OIDC_CLOCK_SKEW_S,
    },
  } as const;
}

/** Whether groups let everybody of the issuer in: none are named, or `*` is. */
export function isForAll(memberGroups: readonly string[]): boolean {
  return memberGroups.length === 0 || memberGroups.includes("*");
}

/** What may not be what the operator meant. It is said at start. */
export function warningsOfSignIn({ oidc }: SignInConfig): readonly string[] {
  return oidc.issuer !== null && oidc.memberGroups.length === 0
    ? [
        "everybody whom the issuer knows may come in, guests and customers included: name groups in EVERTURN_OIDC_MEMBER_GROUPS, or `*` if you mean everybody",
      ]
    : [];
}

/** Half a configuration would let nobody in, or somebody else than was meant. */
export function faultsOfSignIn({ oidc, sessionIdleS, sessionMaxS }: SignInConfig) {
  const { issuer, audience, clientId, clientSecret, adminGroups, memberGroups } = oidc;
  const hasGroups = adminGroups.length > 0 || memberGroups.length > 0;
  const checks: readonly (readonly [boolean, string, string])[] = [
    [
      issuer === null && (audience !== null || clientId !== null || clientSecret !== null || hasGroups),
      "EVERTURN_OIDC_ISSUER",
      "is not set, but other EVERTURN_OIDC_ variables are",
    ],
    [
      issuer !== null && audience === null && clientId === null,
      "EVERTURN_OIDC_ISSUER",
      "needs EVERTURN_OIDC_CLIENT_ID (browsers), EVERTURN_OIDC_AUDIENCE (bearer tokens) or both",
    ],
    [
      clientSecret !== null && clientId === null,
      "EVERTURN_OIDC_CLIENT_SECRET",
      "needs EVERTURN_OIDC_CLIENT_ID",
    ],
    [sessionIdleS > sessionMaxS, "EVERTURN_SESSION_IDLE_HOURS", "is more than EVERTURN_SESSION_MAX_HOURS"],
  ];
  return checks.flatMap(([isWrong, variable, problem]) => (isWrong ? [{ variable, problem }] : []));
}
