import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetricsRegistry, exposeReadings, serveMetrics } from "./metrics.ts";

test("O1 a process without HTTP serves its metrics at a port of its own", async () => {
  const server = await serveMetrics(createMetricsRegistry("worker"), { host: "127.0.0.1", port: 0 });
  try {
    const page = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    assert.match(page, /everturn_process_cpu_seconds_total\{role="worker"\}/);
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/other`)).status, 404);
  } finally {
    await server.stop();
  }
});

test("O1 a number that somebody keeps is on the page as it is when the page is requested", async () => {
  const registry = createMetricsRegistry("worker");
  let count = 1;
  exposeReadings(registry, [
    { name: "everturn_things_total", help: "Things", read: () => count },
    { name: "everturn_things", help: "Things at present", read: () => -count },
  ]);
  await registry.metrics();
  count = 3;
  const page = await registry.metrics();
  assert.match(page, /^everturn_things_total\{role="worker"\} 3$/m);
  assert.match(page, /^everturn_things\{role="worker"\} -3$/m);
});
