// Decides who may hold streams open at this replica, how many, and for how long (SPEC T10). A stream outlives the request
// that was let in, so its caller is checked again while it is open.
import type { Request, Response } from "express";
import { decideAccess, type Rights, type RouteAccess } from "../../core/access/access.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import { type Caller, holderOf } from "../http/access/caller.ts";
import { OpenStream } from "./open-stream.ts";

/** Streams of those who lose the right to them end within this time, announced or not (SPEC T10). */
const recheckDefaultMs = 60_000;
/** How soon a reader that was turned away may try again. */
const retryAfterS = 5;

export interface StreamGateInput {
  /** What the callers may do by now, by holder. Those who may not call any more are missing. */
  readonly readRights: (callers: readonly Caller[]) => Promise<ReadonlyMap<string, Rights>>;
  readonly perKeyMax: number;
  readonly perUserMax: number;
  readonly perReplicaMax: number;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** Set by tests. */
  readonly recheckMs?: number;
}

export interface Exchange {
  readonly request: Request;
  readonly response: Response;
  /** What the call wants of its caller. Null: anybody may make it. */
  readonly access: RouteAccess | null;
}

type HttpStream = OpenStream<Request, Response>;

interface Admitted {
  readonly caller: Caller;
  readonly access: RouteAccess | null;
}

export class StreamGate {
  readonly #input: StreamGateInput;
  readonly #byHolder = new Map<string, Map<HttpStream, Admitted>>();
  readonly #countByUser = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #size = 0;
  #lastLook: Promise<void> = Promise.resolve();
  #nextLook: Promise<void> | null = null;

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
    const holder = holderOf(caller);
    const own = this.#byHolder.get(holder) ?? new Map<HttpStream, Admitted>();
    this.#refuseTooMany(exchange, { ofHolder: own.size, ofUser: this.#countByUser.get(caller.user.id) ?? 0 });
    const stream: HttpStream = new OpenStream(exchange);
    this.#byHolder.set(holder, own);
    own.set(stream, { caller, access: exchange.access });
    this.#count(caller.user.id, 1);
    stream.onLeft(() => {
      own.delete(stream);
      this.#count(caller.user.id, -1);
      if (own.size === 0 && this.#byHolder.get(holder) === own) this.#byHolder.delete(holder);
    });
    return stream;
  }

  /**
   * Ends the streams of those who may not open them any more: their key is revoked or expired, their user is suspended or
   * deleted, or role or scope no longer suffice. While Postgres is down they continue: it is asked again.
   */
  recheck(): Promise<void> {
    // Looks that are asked for during a look are one look after it: a hundred changes at once cost two queries.
    this.#nextLook ??= this.#lastLook.then(() => {
      this.#nextLook = null;
      this.#lastLook = this.#look();
      return this.#lastLook;
    });
    return this.#nextLook;
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const asked = [...this.#byHolder].flatMap(([holder, own]) => {
      const [first] = own.values();
      return first === undefined ? [] : [{ holder, caller: first.caller }];
    });
    if (asked.length === 0) return;
    try {
      const rights = await this.#input.readRights(asked.map(({ caller }) => caller));
      for (const { holder } of asked) this.#dismissUnless(holder, rights.get(holder));
    } catch (error) {
      this.#input.logger.warn({ err: error }, "the callers of open streams could not be looked at");
      this.#dismissExpired();
    }
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #refuseTooMany(exchange: Exchange, { ofHolder, ofUser }: { ofHolder: number; ofUser: number }): void {
    const { perKeyMax, perUserMax, perReplicaMax } = this.#input;
    if (ofHolder >= perKeyMax) throw turnAway(exchange, `at most ${perKeyMax} streams per key and replica`);
    if (ofUser >= perUserMax) throw turnAway(exchange, `at most ${perUserMax} streams per user and replica`);
    if (this.#size >= perReplicaMax) throw turnAway(exchange, `at most ${perReplicaMax} streams per replica`);
  }

  #count(userId: string, by: 1 | -1): void {
    this.#size += by;
    const count = (this.#countByUser.get(userId) ?? 0) + by;
    if (count === 0) this.#countByUser.delete(userId);
    else this.#countByUser.set(userId, count);
  }

  #dismissUnless(holder: string, rights: Rights | undefined): void {
    const forbidden = [...(this.#byHolder.get(holder) ?? [])].filter(([, { access }]) => {
      return rights === undefined || (access !== null && decideAccess(rights, access).type !== "allowed");
    });
    for (const [stream] of forbidden) stream.dismiss();
    if (forbidden.length > 0)
      this.#input.logger.info({ holder, streams: forbidden.length }, "streams ended with the right to them");
  }

  /** Needs no database: the time when a proof expires was known when its stream began. */
  #dismissExpired(): void {
    const now = Date.now();
    for (const [holder, own] of this.#byHolder) {
      const [first] = own.values();
      const expires = first?.caller.by.expires_at ?? null;
      if (expires !== null && Date.parse(expires) <= now) this.#dismissUnless(holder, undefined);
    }
  }
}

function turnAway({ response }: Pick<Exchange, "response">, words: string): Refusal {
  response.setHeader("Retry-After", String(retryAfterS));
  return new Refusal("too_many_streams", words);
}
