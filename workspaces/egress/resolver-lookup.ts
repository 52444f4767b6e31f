// Looks names up by DNS alone. The system's lookups take threads that the whole process shares, and a name whose server is
// silent holds one for half a minute.
import type { LookupAddress, LookupOptions } from "node:dns";
import { Resolver } from "node:dns/promises";
import { callbackify } from "node:util";
import type { LookupAll } from "../../platform/network/guarded-lookup.ts";

/** For a workspace's proxy inside another process. It knows no names of the machine's hosts file and no search domains. */
export function resolverLookup(servers?: readonly string[]): LookupAll {
  // The time of the first try; the second one has twice as much.
  const resolver = new Resolver({ timeout: 3_000, tries: 2 });
  if (servers !== undefined) resolver.setServers(servers);
  return callbackify(async (hostname: string, { family }: LookupOptions) => {
    const found = await addressesOf(resolver, hostname);
    return family === 4 || family === 6 ? found.filter((each) => each.family === family) : found;
  });
}

/** Throws `ENOTFOUND`. */
async function addressesOf(resolver: Resolver, hostname: string): Promise<LookupAddress[]> {
  // Not asked of servers, says RFC 6761.
  if (/(^|\.)localhost$/.test(hostname)) return [{ address: "127.0.0.1", family: 4 }];
  const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)]);
  const found = [
    ...(four.status === "fulfilled" ? four.value : []).map((address) => ({ address, family: 4 })),
    ...(six.status === "fulfilled" ? six.value : []).map((address) => ({ address, family: 6 })),
  ];
  if (found.length > 0) return found;
  throw Object.assign(new Error(`no address of ${hostname} was found`), { code: "ENOTFOUND" });
}
