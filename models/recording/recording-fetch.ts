// A `fetch` that records what passes through it, for debug runs (SPEC B4). Both SDKs call it. It finds its log by the
// async context of the caller, so no adapter has to know about it.
import { AsyncLocalStorage } from "node:async_hooks";
import { debugAttemptsPerCallMax } from "../../core/chat/limits.ts";
import { withoutNames } from "../http/carried-bytes.ts";
import type { Fetch } from "../http/provider-options.ts";
import { Exchange } from "./recorded-exchange.ts";

/** The HTTP calls of one model call, in order. */
export class ExchangeLog {
  readonly exchanges: Exchange[] = [];
  /** Calls that were not recorded because there were too many. */
  unrecorded = 0;

  /** Null: there are enough already. */
  begin(start: ConstructorParameters<typeof Exchange>[0]): Exchange | null {
    if (this.exchanges.length >= debugAttemptsPerCallMax) {
      this.unrecorded++;
      return null;
    }
    const exchange = new Exchange(start);
    this.exchanges.push(exchange);
    return exchange;
  }
}

// Holds nothing itself: it only carries the log of a call to the fetches made in it.
const listening = new AsyncLocalStorage<ExchangeLog>();

/** Runs `work`. Whatever it fetches with a recording fetch goes into `log`. */
export function recordExchanges<T>(log: ExchangeLog, work: () => Promise<T>): Promise<T> {
  return listening.run(log, work);
}

/** Passes everything on unchanged. Records if somebody listens, and costs nothing otherwise. */
export function createRecordingFetch(inner: Fetch): Fetch {
  return async (input, init) => {
    const exchange = listening.getStore()?.begin(startOf(input, init)) ?? null;
    if (exchange === null) return inner(input, init);
    const isHungUp = () => init?.signal?.aborted === true;
    let response: Response;
    try {
      response = await inner(input, init);
    } catch (error) {
      exchange.ended(isHungUp() ? "left" : "error", wordsOf(error));
      throw error;
    }
    exchange.answered(response.status, response.headers);
    return listenTo(response, exchange, isHungUp);
  };
}

function startOf(input: Parameters<Fetch>[0], init: RequestInit | undefined) {
  const url = typeof input === "string" ? input : "href" in input ? input.href : input.url;
  return {
    method: (init?.method ?? "GET").toUpperCase(),
    url,
    headers: new Headers(init?.headers ?? {}),
    body: describeBody(init?.body),
  };
}

function describeBody(body: unknown): string | null {
  if (body === undefined || body === null) return null;
  if (typeof body === "string") return withoutNames(body);
  if (body instanceof Uint8Array) return Buffer.from(body).toString("utf8");
  return `[not recorded: ${Object.prototype.toString.call(body).slice("[object ".length, -1)}]`;
}

/**
 * A response whose body is recorded while it is read. Nothing is read ahead: a reader that stops still holds the
 * provider back.
 */
function listenTo(response: Response, exchange: Exchange, isHungUp: () => boolean): Response {
  const endOfWhole = response.status >= 400 ? "error" : "completed";
  if (response.body === null) {
    exchange.ended(endOfWhole);
    return response;
  }
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) {
            exchange.ended(endOfWhole);
            controller.close();
            return;
          }
          exchange.took(value);
          controller.enqueue(value);
        } catch (error) {
          exchange.ended(isHungUp() ? "left" : "error", wordsOf(error));
          controller.error(error);
        }
      },
      cancel(reason) {
        exchange.ended("left");
        return reader.cancel(reason);
      },
    },
    { highWaterMark: 0 },
  );
  return withBody(response, body);
}

/** The response's own constructor: a stub's or another library's response keeps its class. */
function withBody(response: Response, body: ReadableStream<Uint8Array>): Response {
  const { status, statusText, headers, url } = response;
  const heard = new Response(body, { status, statusText, headers: new Headers([...headers]) });
  Object.defineProperty(heard, "url", { value: url });
  return heard;
}

/** The message of a transport error, with the code that says what happened. Its cause may contain more than may be kept. */
function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return "an unknown failure";
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : "";
  return `${error.name}: ${error.message}${cause}`;
}
