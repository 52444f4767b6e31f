// The lookup of a socket that may not lead everywhere: a name judged earlier could lead elsewhere by the time it is connected to.
import { lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

/** Why a socket may not be opened to an address that `hostname` leads to; null when it may. */
export type AddressFault = (address: string, hostname: string) => Error | null;

/** Looks a name up and hands the socket only addresses without a fault. Addresses in place of names are not looked up: judge them before. */
export function guardedLookup(
  faultOf: AddressFault,
  lookup: typeof systemLookup = systemLookup,
): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      for (const { address } of addresses) {
        const fault = faultOf(address, hostname);
        // One bad address condemns the name: which of them the socket takes is not ours to say.
        if (fault !== null) return callback(fault, "", 0);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
