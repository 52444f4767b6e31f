// Decides who may hold streams open at this replica, how many, and for how long (SPEC T10). A stream outlives the request
// that was let in, so its caller is checked again while it is open.
import type { Request, Response } from "express";
import { decideAccess, type Rights, type RouteAccess } from "../../core/access/access.ts";
import { Refusal } from "../../core/chat/refusal.ts";
import type { Logger } from "../../platform/logger.ts";
import { type Caller, holderOf, isPast } from "../http/access/caller.ts";
import { OpenStream } from "./open-stream.ts";

/** Streams of those who lose the right to them end within this time, announced or not (SPEC T10). */
const recheckDefaultMs = 60_000;
/** All readers of one link, which its owner may have published. */
const perLinkDefaultMax = 200;
/** Readers with links, all together, hold at most this part of a replica's streams: those who have signed in find room. */
const LINKS_PART = 0.5;
/** How soon a reader that was turned away may try again. */
const retryAfterS = 5;

export interface StreamGateInput {
  /** What the callers may do by now, by holder. Those who may not call any more are missing. */
  readonly readRights: (callers: readonly Caller[]) => Promise<ReadonlyMap<string, Rights>>;
  /** Those of the shares that have not ended. */
  readonly readUsableShares: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  readonly perKeyMax: number;
  readonly perUserMax: number;
  readonly perReplicaMax: number;
  readonly logger: Pick<Logger, "warn" | "info">;
  /** Set by tests. */
  readonly perLinkMax?: number;
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
  /** Null: somebody with a share's link. */
  readonly caller: Caller | null;
  readonly access: RouteAccess | null;
  /** The share by which the chat is read; null: the caller's own chats. */
  share_id: string | null;
}

export class StreamGate {
  readonly #input: StreamGateInput;
  readonly #byHolder = new Map<string, Map<HttpStream, Admitted>>();
  readonly #countByUser = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #size = 0;
  #linkReaders = 0;
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
    const names = { holder: holderOf(caller), user: caller.user.id };
    return this.#admit(exchange, names, { caller, access: exchange.access, share_id: null });
  }

  /**
   * The same for somebody with a share's link. All who have it count together, and so do all who have any.
   * @throws Refusal `too_many_streams`
   */
  admitReader(exchange: Exchange, shareId: string): HttpStream {
    const name = `share ${shareId}`;
    this.#refuseTooManyReaders(exchange, this.#byHolder.get(name)?.size ?? 0);
    const names = { holder: name, user: name };
    const stream = this.#admit(exchange, names, { caller: null, access: null, share_id: shareId });
    this.#linkReaders += 1;
    stream.onLeft(() => {
      this.#linkReaders -= 1;
    });
    return stream;
  }

  /** The stream shows a chat of somebody else: it ends with the share. */
  bindToShare(stream: HttpStream, shareId: string): void {
    for (const own of this.#byHolder.values()) {
      const admitted = own.get(stream);
      if (admitted !== undefined) admitted.share_id = shareId;
    }
  }

  #admit(exchange: Exchange, { holder, user }: Names, admitted: Admitted): HttpStream {
    const own = this.#byHolder.get(holder) ?? new Map<HttpStream, Admitted>();
    this.#refuseTooMany(exchange, { ofHolder: own.size, ofUser: this.#countByUser.get(user) ?? 0 });
    const stream: HttpStream = new OpenStream(exchange);
    this.#byHolder.set(holder, own);
    own.set(stream, admitted);
    this.#count(user, 1);
    stream.onLeft(() => {
      own.delete(stream);
      this.#count(user, -1);
      if (own.size === 0 && this.#byHolder.get(holder) === own) this.#byHolder.delete(holder);
    });
    return stream;
  }

  /**
   * Ends the streams of those who may not open them any more: their key or session has ended, their user is suspended or deleted,
   * role or scope no longer suffice, or the share is gone. While Postgres is down they continue: it is asked again.
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
    const all = [...this.#byHolder.values()].flatMap((own) => [...own.values()]);
    if (all.length === 0) return;
    const callers = [...this.#byHolder.values()].flatMap((own) => [...own.values()][0]?.caller ?? []);
    const shareIds = [...new Set(all.flatMap(({ share_id }) => share_id ?? []))];
    try {
      const [rights, shares] = await Promise.all([
        this.#input.readRights(callers),
        shareIds.length === 0 ? new Set<string>() : this.#input.readUsableShares(shareIds),
      ]);
      // A stream that began meanwhile was let in by newer looks than this one.
      const known = new Set(all);
      this.#dismissThose(
        (admitted, holder) =>
          known.has(admitted) && !isAllowed(admitted, { rights: rights.get(holder), shares }),
      );
    } catch (error) {
      this.#input.logger.warn({ err: error }, "the callers of open streams could not be looked at");
      // Needs no database: the time when a proof expires was known when its stream began.
      this.#dismissThose(({ caller }) => caller !== null && isPast(caller.by, Date.now()));
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

  #refuseTooManyReaders(exchange: Exchange, ofLink: number): void {
    const { perLinkMax = perLinkDefaultMax, perReplicaMax } = this.#input;
    const linkReadersMax = Math.ceil(perReplicaMax * LINKS_PART);
    if (ofLink >= perLinkMax) throw turnAway(exchange, `at most ${perLinkMax} streams per link and replica`);
    if (this.#linkReaders >= linkReadersMax)
      throw turnAway(exchange, `at most ${linkReadersMax} streams with links per replica`);
  }

  #count(userId: string, by: 1 | -1): void {
    this.#size += by;
    const count = (this.#countByUser.get(userId) ?? 0) + by;
    if (count === 0) this.#countByUser.delete(userId);
    else this.#countByUser.set(userId, count);
  }

  #dismissThose(isOver: (admitted: Admitted, holder: string) => boolean): void {
    for (const [holder, own] of this.#byHolder) {
      const over = [...own].filter(([, admitted]) => isOver(admitted, holder));
      for (const [stream] of over) stream.dismiss();
      if (over.length > 0)
        this.#input.logger.info({ holder, streams: over.length }, "streams ended with the right to them");
    }
  }
}

/** Who counts: for the limit of a key, session or link, and for that of a user. */
interface Names {
  readonly holder: string;
  readonly user: string;
}

interface Known {
  readonly rights: Rights | undefined;
  readonly shares: ReadonlySet<string>;
}

function isAllowed({ caller, access, share_id }: Admitted, { rights, shares }: Known): boolean {
  if (share_id !== null && !shares.has(share_id)) return false;
  if (caller === null) return true;
  if (rights === undefined || isPast(caller.by, Date.now())) return false;
  return access === null || decideAccess(rights, access).type === "allowed";
}

function turnAway({ response }: Pick<Exchange, "response">, words: string): Refusal {
  response.setHeader("Retry-After", String(retryAfterS));
  return new Refusal("too_many_streams", words);
}
