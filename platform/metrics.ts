// Platform knows the process and its surroundings: Prometheus metrics live in a registry of the process, never a global one.
import { createServer } from "node:http";
import { Counter, collectDefaultMetrics, Gauge, Registry } from "prom-client";

/** A registry with Node's own metrics, each labelled with the role of the process. */
export function createMetricsRegistry(role: string): Registry {
  const registry = new Registry();
  registry.setDefaultLabels({ role });
  collectDefaultMetrics({ register: registry, prefix: "everturn_" });
  return registry;
}

export interface Reading {
  /** Ends in `_total` where it only grows: then it is a counter, else a gauge. */
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** Numbers that somebody keeps anyway, read whenever the page is asked for. */
export function exposeReadings(registry: Registry, readings: readonly Reading[]): void {
  for (const { name, help, read } of readings) {
    const shared = { name, help, registers: [registry] };
    if (name.endsWith("_total")) {
      const collect = () => {
        counter.reset();
        counter.inc(read());
      };
      const counter: Counter = new Counter({ ...shared, collect });
    } else {
      const gauge: Gauge = new Gauge({ ...shared, collect: () => gauge.set(read()) });
    }
  }
}

export interface MetricsAddress {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

/** Serves a registry at /metrics of a port of its own, without a key: who may reach the address is the operator's choice. */
export async function serveMetrics(registry: Registry, { host, port }: MetricsAddress) {
  const server = createServer((request, response) => {
    if (request.url !== "/metrics") {
      response.writeHead(404).end();
      return;
    }
    registry.metrics().then(
      (text) => response.writeHead(200, { "content-type": registry.contentType }).end(text),
      () => response.writeHead(500).end(),
    );
  });
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, host, resolve));
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}
