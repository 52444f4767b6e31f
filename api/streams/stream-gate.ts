// Decides who may hold streams open at this replica, how many, and for how long (SPEC T10). A stream outlives the request
// that was let in, so its key is checked again while it is open.
import type { Request, Response } from "express";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import type { Caller } from "../http/caller.ts";
import { OpenStream } from "./open-stream.ts";

/** A revoked key's streams end within this time (SPEC T10). */
const recheckDefaultMs = 60_000;
/** How soon a reader that was turned away may try again. */
const retryAfterS = 5;

export interface StreamGateInput {
  /** Returns those of the keys that are still valid. */
  readonly readUsableKeys: (keyIds: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly perKeyMax: number;
  readonly perReplicaMax: number;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** Set by tests. */
  readonly recheckMs?: number;
}

export interface Exchange {
  readonly request: Request;
  readonly response: Response;
}

type HttpStream = OpenStream<Request, Response>;

export class StreamGate {
  readonly #input: StreamGateInput;
  readonly #byKey = new Map<string, Map<HttpStream, Caller>>();
  readonly #timer: NodeJS.Timeout;
  #size = 0;

  constructor(input: StreamGateInput) {
    this.#input = input;
    this.#timer = setInterval(() => void this.recheck(), input.recheckMs ?? recheckDefaultMs);
    this.#timer.unref();
  }

  /** Streams that are open, for metrics and tests. */
  get size(): number {
    return this.#size;
  }

  /**
   * Lets a request become a stream. Call it before the first await of the handler.
   * @throws Refusal `too_many_streams`
   */
  admit(exchange: Exchange, caller: Caller): HttpStream {
    const { perKeyMax, perReplicaMax } = this.#input;
    const own = this.#byKey.get(caller.key_id) ?? new Map<HttpStream, Caller>();
    if (own.size >= perKeyMax) throw turnAway(exchange, `at most ${perKeyMax} streams per key and replica`);
    if (this.#size >= perReplicaMax) throw turnAway(exchange, `at most ${perReplicaMax} streams per replica`);
    const stream: HttpStream = new OpenStream(exchange);
    this.#byKey.set(caller.key_id, own);
    own.set(stream, caller);
    this.#size += 1;
    stream.onLeft(() => {
      own.delete(stream);
      this.#size -= 1;
      if (own.size === 0 && this.#byKey.get(caller.key_id) === own) this.#byKey.delete(caller.key_id);
    });
    return stream;
  }

  /** Ends the streams of keys that are revoked or have expired. While Postgres is down they continue: it is asked again. */
  async recheck(): Promise<void> {
    const asked = [...this.#byKey.keys()];
    if (asked.length === 0) return;
    try {
      const usable = await this.#input.readUsableKeys(asked);
      for (const keyId of asked) if (!usable.has(keyId)) this.#dismiss(keyId);
    } catch (error) {
      this.#input.logger.warn({ err: error }, "the keys of open streams could not be looked at");
      this.#dismissExpired();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #dismiss(keyId: string): void {
    const own = [...(this.#byKey.get(keyId)?.keys() ?? [])];
    for (const stream of own) stream.dismiss();
    if (own.length > 0)
      this.#input.logger.info({ key_id: keyId, streams: own.length }, "streams ended with their key");
  }

  /** Needs no database: the time when a key expires was known when its stream began. */
  #dismissExpired(): void {
    const now = Date.now();
    for (const [keyId, own] of this.#byKey) {
      const [caller] = own.values();
      const expires = caller?.key_expires_at ?? null;
      if (expires !== null && Date.parse(expires) <= now) this.#dismiss(keyId);
    }
  }
}

function turnAway({ response }: Exchange, words: string): Refusal {
  response.setHeader("Retry-After", String(retryAfterS));
  return new Refusal("too_many_streams", words);
}
