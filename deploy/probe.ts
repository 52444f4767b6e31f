// The health check of a container: exits 0 when the given address answers 2xx. The image has no curl, and needs none.
const address = process.argv[2];
if (address === undefined) throw new Error("usage: node deploy/probe.ts <url>");

// Below the timeout of the compose file's health checks, so that a hanging process is told here.
const answerTimeoutMs = 4_000;

const answered = await fetch(address, { signal: AbortSignal.timeout(answerTimeoutMs) })
  .then((response) => response.ok)
  .catch(() => false);
process.exitCode = answered ? 0 : 1;
