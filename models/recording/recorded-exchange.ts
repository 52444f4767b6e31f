// One HTTP call to a provider, as a debug run keeps it (SPEC B4): bounded while it runs, redacted when rendered.
import { debugBodyBytesMax } from "../../core/chat/limits.ts";
import { redact } from "./redact.ts";
import { redactedHeaders, redactedUrl, secretsOfHeaders } from "./redact-headers.ts";

/** `left`: nobody read it to its end, or we hung up. The caller knows whether that was right. */
export type ExchangeEnd = "completed" | "left" | "error";

/** An HTTP call without secrets. */
export interface RecordedExchange {
  /** Null while it runs. */
  readonly end: ExchangeEnd | null;
  readonly method: string;
  readonly url: string;
  readonly request_headers: Readonly<Record<string, string>>;
  readonly request_body: string | null;
  readonly response_status: number | null;
  readonly response_headers: Readonly<Record<string, string>> | null;
  readonly response_body: string | null;
  readonly error: string | null;
  readonly started_at: string;
  readonly finished_at: string | null;
}

/** Kept beyond the cut until secrets are hidden: half a key at the end of a body would not be recognised. */
const marginBytes = 8 * 1024;
const heldBytesMax = debugBodyBytesMax + marginBytes;

/** Text that grows up to a limit. What comes after is only counted. */
class HeldBody {
  readonly #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  totalBytes = 0;

  add(chunk: Uint8Array): void {
    this.totalBytes += chunk.byteLength;
    const room = heldBytesMax - this.#heldBytes;
    if (room <= 0) return;
    const kept = chunk.byteLength > room ? chunk.subarray(0, room) : chunk;
    this.#heldBytes += kept.byteLength;
    this.#chunks.push(kept);
  }

  get heldBytes(): number {
    return this.#heldBytes;
  }

  text(): string {
    return Buffer.concat(this.#chunks).toString("utf8");
  }
}

/** What a `fetch` was called with, as far as it is recorded. */
export interface ExchangeStart {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  /** Null if there is none. Bodies that are not text are described instead. */
  readonly body: string | null;
}

/** One HTTP call while it runs. */
export class Exchange {
  readonly #method: string;
  readonly #url: string;
  readonly #requestHeaders: Headers;
  readonly #requestBody: string | null;
  readonly #requestBytes: number;
  readonly #startedAt = new Date().toISOString();
  readonly #body = new HeldBody();
  #responseStatus: number | null = null;
  #responseHeaders: Headers | null = null;
  #error: string | null = null;
  #end: ExchangeEnd | null = null;
  #finishedAt: string | null = null;

  constructor(start: ExchangeStart) {
    this.#method = start.method;
    this.#url = start.url;
    this.#requestHeaders = start.headers;
    this.#requestBytes = start.body === null ? 0 : Buffer.byteLength(start.body);
    // In characters, each at least a byte: never less than will be shown.
    this.#requestBody = start.body?.slice(0, heldBytesMax) ?? null;
  }

  answered(status: number, headers: Headers): void {
    this.#responseStatus = status;
    this.#responseHeaders = headers;
  }

  took(chunk: Uint8Array): void {
    this.#body.add(chunk);
  }

  /** The first end counts: what is thrown at a reader who has left says nothing. */
  ended(end: ExchangeEnd, error: string | null = null): void {
    if (this.#end !== null) return;
    this.#end = end;
    this.#error = error;
    this.#finishedAt = new Date().toISOString();
  }

  /** Roughly the memory that it holds. */
  get heldBytes(): number {
    return (this.#requestBody?.length ?? 0) + this.#body.heldBytes;
  }

  /** The key in use is hidden wherever it appears. */
  get secrets(): readonly string[] {
    return secretsOfHeaders(this.#requestHeaders);
  }

  /** As it may be stored. Not cheap: it looks for secrets everywhere. */
  render(): RecordedExchange {
    const { secrets } = this;
    return {
      end: this.#end,
      method: this.#method,
      url: redactedUrl(this.#url, secrets),
      request_headers: redactedHeaders(this.#requestHeaders, secrets),
      request_body: this.#requestBody === null ? null : shown(this.#requestBody, this.#requestBytes, secrets),
      response_status: this.#responseStatus,
      response_headers:
        this.#responseHeaders === null ? null : redactedHeaders(this.#responseHeaders, secrets),
      response_body:
        this.#responseStatus === null ? null : shown(this.#body.text(), this.#body.totalBytes, secrets),
      error: this.#error === null ? null : redact(this.#error, secrets),
      started_at: this.#startedAt,
      finished_at: this.#finishedAt,
    };
  }
}

/** A body as it is stored: without secrets, cut at its limit with a note. */
function shown(text: string, totalBytes: number, secrets: readonly string[]): string {
  const clean = redact(text, secrets);
  if (totalBytes <= debugBodyBytesMax) return clean;
  const cut = Buffer.from(clean)
    .subarray(0, debugBodyBytesMax)
    .toString("utf8")
    .replace(/\uFFFD+$/, "");
  return `${cut}\n[cut: ${totalBytes} bytes in all]`;
}
