// Verifies tokens of the issuer: signature, algorithm, issuer, audience and times.
import { decodeProtectedHeader, errors, type JWTPayload, jwtVerify } from "jose";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Issuer } from "./issuer.ts";
import type { OidcSettings } from "./oidc-settings.ts";

export interface VerifyInput {
  readonly issuer: Pick<Issuer, "keyOf">;
  readonly settings: Pick<OidcSettings, "issuer" | "algorithms" | "clockSkewS">;
  readonly now: () => number;
}

/** Longer tokens are not looked at. Those of large companies, with hundreds of groups, have some 8 KiB. */
const tokenCharsMax = 16_384;

/** Whether a text is a signed token by its form, as opposed to an API key. */
export function looksLikeToken(text: string): boolean {
  if (text.split(".").length !== 3) return false;
  try {
    return typeof decodeProtectedHeader(text).alg === "string";
  } catch {
    return false;
  }
}

/**
 * The claims of a token that is good for this audience.
 * @throws Refusal `unauthenticated`, which says what is wrong; IssuerUnavailable
 */
export async function verifyToken(input: VerifyInput, token: string, audience: string): Promise<JWTPayload> {
  const { issuer, settings, now } = input;
  if (token.length > tokenCharsMax) throw refuse("it is too long");
  const nowMs = now();
  try {
    const { payload } = await jwtVerify(token, issuer.keyOf, {
      issuer: settings.issuer,
      audience,
      algorithms: [...settings.algorithms],
      clockTolerance: settings.clockSkewS,
      currentDate: new Date(nowMs),
      // Without an end a token that leaks would be good for ever.
      requiredClaims: ["exp", "sub"],
    });
    if (isOfTheFuture(payload, nowMs / 1_000 + settings.clockSkewS)) throw refuse("it is not valid yet");
    return payload;
  } catch (error) {
    throw error instanceof errors.JOSEError ? refuse(wordsOf(error)) : error;
  }
}

function isOfTheFuture({ iat }: JWTPayload, latestS: number): boolean {
  return typeof iat === "number" && iat > latestS;
}

function refuse(why: string): Refusal {
  return new Refusal("unauthenticated", `the token is refused: ${why}`);
}

function wordsOf(error: errors.JOSEError): string {
  if (error instanceof errors.JWTExpired) return "it has expired";
  if (error instanceof errors.JWTClaimValidationFailed) return wordsOfClaim(error.claim);
  if (error instanceof errors.JOSEAlgNotAllowed) return "its algorithm is not allowed";
  if (error instanceof errors.JWSSignatureVerificationFailed) return "its signature is wrong";
  if (error instanceof errors.JWKSNoMatchingKey) return "the issuer has no such key";
  if (error instanceof errors.JWKSMultipleMatchingKeys) return "it does not say which key has signed it";
  return "it is malformed";
}

function wordsOfClaim(claim: string): string {
  switch (claim) {
    case "iss":
      return "another issuer has made it";
    case "aud":
      return "it is for another audience";
    case "nbf":
      return "it is not valid yet";
    default:
      return `its claim \`${claim}\` is missing or wrong`;
  }
}
