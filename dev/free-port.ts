// Dev holds the embedded stack: ports are asked of the system, never assumed.
import { createServer } from "node:net";

// Beyond this many taken ports in a row something else is wrong, and a number far from the usual one helps nobody.
const NEXT_PORTS_TRIED_MAX = 100;
const PORT_TRIES_MAX = 4;

/** True when a server could listen there now. */
export function isPortFree(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** A port the system gives out. Another process may take it before it is used; callers that can, try again. */
export function freePort(host = "127.0.0.1"): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen({ port: 0, host }, () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === "string") reject(new Error("no port was given out"));
        else resolve(address.port);
      });
    });
  });
}

/** The first free port from `first` on: addresses stay the usual ones as long as they can. */
export async function nextFreePort(first: number, host = "127.0.0.1"): Promise<number> {
  for (let port = first; port < first + NEXT_PORTS_TRIED_MAX; port += 1) {
    if (await isPortFree(port, host)) return port;
  }
  throw new Error(`no free port from ${first} to ${first + NEXT_PORTS_TRIED_MAX - 1} on ${host}`);
}

/**
 * Starts a server on a port that was free a moment ago; when another process was quicker, tries again with another port.
 * `start` must fail with words that name the taken address.
 */
export async function startOnPort<Server>(
  choosePort: () => Promise<number>,
  start: (port: number) => Promise<Server>,
): Promise<Server> {
  for (let triesLeft = PORT_TRIES_MAX - 1; ; triesLeft -= 1) {
    try {
      return await start(await choosePort());
    } catch (error) {
      const wasTaken =
        error instanceof Error && /address already in use|port is already/i.test(error.message);
      if (!wasTaken || triesLeft === 0) throw error;
    }
  }
}
