import assert from "node:assert/strict";
import { test } from "node:test";
import { createMetricsRegistry, serveMetrics } from "./metrics.ts";

test("O1 a process without HTTP serves its metrics at a port of its own", async () => {
  const server = await serveMetrics(createMetricsRegistry("worker"), 0);
  try {
    const page = await (await fetch(`http://127.0.0.1:${server.port}/metrics`)).text();
    assert.match(page, /everturn_process_cpu_seconds_total\{role="worker"\}/);
    assert.equal((await fetch(`http://127.0.0.1:${server.port}/other`)).status, 404);
  } finally {
    await server.stop();
  }
});
