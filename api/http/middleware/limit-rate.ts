// The API speaks HTTP and the store; this file: a client in a tight loop is slowed down before it starves the others (SPEC A3).
import type { Request, RequestHandler, Response } from "express";
import { rateLimit } from "express-rate-limit";
import { Refusal } from "../../../core/chat/refusal.ts";
import { addressOf } from "./address-of.ts";
import { callerOf } from "./authenticate.ts";

export interface RateLimits {
  /** Of an API key. */
  readonly requestsPerMinuteMax: number;
  /** Of a network address, whoever it says that it is. */
  readonly addressRequestsPerMinuteMax: number;
  /** Keys nobody has, from a network address. */
  readonly wrongKeysPerMinuteMax: number;
}

const windowMs = 60_000;

/** Stands before authentication: what an address may ask is counted before anything is looked up for it. */
export function limitAddresses({ addressRequestsPerMinuteMax: limit }: RateLimits): RequestHandler {
  return limitRate({ of: "address", limit, nameOf: addressOf });
}

/** Stands behind authentication: a key may not ask more from many addresses than from one. */
export function limitKeys({ requestsPerMinuteMax: limit }: RateLimits): RequestHandler {
  return limitRate({ of: "key", limit, nameOf: (_request, response) => callerOf(response)?.key_id ?? "" });
}

interface Limit {
  readonly of: "address" | "key";
  readonly limit: number;
  readonly nameOf: (request: Request, response: Response) => string;
}

/** So many requests a minute on this replica; more are answered 429 with Retry-After. */
function limitRate({ of, limit, nameOf }: Limit): RequestHandler {
  return rateLimit({
    windowMs,
    limit,
    identifier: of,
    keyGenerator: nameOf,
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // Forwarded addresses count only where their proxies are configured; that is no mistake.
    validate: { xForwardedForHeader: false, forwardedHeader: false },
    // The library has set Retry-After by now.
    handler: (_request, _response, next) => {
      next(new Refusal("rate_limited", `at most ${limit} requests a minute for each ${of}`));
    },
  });
}
