// Models room: connections to providers whose addresses people typed in (SPEC A4). What a name leads to is judged at the very
// lookup that the socket uses: a name that was judged before could lead elsewhere by now.
import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { Agent, fetch as undiciFetch } from "undici";
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
export function createGuardedFetch(rules: AddressRules, lookup: typeof systemLookup = systemLookup): Fetch {
  const connect = { lookup: guardedLookup(rules, lookup) };
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

function guardedLookup(rules: AddressRules, lookup: typeof systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      for (const { address } of addresses) {
        const verdict = judgeAddress(address, rules);
        // One bad address condemns the name: which of them the socket takes is not ours to say.
        if (!verdict.ok) return callback(new AddressRefused(verdict.reason), "", 0);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
