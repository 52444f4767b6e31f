// The connections to providers, one pool per process.
import { Agent, fetch as undiciFetch } from "undici";
import type { Fetch } from "./provider-options.ts";

/**
 * How long an idle connection is kept for the next step. With Node's default of 4 s, each step after a longer tool
 * would pay for a new TLS handshake before its first token.
 */
const keepAliveMs = 30_000;

/**
 * A `fetch` without its own time limits. Node's gives up after five minutes without headers or bytes, which would cut
 * off slow local models before the silence limit of SPEC X3.
 */
export function createProviderFetch(): Fetch {
  const dispatcher = new Agent({ headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: keepAliveMs });
  // A redirect is not followed: it could take the key and the conversation to another server (SPEC A4).
  const always = { dispatcher, redirect: "manual" } as const;
  const call = (input: unknown, init: object) => undiciFetch(input as string, { ...init, ...always });
  // The cast is safe: Node's fetch is this same implementation with other types.
  return call as unknown as Fetch;
}
