// A DNS lookup for sockets that may not connect everywhere: by the time of the connection, a name that was checked
// earlier could lead elsewhere.
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import type { LookupFunction } from "node:net";

/** Why a socket may not connect to an address of `hostname`; null if it may. */
export type AddressFault = (address: string, hostname: string) => Error | null;

/** As `dns.lookup` with `all`. */
export type LookupAll = (
  hostname: string,
  options: LookupOptions & { readonly all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/**
 * Looks a name up and gives the socket only addresses without a fault. IP addresses are not looked up: check them
 * before.
 */
export function guardedLookup(faultOf: AddressFault, lookup: LookupAll = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      if (error !== null) return callback(error, "", 0);
      for (const { address } of addresses) {
        const fault = faultOf(address, hostname);
        // One bad address makes the name bad, because we cannot choose which address the socket takes.
        if (fault !== null) return callback(fault, "", 0);
      }
      const [first] = addresses;
      if (options.all === true || first === undefined) return callback(null, addresses);
      return callback(null, first.address, first.family);
    });
  };
}
