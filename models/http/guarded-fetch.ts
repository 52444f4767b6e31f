// Models room: connections to providers whose addresses people typed in (SPEC A4). What a name leads to is judged at the very
// lookup that the socket uses: a name that was judged before could lead elsewhere by now.
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

/** The address of a provider is not one that may be called. Says so without the address. */
class AddressRefused extends Error {
  /** By this the classifier knows that no retry helps, however deep the SDK and the socket have wrapped it. */
  readonly code = "ADDRESS_REFUSED";
  constructor(reason: string) {
    super(`the base URL ${reason}`);
    this.name = "AddressRefused";
  }
}

/** A pool that opens no socket to a forbidden address, and follows no redirect: the answer is then the 3xx itself. */
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
  // The cast is safe: Node's fetch is this same implementation, typed a second time.
  return call as unknown as Fetch;
}
