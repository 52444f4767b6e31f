// Makes calls: address, proof of who calls, tries, and the error of an answer that is none.
import { keyedOperations } from "../openapi.ts";
import type { AnswerOf, CallArguments, CallOptions, Method, PathOf } from "./call-types.ts";
import { type EverturnError, EverturnNetworkError, refusalOf } from "./errors.ts";
import { backoffMs, wait } from "./wait.ts";

export interface HttpSettings {
  /** Where the server is, such as `https://everturn.example.com`. Absent: the origin of the page. */
  readonly baseUrl?: string | undefined;
  /** Absent: the browser's session cookie proves who calls. */
  readonly apiKey?: string | undefined;
  readonly fetch?: typeof fetch | undefined;
  /** How often a call is tried again where that is safe. Absent: 4. */
  readonly retriesMax?: number | undefined;
}

/** What `send` gets; the types of `request` and `raw` are checked before. */
export interface RawInput extends CallOptions {
  readonly path?: Readonly<Record<string, string | number>> | undefined;
  readonly query?: Readonly<Record<string, unknown>> | undefined;
  readonly body?: unknown;
  /** A refusal that is an answer all the same. */
  readonly acceptStatus?: number | undefined;
  /** Sent as it is, with this type, instead of JSON. */
  readonly bytes?: { readonly data: NonNullable<RequestInit["body"]>; readonly type: string } | undefined;
}

const retriesDefault = 4;
/** Longer waits are the caller's to make: the error says how long. */
const retryAfterMaxMs = 60_000;

export class Http {
  readonly baseUrl: string;
  readonly #apiKey: string | undefined;
  readonly #fetch: typeof fetch;
  readonly #retriesMax: number;

  constructor({ baseUrl = "", apiKey, fetch: given, retriesMax = retriesDefault }: HttpSettings) {
    this.baseUrl = baseUrl.replace(/\/+$/, "");
    this.#apiKey = apiKey;
    // A browser's own refuses to be called as a method of something else.
    this.#fetch = given ?? ((input, init) => fetch(input, init));
    this.#retriesMax = retriesMax;
  }

  /** Makes a call and gives the JSON of its answer. Throws EverturnError, EverturnNetworkError, or the signal's reason. */
  async request<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...[input]: CallArguments<M, P>
  ): Promise<AnswerOf<M, P>> {
    const response = await this.send(method, path, (input ?? {}) as RawInput);
    if (response.status === 204) return undefined as AnswerOf<M, P>;
    return (await readJson(response, `${method.toUpperCase()} ${path}`)) as AnswerOf<M, P>;
  }

  /** Makes a call and gives its answer as it is: bytes, text, a stream. */
  raw<M extends Method, P extends PathOf<M>>(
    method: M,
    path: P,
    ...[input]: CallArguments<M, P>
  ): Promise<Response> {
    return this.send(method, path, (input ?? {}) as RawInput);
  }

  /** Where a path is, for links and images of pages that have signed in. */
  url(path: string, input: Pick<RawInput, "path" | "query"> = {}): string {
    return this.baseUrl + pathWith(path, input.path ?? {}) + queryWith(input.query ?? {});
  }

  async send(method: Method, path: string, input: RawInput): Promise<Response> {
    const isKeyed = keyedOperations.has(`${method} ${path}`);
    const key = isKeyed ? (input.idempotencyKey ?? randomKey()) : input.idempotencyKey;
    // After no answer nobody knows whether the change was made, so only what can be repeated is.
    const canRepeat = key !== undefined || method === "get" || method === "put" || method === "delete";
    const retriesMax =
      input.bytes?.data instanceof ReadableStream ? 0 : (input.retriesMax ?? this.#retriesMax);
    const url = this.url(path, input);
    for (let tries = 1; ; tries++) {
      const outcome = await this.#attempt(url, this.#init(method, { ...input, idempotencyKey: key }), {
        what: `${method.toUpperCase()} ${path}`,
        acceptStatus: input.acceptStatus,
      });
      if (!(outcome instanceof Error)) return outcome;
      const pauseMs = tries > retriesMax ? null : pauseAfter(outcome, tries, canRepeat);
      if (pauseMs === null) throw outcome;
      await wait(pauseMs, input.signal);
    }
  }

  /** One try. Gives the error of an answer that is none; throws the signal's reason. */
  async #attempt(
    url: string,
    init: RequestInit,
    { what, acceptStatus }: { readonly what: string; readonly acceptStatus: number | undefined },
  ): Promise<Response | EverturnError | EverturnNetworkError> {
    let response: Response;
    try {
      response = await this.#fetch(url, init);
    } catch (error) {
      init.signal?.throwIfAborted();
      return new EverturnNetworkError(`${what} got no answer`, error);
    }
    if (response.ok || response.status === acceptStatus) return response;
    const refusal = await refusalOf(response);
    init.signal?.throwIfAborted();
    return refusal;
  }

  #init(method: Method, { body, bytes, signal, headers, idempotencyKey }: RawInput): RequestInit {
    const type = bytes?.type ?? (body === undefined ? undefined : "application/json");
    const data = bytes?.data ?? (body === undefined ? undefined : JSON.stringify(body));
    return {
      method: method.toUpperCase(),
      headers: {
        accept: "application/json, */*;q=0.5",
        ...(type !== undefined && { "content-type": type }),
        ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
        ...this.#proof(method),
        ...headers,
      },
      ...(data !== undefined && { body: data }),
      // Browsers and Node send a stream only when told so.
      ...(data instanceof ReadableStream && { duplex: "half" }),
      ...(signal !== undefined && { signal }),
    };
  }

  #proof(method: Method): Record<string, string> {
    if (this.#apiKey !== undefined) return { authorization: `Bearer ${this.#apiKey}` };
    // Changes with a session's cookie say that they come from a page of ours.
    return method === "get" ? {} : { "x-everturn-csrf": "1" };
  }
}

/** Null: not again. What was refused has changed nothing, so everybody may repeat it. */
function pauseAfter(
  error: EverturnError | EverturnNetworkError,
  tries: number,
  canRepeat: boolean,
): number | null {
  if (error instanceof EverturnNetworkError) return canRepeat ? backoffMs(tries - 1, Math.random) : null;
  const { status, retryAfterMs } = error;
  if ((status !== 429 && status !== 503) || retryAfterMs === null) return null;
  if (retryAfterMs > retryAfterMaxMs) return null;
  return Math.max(retryAfterMs, backoffMs(tries - 1, Math.random));
}

async function readJson(response: Response, what: string): Promise<unknown> {
  let text: string;
  try {
    text = await response.text();
  } catch (error) {
    throw new EverturnNetworkError(`The answer to ${what} broke off`, error);
  }
  try {
    return text === "" ? undefined : JSON.parse(text);
  } catch (error) {
    throw new EverturnNetworkError(`The answer to ${what} is not JSON, so it is not Everturn's`, error);
  }
}

function pathWith(path: string, values: Readonly<Record<string, string | number>>): string {
  return path.replace(/\{(\w+)\}/g, (_all, name: string) => {
    const value = values[name];
    if (value === undefined || value === "") throw new TypeError(`${path} needs ${name}`);
    return encodeURIComponent(value);
  });
}

function queryWith(query: Readonly<Record<string, unknown>>): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const each of Array.isArray(value) ? value : [value]) {
      if (each !== undefined && each !== null) search.append(name, String(each));
    }
  }
  const text = search.toString();
  return text === "" ? "" : `?${text}`;
}

/** Pages that are not served over HTTPS have no `crypto.randomUUID`. */
function randomKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
