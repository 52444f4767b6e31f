// Listens on a socket, and closes it without cutting answers short before the grace time ends.
import { createServer, type RequestListener } from "node:http";

/** Longer than the usual idle time of load balancers (60 s), since we must not close first. */
const keepAliveTimeoutMs = 65_000;
/** Connections whose answers have ended since would otherwise stay open for their clients' next requests. */
const closeIdleEveryMs = 50;
/** The share of the grace time for answers; the rest is for closing pools. */
const closingShare = 0.8;

export interface Served {
  readonly port: number;
  /** Takes no new connections, waits for answers in flight, and closes the others shortly before the grace time ends. */
  close(graceMs: number): Promise<void>;
}

interface ListenNames {
  readonly host: string;
  readonly port: string;
}

/** The address cannot be listened on. */
export class ListenError extends Error {
  /** @param names the environment variables that set host and port */
  constructor(
    { host, port }: { readonly host: string; readonly port: number },
    cause: NodeJS.ErrnoException,
    names: ListenNames = { host: "HOST", port: "PORT" },
  ) {
    super(`cannot listen on ${host}:${port}: ${listenProblem(cause, names)}`, { cause });
    this.name = "ListenError";
  }
}

function listenProblem(cause: NodeJS.ErrnoException, names: ListenNames): string {
  switch (cause.code) {
    case "EADDRINUSE":
      return `the port is taken. Set ${names.port} to another one`;
    case "EACCES":
      return `no permission. Ports below 1024 usually need it: set ${names.port} to a higher one`;
    case "EADDRNOTAVAIL":
    case "ENOTFOUND":
      return `this machine has no such address. Set ${names.host} to one of its own`;
    default:
      return cause.message;
  }
}

/** @throws ListenError */
export async function serve(
  listener: RequestListener,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Served> {
  const server = createServer({ keepAliveTimeout: keepAliveTimeoutMs }, listener);
  await new Promise<void>((resolve, reject) => {
    server.once("error", (error) => reject(new ListenError({ host, port }, error)));
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    async close(graceMs) {
      const timer = setTimeout(() => server.closeAllConnections(), graceMs * closingShare);
      const idle = setInterval(() => server.closeIdleConnections(), closeIdleEveryMs);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeIdleConnections();
      });
      clearTimeout(timer);
      clearInterval(idle);
    },
  };
}
