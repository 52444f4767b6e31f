// What was asked of the demo model and how each answer went, for tests that must know what reached the provider, and when.
import type { JsonObject } from "./json.ts";
import type { DialectName } from "./request/model-call.ts";

/** Entries kept, oldest out first; each holds its request, and a request may be large. */
const entriesMax = 5_000;

export type CallStatus =
  | "streaming"
  | "held"
  | "finished"
  | "refused"
  | "cut"
  | "ended_early"
  | "stream_error"
  | "client_closed";

/** Times are milliseconds since 1970, with fractions. */
export interface RequestLogEntry {
  readonly id: string;
  readonly dialect: DialectName;
  readonly path: string;
  readonly model: string;
  /** Of its script; null without one. */
  readonly key: string | null;
  /** This is the n-th call under its key, from 1. */
  readonly call: number;
  readonly step: number | null;
  readonly body: JsonObject;
  /** The key that came along, null without one. */
  readonly api_key: string | null;
  readonly started_at: number;
  readonly http_status: number | null;
  readonly status: CallStatus;
  /** Parts handed to the socket. */
  readonly chunks_sent: number;
  /** When our side was done with it, whatever way. */
  readonly finished_at: number | null;
  /** When the client closed the socket before our side was done. */
  readonly client_closed_at: number | null;
}

export type WaitEvent = "started" | "held" | "chunks" | "client_closed" | "finished";

export interface LogWait {
  readonly key?: string | undefined;
  /** Only the n-th call under its key. */
  readonly call?: number | undefined;
  readonly event: WaitEvent;
  /** Of `chunks`: parts sent by one call; else how many calls have come so far. */
  readonly count?: number | undefined;
}

type Draft = Pick<RequestLogEntry, "id" | "dialect" | "path" | "model" | "key" | "step" | "body" | "api_key">;
type Changes = Partial<
  Pick<RequestLogEntry, "status" | "http_status" | "chunks_sent" | "finished_at" | "client_closed_at">
>;

/** Now, as the log counts. */
export function logTime(): number {
  return performance.timeOrigin + performance.now();
}

export class RequestLog {
  #entries: RequestLogEntry[] = [];
  readonly #waiting = new Set<(changed: RequestLogEntry) => void>();

  /** Begins an entry and returns what changes it. */
  begin(draft: Draft): LoggedCall {
    const before = draft.key === null ? 0 : this.#entries.filter((entry) => entry.key === draft.key).length;
    const entry: RequestLogEntry = {
      ...draft,
      call: before + 1,
      started_at: logTime(),
      http_status: null,
      status: "streaming",
      chunks_sent: 0,
      finished_at: null,
      client_closed_at: null,
    };
    this.#entries.push(entry);
    if (this.#entries.length > entriesMax) this.#entries.shift();
    this.#announce(entry);
    return new LoggedCall(entry, () => this.#announce(entry));
  }

  entries(key?: string): readonly RequestLogEntry[] {
    return this.#entries
      .filter((entry) => key === undefined || entry.key === key)
      .map((entry) => ({ ...entry }));
  }

  clear(): void {
    this.#entries = [];
  }

  /** The calls that satisfy the wait, or null as long as they are too few. */
  matching(wait: LogWait): readonly RequestLogEntry[] | null {
    const count = wait.count ?? 1;
    const found = this.#entries.filter(
      (entry) =>
        (wait.key === undefined || entry.key === wait.key) &&
        (wait.call === undefined || entry.call === wait.call) &&
        hasHappened(entry, wait.event, count),
    );
    const isEnough = found.length >= (wait.event === "chunks" ? 1 : count);
    return isEnough ? found.map((entry) => ({ ...entry })) : null;
  }

  /** Calls `look` with the entry after each change; returns what ends that. */
  onChange(look: (changed: RequestLogEntry) => void): () => void {
    this.#waiting.add(look);
    return () => void this.#waiting.delete(look);
  }

  #announce(changed: RequestLogEntry): void {
    for (const look of this.#waiting) look(changed);
  }
}

/** One entry being written. */
export class LoggedCall {
  readonly #entry: { -readonly [Field in keyof RequestLogEntry]: RequestLogEntry[Field] };
  readonly #announce: () => void;

  constructor(entry: RequestLogEntry, announce: () => void) {
    this.#entry = entry;
    this.#announce = announce;
  }

  get entry(): RequestLogEntry {
    return this.#entry;
  }

  change(changes: Changes): void {
    Object.assign(this.#entry, changes);
    this.#announce();
  }

  end(status: CallStatus): void {
    if (this.#entry.finished_at === null) this.change({ status, finished_at: logTime() });
  }
}

function hasHappened(entry: RequestLogEntry, event: WaitEvent, count: number): boolean {
  switch (event) {
    case "started":
      return true;
    case "held":
      return entry.status === "held";
    case "chunks":
      return entry.chunks_sent >= count;
    case "client_closed":
      return entry.client_closed_at !== null;
    case "finished":
      return entry.finished_at !== null;
  }
}
