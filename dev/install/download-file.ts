// Dev holds the embedded stack: a file from the internet, checked, and taken up where an earlier try was cut.
import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, renameSync, rmSync, statSync } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { EnvHttpProxyAgent, fetch, type Response } from "undici";

// Time without a single byte, not time in all: a slow network is no broken one.
const IDLE_MS = 60_000;
const CONNECT_TIMEOUT_MS = 30_000;
const TRIES_MAX = 4;
const STATUS_PARTIAL = 206;
const STATUS_RANGE_REFUSED = 416;

export interface Download {
  readonly url: string;
  readonly file: string;
  /** In hex. */
  readonly sha256: string;
  /** HTTPS_PROXY, HTTP_PROXY and NO_PROXY count, in either case. */
  readonly env: NodeJS.ProcessEnv;
  readonly signal?: AbortSignal | undefined;
  readonly idleMs?: number;
}

/**
 * Downloads `url` to `file`. What came before a cut is kept beside it as `.part` and taken up by the next try, also by the
 * next start.
 * @throws Error in words; a file with another checksum is removed
 */
export async function downloadFile(download: Download): Promise<void> {
  const part = `${download.file}.part`;
  const dispatcher = proxyAgent(download);
  try {
    await untilWhole(download, part, dispatcher);
  } finally {
    await dispatcher.destroy();
  }
  const found = await sha256Of(part);
  if (found !== download.sha256) {
    rmSync(part, { force: true });
    throw new Error(`${download.url} has the checksum ${found}, and ${download.sha256} was expected`);
  }
  renameSync(part, download.file);
}

async function untilWhole(download: Download, part: string, dispatcher: EnvHttpProxyAgent): Promise<void> {
  for (let triesLeft = TRIES_MAX; ; triesLeft -= 1) {
    const had = sizeOf(part);
    try {
      return await fetchRest(download, part, dispatcher);
    } catch (error) {
      // A try that brought something was not in vain, and only the others are counted.
      if (sizeOf(part) > had) triesLeft = TRIES_MAX;
      if (download.signal?.aborted || error instanceof Refused || triesLeft <= 1) {
        throw new Error(`${download.url}: ${reasonOf(error)}`, { cause: error });
      }
    }
  }
}

/** The server's answer will be the same however often it is asked. */
class Refused extends Error {}

async function fetchRest(download: Download, part: string, dispatcher: EnvHttpProxyAgent): Promise<void> {
  const had = sizeOf(part);
  const response = await fetch(download.url, {
    dispatcher,
    ...(download.signal !== undefined && { signal: download.signal }),
    ...(had > 0 && { headers: { range: `bytes=${had}-` } }),
  });
  if (response.status === STATUS_RANGE_REFUSED) {
    await response.body?.cancel();
    // Either it is whole already, which its checksum says, or it belongs to another file.
    if ((await sha256Of(part)) === download.sha256) return;
    rmSync(part, { force: true });
    throw new Error("what was kept of an earlier download does not fit");
  }
  if (!response.ok || response.body === null) {
    await response.body?.cancel();
    throw new Refused(`the server answered ${response.status}`);
  }
  const flags = isContinuation(response, had) ? "a" : "w";
  await pipeline(Readable.fromWeb(response.body), createWriteStream(part, { flags }));
}

/** A server that knows no ranges sends all of it again. */
function isContinuation(response: Response, had: number): boolean {
  return (
    response.status === STATUS_PARTIAL &&
    (response.headers.get("content-range") ?? "").startsWith(`bytes ${had}-`)
  );
}

function proxyAgent({ env, idleMs = IDLE_MS }: Download): EnvHttpProxyAgent {
  const named = (name: string) => env[name.toLowerCase()] || env[name] || "";
  return new EnvHttpProxyAgent({
    httpProxy: named("HTTP_PROXY"),
    httpsProxy: named("HTTPS_PROXY"),
    noProxy: named("NO_PROXY"),
    headersTimeout: idleMs,
    bodyTimeout: idleMs,
    connect: { timeout: CONNECT_TIMEOUT_MS },
  });
}

async function sha256Of(file: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return hash.digest("hex");
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  // fetch says "fetch failed" or "terminated", and what happened is its cause.
  return cause instanceof Error && !(error instanceof Refused) ? cause.message || message : message;
}
