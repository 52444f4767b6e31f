// The issuer of sign-ins as this replica knows it: its metadata and its public keys, read rarely and kept while it is down.
import { createLocalJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from "jose";
import { allowInsecureRequests, type Configuration, customFetch, discovery, None } from "openid-client";
import { Refusal } from "../../core/chat/refusal.ts";
import { isSafeOnTheWay } from "../../platform/config/sign-in-variables.ts";
import { type BoundedFetch, createBoundedFetch } from "../../platform/network/bounded-fetch.ts";
import { KeptAnswer } from "./kept-answer.ts";

/** The largest issuers serve some dozens of keys: about 50 KiB. */
const answerBytesMax = 512 * 1024;
/** Somebody waits for this answer. */
const answerTimeoutMs = 5_000;
/** A key that the issuer has withdrawn works here for this long. */
const keysFreshMs = 5 * 60_000;
/** Endpoints and algorithms hardly ever change. */
const metadataFreshMs = 60 * 60_000;
/** While the issuer is down, the keys that are known go on for this long. */
const usableMs = 24 * 60 * 60_000;
/** Tokens with invented key ids make the issuer no more work than this. */
const cooldownMs = 30_000;

const OK = 200;

/** The issuer cannot be asked, and what is known does not answer the question. */
export class IssuerUnavailable extends Refusal {
  readonly retry_after_s = cooldownMs / 1_000;
  constructor(cause: unknown) {
    super("unavailable", "the issuer of sign-ins cannot be reached");
    this.cause = cause;
  }
}

export interface Issuer {
  readonly fetch: BoundedFetch;
  /** Throws `IssuerUnavailable`. */
  metadata(): Promise<ReturnType<Configuration["serverMetadata"]>>;
  /** For `jwtVerify`. Throws `IssuerUnavailable`, and `JWKSNoMatchingKey` if the issuer has no such key. */
  readonly keyOf: JWTVerifyGetKey;
}

/** Asks the issuer nothing yet. @param issuer its identifier: an address that the operator has chosen, so private ones are fine */
export function createIssuer(issuer: string, now: () => number = Date.now): Issuer {
  const fetch = createBoundedFetch({ bytesMax: answerBytesMax, timeoutMs: answerTimeoutMs });
  const kept = { usableMs, cooldownMs, now };
  const metadata = new KeptAnswer({
    ...kept,
    freshMs: metadataFreshMs,
    load: () => discover(issuer, fetch),
  });
  const keys = new KeptAnswer({
    ...kept,
    freshMs: keysFreshMs,
    load: async () => readKeys((await metadata.get()).jwks_uri, fetch),
  });
  return {
    fetch,
    metadata: () => metadata.get().catch(sayUnavailable),
    async keyOf(header, token) {
      const known = await keys.get().catch(sayUnavailable);
      try {
        return await known(header, token);
      } catch (error) {
        if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
        // The issuer may have a new key. If it cannot be asked, nobody knows whether the token is good.
        if ((await keys.renew()) === "failed") throw new IssuerUnavailable(error);
        return (await keys.get().catch(sayUnavailable))(header, token);
      }
    },
  };
}

function sayUnavailable(error: unknown): never {
  throw new IssuerUnavailable(error);
}

/** Plain HTTP is for issuers on this machine: the configuration refuses it elsewhere. */
export function insecureWhereAllowed(issuer: string): ((config: Configuration) => void)[] {
  return issuer.startsWith("http:") ? [allowInsecureRequests] : [];
}

/** The library compares the `issuer` in the answer with the one that was asked for. */
async function discover(issuer: string, fetch: BoundedFetch) {
  const config = await discovery(new URL(issuer), "everturn", undefined, None(), {
    execute: insecureWhereAllowed(issuer),
    [customFetch]: (url, init) => fetch(url, init as RequestInit),
  });
  return config.serverMetadata();
}

async function readKeys(address: string | undefined, fetch: BoundedFetch) {
  if (address === undefined) throw new Error("the issuer names no keys (`jwks_uri`)");
  // The library looks at the endpoints that it calls itself.
  if (!isSafeOnTheWay(address)) throw new Error("the issuer names keys (`jwks_uri`) over plain HTTP");
  const answer = await fetch(address, { headers: { accept: "application/json" } });
  if (answer.status !== OK) throw new Error(`the issuer's keys are answered with ${answer.status}`);
  return createLocalJWKSet((await answer.json()) as JSONWebKeySet);
}
