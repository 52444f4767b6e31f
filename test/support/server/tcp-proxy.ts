// Tests: a TCP proxy between a process and its server, through which the network fails in each way it can.

import { once } from "node:events";
import { connect as connectTo, createServer, type Server, type Socket } from "node:net";

/**
 * `pass`: all is well. `cut`: each connection is reset, new ones too. `stall`: nothing goes either way; what is held goes on
 * later. `blackhole`: nothing goes either way, ever, for every connection of that time. `refuse`: nobody listens.
 */
export type NetworkState = "pass" | "cut" | "stall" | "blackhole" | "refuse";

interface Pair {
  readonly near: Socket;
  readonly far: Socket;
  /** What a stall holds back, in order. */
  held: { readonly to: Socket; readonly bytes: Buffer }[];
  isLost: boolean;
}

export class TcpProxy {
  readonly #target: { readonly host: string; readonly port: number };
  readonly #pairs = new Set<Pair>();
  #server: Server;
  #port = 0;
  #state: NetworkState = "pass";

  private constructor(target: { readonly host: string; readonly port: number }) {
    this.#target = target;
    this.#server = this.#makeServer();
  }

  static async to(url: string): Promise<TcpProxy> {
    const { hostname, port } = new URL(url);
    const proxy = new TcpProxy({ host: hostname, port: Number(port) });
    proxy.#port = await listen(proxy.#server, 0);
    return proxy;
  }

  /** The same address, by way of the proxy. */
  through(url: string, hostname = "127.0.0.1"): string {
    return Object.assign(new URL(url), { hostname, port: String(this.#port) }).href;
  }

  async set(state: NetworkState): Promise<void> {
    const before = this.#state;
    this.#state = state;
    if (state === before) return;
    if (state === "refuse") {
      this.#server.close();
      this.#dropAll();
    } else if (before === "refuse") {
      this.#server = this.#makeServer();
      await listen(this.#server, this.#port);
    }
    if (state === "cut") this.#dropAll();
    for (const pair of this.#pairs) this.#apply(pair);
  }

  close(): void {
    this.#server.close();
    this.#dropAll();
  }

  #makeServer(): Server {
    return createServer((near) => this.#accept(near));
  }

  #accept(near: Socket): void {
    near.on("error", () => undefined);
    if (this.#state === "cut") {
      near.resetAndDestroy();
      return;
    }
    const far = connectTo(this.#target);
    const pair: Pair = { near, far, held: [], isLost: this.#state === "blackhole" };
    this.#pairs.add(pair);
    far.on("error", () => undefined);
    this.#join(pair, near, far);
    this.#join(pair, far, near);
  }

  #join(pair: Pair, from: Socket, to: Socket): void {
    from.on("data", (bytes: Buffer) => {
      if (this.#state === "stall") pair.held.push({ to, bytes });
      else if (!pair.isLost) to.write(bytes);
    });
    from.on("close", () => {
      this.#pairs.delete(pair);
      to.destroy();
    });
  }

  #apply(pair: Pair): void {
    if (this.#state === "blackhole") pair.isLost = true;
    if (this.#state === "stall") return;
    const held = pair.held.splice(0);
    if (!pair.isLost) for (const { to, bytes } of held) to.write(bytes);
  }

  #dropAll(): void {
    for (const { near, far } of this.#pairs) {
      near.resetAndDestroy();
      far.destroy();
    }
    this.#pairs.clear();
  }
}

async function listen(server: Server, port: number): Promise<number> {
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return (server.address() as { port: number }).port;
}
