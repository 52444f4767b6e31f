// Requests that are repeated, under the same
// Idempotency-Key, at whichever replica, until one of them has answered.
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Json } from "../support/everturn.ts";

/** One try; an API that was killed in mid-answer leaves its clients to find out. */
const TRY_MS = 20_000;
const PAUSE_MS = 100;
/** Several faults in a row: past this nobody will answer. */
const GIVE_UP_MS = 240_000;

export interface Answered {
  readonly status: number;
  readonly body: Json;
}

export interface ApiClient {
  /** The answer, refusals included. Throws when no replica has answered for four minutes. */
  ask(method: string, path: string, body?: unknown): Promise<Answered>;
  /** Tries that got no answer, or a 5xx. */
  readonly repeated: number;
}

/** @param urls of the replicas */
export function createApiClient(urls: () => readonly string[], key: string): ApiClient {
  let repeated = 0;
  let turn = 0;
  const tryOnce = async (request: Request) => {
    const list = urls();
    const url = (list[turn++ % list.length] ?? "") + request.path;
    const response = await fetch(url, {
      method: request.method,
      headers: {
        authorization: `Bearer ${key}`,
        "idempotency-key": request.idempotencyKey,
        ...(request.body !== undefined && { "content-type": "application/json" }),
      },
      ...(request.body !== undefined && { body: request.body }),
      signal: AbortSignal.timeout(TRY_MS),
    });
    const text = await response.text();
    if (response.status >= 500) throw new Error(`${response.status} ${text.slice(0, 200)}`);
    return { status: response.status, body: text === "" ? null : JSON.parse(text) };
  };
  return {
    get repeated() {
      return repeated;
    },
    async ask(method, path, body) {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = { method, path, body: text, idempotencyKey: randomUUID() };
      const endsAt = performance.now() + GIVE_UP_MS;
      for (;;) {
        try {
          return await tryOnce(request);
        } catch (error) {
          if (performance.now() > endsAt) throw new Error(`no answer: ${method} ${path}`, { cause: error });
          repeated++;
          await sleep(PAUSE_MS);
        }
      }
    },
  };
}

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body: string | undefined;
  readonly idempotencyKey: string;
}
