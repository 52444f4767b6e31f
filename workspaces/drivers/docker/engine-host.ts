// Where a container engine listens, in the notation of DOCKER_HOST.
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { DockerOptions } from "dockerode";
import { WorkspaceError } from "../../driver.ts";

// The port an engine listens on by convention when it does so without TLS.
const plainPort = 2375;

/** DOCKER_HOST, else the usual socket: that of Docker Desktop, which is in the home folder, or that of the system. */
export function usualHost(): string {
  const ofHome = join(homedir(), ".docker", "run", "docker.sock");
  return process.env["DOCKER_HOST"] || `unix://${existsSync(ofHome) ? ofHome : "/var/run/docker.sock"}`;
}

/** `unix:///var/run/docker.sock`, `tcp://127.0.0.1:2375` or `http://…`. Throws `sandbox_missing` for anything else. */
export function engineOptions(dockerHost: string): DockerOptions {
  // What is not named here would be taken from DOCKER_HOST.
  const unix = /^unix:\/\/(\/.+)$/.exec(dockerHost);
  // Node would send the socket's path as the Host header otherwise, which newer engines refuse.
  if (unix?.[1] !== undefined)
    return { ...plain, host: undefined, socketPath: unix[1], headers: { host: "docker" } };
  const url = URL.canParse(dockerHost) ? new URL(dockerHost) : null;
  if (url === null || !["tcp:", "http:"].includes(url.protocol) || url.hostname === "")
    throw new WorkspaceError(
      "sandbox_missing",
      `DOCKER_HOST is ${dockerHost}: Everturn can use unix:///path and tcp://host:port. For an engine behind ssh or TLS, forward its socket to this machine.`,
    );
  const port = url.port === "" ? plainPort : Number(url.port);
  return { ...plain, host: url.hostname, port, socketPath: undefined };
}

// An engine under load takes a while to make a container; one that says nothing for two minutes is stuck. Layers of an image
// may take that long between two lines of a pull.
const silenceMaxMs = 120_000;
const plain = { protocol: "http", timeout: silenceMaxMs, pathPrefix: "/" } as const;
