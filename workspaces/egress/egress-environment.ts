// The variables by which programs in a workspace find their way to the internet, and where that way begins.

/** Where programs inside find the proxy. Squid's port: whoever sees it knows what it is. */
export const egressPort = 3_128;

/** For commands in a workspace whose network is filtered. */
export function egressEnvironment(): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${egressPort}`;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  // A workspace's own servers are reached without a detour.
  const own = "localhost,127.0.0.1,::1";
  const upper = { ...Object.fromEntries(names.map((name) => [name, proxy])), NO_PROXY: own };
  // curl reads http_proxy in lower case alone, others read upper case alone; npm, pip, git, Go and Cargo read either.
  const lower = Object.fromEntries(Object.entries(upper).map(([name, value]) => [name.toLowerCase(), value]));
  // Node reads them when it is told to.
  return { ...upper, ...lower, NODE_USE_ENV_PROXY: "1" };
}
