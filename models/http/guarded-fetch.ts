// Connects to providers whose addresses people typed in (SPEC A4). It judges what a name leads to in the very lookup
// that the socket uses, because a name that was checked before could lead elsewhere by now.
import type { lookup as systemLookup } from "node:dns";
import { Agent, fetch as undiciFetch } from "undici";
import { guardedLookup } from "../../platform/network/guarded-lookup.ts";
import {
  type AddressRules,
  judgeAddress,
  judgeProviderUrl,
} from "../../platform/network/provider-address.ts";
import { keepAliveMs } from "./provider-fetch.ts";
import type { Fetch } from "./provider-options.ts";

/** The provider's address may not be called. The message does not contain the address. */
class AddressRefused extends Error {
  /** Tells the classifier that no retry helps, however deep the SDK and the socket have wrapped it. */
  readonly code = "ADDRESS_REFUSED";
  constructor(reason: string) {
    super(`the base URL ${reason}`);
    this.name = "AddressRefused";
  }
}

/** A pool that opens no socket to a forbidden address and follows no redirect: the answer is then the 3xx itself. */
export function createGuardedFetch(rules: AddressRules, lookup?: typeof systemLookup): Fetch {
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
  return call as unknown as Fetch;
}
