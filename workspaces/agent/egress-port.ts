// The workspace's end of its way to the internet: a port on loopback that leads to the proxy outside.
import { once } from "node:events";
import { connect, createServer } from "node:net";
import { pipeline } from "node:stream";

export interface EgressPlace {
  readonly port: number;
  /** The proxy listens on it. */
  readonly socket: string;
}

// The client asked a proxy, so it understands an answer of HTTP.
const deadEnd =
  "HTTP/1.1 502 The way to the internet has ended: stop and start the workspace\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";

/** Resolves when programs can use it. It keeps no process alive. */
export async function openEgressPort({ port, socket }: EgressPlace): Promise<void> {
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const proxy = connect({ path: socket, allowHalfOpen: true });
    client.on("error", () => proxy.destroy());
    proxy.once("error", () => client.end(deadEnd));
    proxy.once("connect", () => {
      pipeline(client, proxy, () => undefined);
      pipeline(proxy, client, () => undefined);
    });
  });
  await once(server.listen(port, "127.0.0.1").unref(), "listening");
}
