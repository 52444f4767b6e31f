// Slows down a client that sends too many requests, so that it does not starve the others (SPEC A3).
import type { Request, RequestHandler, Response } from "express";
import { rateLimit } from "express-rate-limit";
import { Refusal } from "../../../core/chat/refusal.ts";
import { sha256Hex } from "../../../platform/secrets/crypto.ts";
import { addressOf, callerOf } from "../access/authenticate.ts";
import { type Caller, holderOf } from "../access/caller.ts";

export interface RateLimits {
  /** Requests with one API key, or one link of a shared chat. */
  readonly requestsPerMinuteMax: number;
  /** Requests from one network address, with any key. */
  readonly addressRequestsPerMinuteMax: number;
  /** Unknown keys from one network address. */
  readonly wrongKeysPerMinuteMax: number;
}

const windowMs = 60_000;

/** Goes before authentication, so that requests are counted before anything is looked up for them. */
export function limitAddresses({ addressRequestsPerMinuteMax: limit }: RateLimits): RequestHandler {
  return limitRate({ of: "address", limit, nameOf: addressOf });
}

/** Goes after authentication: many addresses with one key share its limit. */
export function limitKeys({ requestsPerMinuteMax: limit }: RateLimits): RequestHandler {
  return limitRate({
    of: "key",
    limit,
    nameOf: (_request, response) => holderOf(callerOf(response) as Caller),
  });
}

/** Goes before a link is looked up: all who have it share its limit. Mount it at the path with the `token`. */
export function limitLinks({ requestsPerMinuteMax: limit }: RateLimits): RequestHandler {
  return limitRate({
    of: "link",
    limit,
    // Hashed: what is counted must not hold texts of any length.
    nameOf: ({ params }) => sha256Hex(String(params["token"])),
  });
}

interface Limit {
  readonly of: "address" | "key" | "link";
  readonly limit: number;
  readonly nameOf: (request: Request, response: Response) => string;
}

/** Allows so many requests a minute on this replica; more are answered 429 with Retry-After. */
function limitRate({ of, limit, nameOf }: Limit): RequestHandler {
  return rateLimit({
    windowMs,
    limit,
    identifier: of,
    keyGenerator: nameOf,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // Forwarded addresses count only if their proxies are configured; this is intended.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    // The library has set Retry-After by now.
    handler: (_request, _response, next) => {
      next(new Refusal("rate_limited", `at most ${limit} requests a minute for each ${of}`));
    },
  });
}
