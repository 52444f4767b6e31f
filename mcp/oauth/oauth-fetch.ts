// Calls authorisation servers: through the address guard, with an end, and with answers of a bounded size.
import { type Fetch, withBoundedBodies } from "../connection/bounded-bodies.ts";
import { oauthAnswerBytesMax, oauthMs } from "../limits.ts";

export function oauthFetch(fetch: Fetch): Fetch {
  const bounded = withBoundedBodies(fetch, oauthAnswerBytesMax);
  return (url, init) => {
    const signals = [AbortSignal.timeout(oauthMs), ...(init?.signal ? [init.signal] : [])];
    return bounded(url, { ...init, signal: AbortSignal.any(signals) });
  };
}
