// Gets a page over HTTP: redirects are followed here, each judged as the first address was, and neither size nor time is left to
// the server.
import { ToolError } from "../tool-error.ts";
import type { PageBytes } from "./decode-page.ts";

export interface PageLimits {
  /** After decompression. */
  readonly bytesMax: number;
  /** For all of it, redirects included. */
  readonly timeoutMs: number;
  readonly redirectsMax: number;
}

export const pageLimits: PageLimits = { bytesMax: 5 * 1024 * 1024, timeoutMs: 30_000, redirectsMax: 5 };

export interface GotPage extends PageBytes {
  /** Where the redirects have led. */
  readonly url: URL;
  /** There was more than `bytesMax`. */
  readonly cut: boolean;
}

export interface GetPageInput {
  readonly url: URL;
  readonly signal: AbortSignal;
  readonly limits: PageLimits;
}

const HEADERS = {
  accept: "text/html, application/xhtml+xml, application/json;q=0.9, text/*;q=0.9, */*;q=0.1",
  "user-agent": "Everturn (fetch_url)",
};
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/**
 * @param fetch judges an address before it connects, and follows no redirect
 * @throws ToolError with words for the model; the reason of `signal`
 */
export async function getPage(fetch: typeof globalThis.fetch, input: GetPageInput): Promise<GotPage> {
  const { limits } = input;
  const timeout = AbortSignal.timeout(limits.timeoutMs);
  const signal = AbortSignal.any([input.signal, timeout]);
  try {
    return await follow(fetch, { ...input, signal });
  } catch (error) {
    input.signal.throwIfAborted();
    if (error instanceof ToolError) throw error;
    if (timeout.aborted) throw new ToolError(`The page took longer than ${limits.timeoutMs / 1_000} s.`);
    throw new ToolError(wordsOf(error));
  }
}

async function follow(fetch: typeof globalThis.fetch, input: GetPageInput): Promise<GotPage> {
  let url = input.url;
  for (let hops = 0; ; hops++) {
    const answer = await fetch(url, { headers: HEADERS, signal: input.signal, redirect: "manual" });
    const location = REDIRECTS.has(answer.status) ? answer.headers.get("location") : null;
    if (location === null) return readAnswer(answer, url, input.limits.bytesMax);
    await answer.body?.cancel();
    if (hops >= input.limits.redirectsMax) {
      throw new ToolError(`The address redirects more than ${input.limits.redirectsMax} times.`);
    }
    url = webAddress(location, url);
  }
}

async function readAnswer(answer: Response, url: URL, bytesMax: number): Promise<GotPage> {
  if (!answer.ok) {
    await answer.body?.cancel();
    throw new ToolError(`The server answered ${answer.status} ${answer.statusText}`.trim());
  }
  const chunks: Uint8Array[] = [];
  let size = 0;
  // Leaving the loop early cancels the body, which closes the connection.
  for await (const chunk of answer.body ?? []) {
    size += chunk.byteLength;
    chunks.push(chunk);
    if (size > bytesMax) break;
  }
  const bytes = Buffer.concat(chunks).subarray(0, bytesMax);
  return { url, bytes, contentType: answer.headers.get("content-type"), cut: size > bytesMax };
}

/**
 * An address that may be asked for, as far as its text tells.
 * @throws ToolError
 */
export function webAddress(text: string, base?: URL): URL {
  const url = URL.parse(text, base?.href);
  if (url === null) throw new ToolError("The address is no URL.", "Give a whole one, with https://.");
  if (url.protocol !== "http:" && url.protocol !== "https:")
    throw new ToolError("The address must begin with http:// or https://.");
  if (url.username !== "" || url.password !== "")
    throw new ToolError("The address must not hold a user name or password.");
  url.hash = "";
  return url;
}

const CODES: Readonly<Record<string, string>> = {
  ENOTFOUND: "The server's name leads to no address.",
  EAI_AGAIN: "The server's name could not be looked up; try again.",
  ECONNREFUSED: "The server refuses connections.",
  ECONNRESET: "The server closed the connection.",
  UND_ERR_SOCKET: "The server closed the connection.",
  ETIMEDOUT: "The server does not answer.",
  UND_ERR_CONNECT_TIMEOUT: "The server does not answer.",
};

/** `fetch` wraps what went wrong; our own refusals, too. */
function wordsOf(error: unknown): string {
  for (let cause = error, deep = 0; cause instanceof Error && deep < 5; cause = cause.cause, deep++) {
    const { code } = cause as { readonly code?: unknown };
    if (code === "ADDRESS_REFUSED") return `The page may not be fetched: ${cause.message}.`;
    if (typeof code === "string" && CODES[code] !== undefined) return CODES[code];
    if (typeof code === "string" && /CERT|TLS|SSL/.test(code))
      return `The server's certificate is not trusted (${code}).`;
  }
  return "The page could not be fetched.";
}
