// The port of the proxy inside a workspace, and the variables that lead programs to it.

/** The usual port of an HTTP proxy, so that readers recognise it. */
export const egressPort = 3_128;

/** For commands in workspaces with a filtered network. */
export function egressEnvironment(): Readonly<Record<string, string>> {
  const proxy = `http://127.0.0.1:${egressPort}`;
  const names = ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
  // Servers inside the workspace are reached directly.
  const own = "localhost,127.0.0.1,::1";
  const upper = { ...Object.fromEntries(names.map((name) => [name, proxy])), NO_PROXY: own };
  // curl reads only the lower case http_proxy, some programs only upper case. npm, pip, git, Go and Cargo read either.
  const lower = Object.fromEntries(Object.entries(upper).map(([name, value]) => [name.toLowerCase(), value]));
  // Node reads the variables only if this one is set.
  return { ...upper, ...lower, NODE_USE_ENV_PROXY: "1" };
}
