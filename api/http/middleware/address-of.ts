// The API speaks HTTP and the store; this file: the address a request counts for.
import type { Request } from "express";
import { ipKeyGenerator } from "express-rate-limit";

/** Whoever has an IPv6 address has a whole network of them, which counts as one. */
export function addressOf(request: Request): string {
  return ipKeyGenerator(request.ip ?? "");
}
