// Prometheus metrics in a registry of the process, never a global one.
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
  /** If it ends in `_total`, it only grows and is a counter; otherwise a gauge. */
  readonly name: string;
  readonly help: string;
  readonly read: () => number;
}

/** Numbers that somebody keeps anyway, read when the page is requested. */
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
  /** 0 takes a free port. */
  readonly port: number;
}

/** Serves a registry at /metrics on its own port, without a key. The operator decides who can reach the address. */
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
