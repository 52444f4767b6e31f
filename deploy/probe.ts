// The health check of a container: exits with 0 if the given address answers 2xx. The image has no curl.
const address = process.argv[2];
if (address === undefined) throw new Error("usage: node deploy/probe.ts <url>");

// Less than the timeout of the Compose file's health checks, so that a hanging process is reported here.
const answerTimeoutMs = 4_000;

const answered = await fetch(address, { signal: AbortSignal.timeout(answerTimeoutMs) })
  .then((response) => response.ok)
  .catch(() => false);
process.exitCode = answered ? 0 : 1;
