// The environment variables of signing in: browsers, other origins, and an issuer.
import { z } from "zod";
import { key, wholeNumber } from "./environment-values.ts";
import { notes } from "./variable-notes.ts";

/** All are asymmetric. With HMAC, whoever reads the issuer's public keys could sign; with `none` everybody could. */
const SIGNING_ALGORITHMS = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const;
const YEAR_HOURS = 8_760;
const LOOPBACK = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/;

function isOrigin(text: string): boolean {
  return /^https?:\/\//.test(text) && URL.canParse(text) && new URL(text).origin === text;
}

/** Over plain HTTP, anybody on the way could hand us keys of their own. */
export function isSafeOnTheWay(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === "https:" || (protocol === "http:" && LOOPBACK.test(hostname));
}

function isIssuer(text: string): boolean {
  if (!isSafeOnTheWay(text)) return false;
  const { search, hash, username } = new URL(text);
  return search === "" && hash === "" && username === "";
}

const list = z.string().transform((text) =>
  text
    .split(",")
    .map((each) => each.trim())
    .filter((each) => each !== ""),
);
const origins = list.refine((all) => all.every(isOrigin), {
  error: "expected origins such as https://app.example.com, separated by commas, without paths and without *",
});
const algorithms = list.refine(
  (all) => all.length > 0 && all.every((each) => (SIGNING_ALGORITHMS as readonly string[]).includes(each)),
  `expected some of: ${SIGNING_ALGORITHMS.join(", ")}`,
);

export const SIGN_IN_VARIABLES = {
  EVERTURN_PUBLIC_URL: notes(
    z
      .string()
      .refine(isOrigin, "expected an origin such as https://chat.example.com, without a path")
      .optional(),
    {
      description:
        "Where browsers reach this API, such as `https://chat.example.com`. Set it behind a proxy: redirects of the issuer, the `Secure` mark of cookies, the check of a page's origin and links in Temporal's Web UI use it",
      shown_default: "as each request names it",
    },
  ),
  EVERTURN_CORS_ORIGINS: notes(origins.default([]), {
    description:
      "Origins whose pages may call the API, separated by commas. Exact ones only: there is no `*`",
    shown_default: "none",
  }),
  EVERTURN_SESSION_IDLE_HOURS: notes(wholeNumber(1, YEAR_HOURS).default(24), {
    description: "A browser's session ends when it was not used for so long",
  }),
  EVERTURN_SESSION_MAX_HOURS: notes(wholeNumber(1, YEAR_HOURS).default(168), {
    description: "A browser's session ends after this time at the latest, however much it is used",
  }),
  EVERTURN_OIDC_ISSUER: notes(
    z
      .string()
      .refine(
        isIssuer,
        "expected an https URL, or an http URL on loopback, exactly as the issuer writes itself",
      )
      .optional(),
    {
      description:
        "An OpenID Connect issuer whose users may come in. Its address is yours to choose: it may be private. docs/security.md says how users, roles and tokens follow from it",
      shown_default: "none",
    },
  ),
  EVERTURN_OIDC_AUDIENCE: notes(z.string().min(1).optional(), {
    description: "Audience that bearer tokens of the issuer must name. Without it no such token is accepted",
    shown_default: "none",
  }),
  EVERTURN_OIDC_CLIENT_ID: notes(z.string().min(1).optional(), {
    description:
      "Client at the issuer with which browsers sign in. Register `<your address>/session/oidc/callback` as its redirect URI. Without it browsers sign in by API key alone",
    shown_default: "none",
  }),
  EVERTURN_OIDC_CLIENT_SECRET: notes(key().min(1).optional(), {
    description: "Secret of that client. Without it the client is a public one, protected by PKCE",
    shown_default: "none",
    secret: true,
  }),
  EVERTURN_OIDC_SCOPES: notes(
    z
      .string()
      .regex(
        /^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$/,
        "expected `openid` and further scopes, separated by spaces",
      )
      .default("openid profile email"),
    {
      description:
        "Scopes that a browser's sign-in asks for. Add the one with which your issuer tells groups",
    },
  ),
  EVERTURN_OIDC_GROUPS_CLAIM: notes(z.string().min(1).default("groups"), {
    description:
      "Claim of tokens that lists the user's groups. A claim inside others is written with dots: `realm_access.roles`",
  }),
  EVERTURN_OIDC_ADMIN_GROUPS: notes(list.default([]), {
    description:
      "Groups whose users are admins, separated by commas; all other users of the issuer are members. Without it the issuer says nothing about roles: new users are members, and an admin changes that here",
    shown_default: "none",
  }),
  EVERTURN_OIDC_MEMBER_GROUPS: notes(list.default([]), {
    description:
      "Groups whose users may come in, beside admins. Without it all users of the issuer may, and a warning at start says so; `*` says that you mean it",
    shown_default: "all",
  }),
  EVERTURN_OIDC_ALGORITHMS: notes(algorithms.default(["RS256", "PS256", "ES256", "EdDSA"]), {
    description:
      "Algorithms that may sign tokens, separated by commas. Only asymmetric ones can be listed: never `none` or HMAC",
    shown_default: "`RS256,PS256,ES256,EdDSA`",
  }),
  EVERTURN_OIDC_CLOCK_SKEW_S: notes(wholeNumber(0, 300).default(30), {
    description: "Seconds by which the clocks of issuer and API may differ",
  }),
} as const;
