// Connects to servers whose addresses people typed in: model providers and MCP servers (SPEC A4). It judges what a name leads to
// in the very lookup that the socket uses, because a name that was checked before could lead elsewhere by now.
import type { lookup as systemLookup } from "node:dns";
import { Agent, fetch as undiciFetch } from "undici";
import { guardedLookup } from "./guarded-lookup.ts";
import { type AddressRules, judgeAddress, judgeProviderUrl } from "./provider-address.ts";

/** How long an idle connection is kept for the next call, which would otherwise pay for a new TLS handshake. */
const keepAliveMs = 30_000;

/** The address may not be called. The message does not contain the address. */
class AddressRefused extends Error {
  /** Tells the classifier that no retry helps, however deep the SDK and the socket have wrapped it. */
  readonly code = "ADDRESS_REFUSED";
  constructor(reason: string) {
    super(`the address ${reason}`);
    this.name = "AddressRefused";
  }
}

/** A pool that opens no socket to a forbidden address and follows no redirect: the answer is then the 3xx itself. */
export function createGuardedFetch(
  rules: AddressRules,
  lookup?: typeof systemLookup,
): typeof globalThis.fetch {
  const faultOf = (address: string) => {
    const verdict = judgeAddress(address, rules);
    return verdict.ok ? null : new AddressRefused(verdict.reason);
  };
  const connect = { lookup: guardedLookup(faultOf, lookup) };
  const limits = { headersTimeout: 0, bodyTimeout: 0, keepAliveTimeout: keepAliveMs };
  const dispatcher = new Agent({ ...limits, connect });
  const call = async (input: unknown, init: object) => {
    // A literal address is not looked up, so it is judged here.
    const url = new URL(String(input));
    const verdict = judgeProviderUrl(url.origin, rules);
    if (!verdict.ok) throw new AddressRefused(verdict.reason);
    return undiciFetch(url, { ...init, dispatcher, redirect: "manual" });
  };
  // The cast is safe: Node's fetch is this same implementation with other types.
  return call as unknown as typeof globalThis.fetch;
}
