// The API speaks HTTP and the store; this file: a client in a tight loop is slowed down before it starves the others (SPEC A3).
import type { RequestHandler } from "express";
import { rateLimit } from "express-rate-limit";
import { Refusal } from "../../core/refusal.ts";
import { callerOf } from "./authenticate.ts";

const windowMs = 60_000;

/** Allows each key so many requests a minute on this replica; more are answered 429 with Retry-After. */
export function limitRate(requestsPerMinuteMax: number): RequestHandler {
  return rateLimit({
    windowMs,
    limit: requestsPerMinuteMax,
    keyGenerator: (_request, response) => callerOf(response)?.key_id ?? "",
    standardHeaders: "draft-8",
    legacyHeaders: false,
    // The library has set Retry-After by now.
    handler: (_request, _response, next) => {
      next(new Refusal("rate_limited", `at most ${requestsPerMinuteMax} requests a minute`));
    },
  });
}
