// Workspaces: drivers make the place. This file: where a container engine listens, in the notation of DOCKER_HOST.
import { isIP } from "node:net";
import { WorkspaceError } from "../../../driver.ts";

/** What `node:http` connects to. */
export type EngineAddress =
  | { readonly socketPath: string }
  | { readonly host: string; readonly port: number; readonly isThisMachine: boolean };

// The port an engine listens on by convention when it does so without TLS.
const defaultPort = 2375;

/** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375` or `http://…`. Throws `sandbox_missing` for anything else. */
export function parseEngineHost(dockerHost: string): EngineAddress {
  const unix = /^unix:\/\/(\/.+)$/.exec(dockerHost);
  if (unix?.[1] !== undefined) return { socketPath: unix[1] };
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : null;
  if (url === null || !["tcp:", "http:"].includes(url.protocol) || url.hostname === "")
    throw new WorkspaceError(
      "sandbox_missing",
      `DOCKER_HOST is ${dockerHost}: Everturn can use unix:///path and tcp://host:port. For an engine behind ssh or TLS, forward its socket to this machine.`,
    );
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { host, port: url.port === "" ? defaultPort : Number(url.port), isThisMachine: isLoopback(host) };
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}
