// The watch of one terminal: its newest output, its state, and how it ended.
import { terminalOutputBytesMax } from "../../../core/chat/limits.ts";
import type { LiveBus } from "../../../core/stream/bus-message.ts";
import { type Terminal, workspaceDeleted } from "../../../core/workspace/terminal.ts";
import type { Logger } from "../../../platform/logger.ts";
import type { TerminalOutput } from "../../../store/workspace/terminal/terminal-bytes.ts";
import { encodeFrame } from "../sse-frame.ts";
import { type Frames, groupFrames, nextGroup, oneFrame } from "../stream-log.ts";
import { CATCH_UP, type CatchUp, type ReaderStep, WAIT, type WatchReader } from "../stream-reader.ts";
import { Watch } from "../watch.ts";

/** Pieces of one read of the store. */
const piecesMax = 32;
/** Looks that fail in a row before readers are sent elsewhere: some ten seconds without the database. */
const failuresMax = 40;
const retryMs = 250;
/** The bus may lose a message. */
const lookEveryMs = 5_000;
/** Without the bus, each look is one cheap read. */
const lookWithoutBusMs = 150;
/** Somebody who looks at it keeps it from being idle. */
const markUsedEveryMs = 30_000;
/** In base64, with what is around it. */
const log = { eventsMax: Number.POSITIVE_INFINITY, bytesMax: 2 * terminalOutputBytesMax };

export interface TerminalState {
  readonly terminal: Terminal;
  /** Grows with each change of it. */
  readonly version: number;
}

export interface TerminalSource {
  /** Null: it is gone, and its workspace perhaps, too. */
  readState(): Promise<TerminalState | null>;
  readOutput(after: number, limit: number): Promise<readonly TerminalOutput[]>;
  /** Somebody looks at it. */
  markUsed(): Promise<void>;
}

export interface TerminalWatchInput {
  readonly source: TerminalSource;
  readonly bus: LiveBus;
  readonly terminalId: string;
  readonly logger: Pick<Logger, "warn">;
}

/** What a reader knows: output up to here, and which state. */
export interface TerminalPlace {
  readonly offset: number;
  readonly version: number;
}

export class TerminalWatch extends Watch<TerminalPlace, Frames> {
  readonly #source: TerminalSource;
  readonly #bus: LiveBus;
  /** Where the log's entries begin, by their numbers, which are where they end. */
  readonly #begins = new Map<number, number>();
  #state: TerminalState | null = null;
  #markedAtMs = Number.NEGATIVE_INFINITY;

  constructor({ source, bus, terminalId, logger }: TerminalWatchInput) {
    super({ about: { terminal_id: terminalId }, logger, log, failuresMax, retryMs });
    this.#source = source;
    this.#bus = bus;
    this.start(bus, { type: "terminal", terminal_id: terminalId }, (message) => {
      if (message.type === "terminal" && message.to === "readers") void this.lookQuietly();
    });
  }

  /** Where a reader goes on that has the output up to an offset. One that lies ahead is not from this terminal. */
  placeOf(offset: number): TerminalPlace {
    return { offset: offset > this.log.end ? 0 : offset, version: 0 };
  }

  next({ offset, version }: TerminalPlace): ReaderStep<TerminalPlace, Frames> {
    const state = this.#state;
    if (state === null) return WAIT;
    const isOver = state.terminal.status === "closed";
    // The end is told behind the last output, all other states before.
    if (!isOver && version !== state.version) {
      return { type: "send", batch: this.#tellState(state), place: { offset, version: state.version } };
    }
    const next = nextGroup(this.log, offset);
    if (next === "lost" || this.#isWithin(offset)) return CATCH_UP;
    if (next !== null) return { type: "send", batch: next.batch, place: { offset: next.number, version } };
    return isOver ? { type: "finish", batch: this.#tellState(state) } : WAIT;
  }

  /** The next entry begins before this place: the reader was told other pieces, by another replica or by the store. */
  #isWithin(offset: number): boolean {
    const entry = this.log.next(offset);
    return entry !== null && entry !== "lost" && (this.#begins.get(entry.number) ?? offset) < offset;
  }

  async catchUp({ offset, version }: TerminalPlace): Promise<CatchUp<TerminalPlace, Frames>> {
    const pieces = await this.#source.readOutput(offset, piecesMax);
    const frames = pieces.map((piece) => toFrame(cutAt(piece, offset)));
    const place = { offset: pieces.at(-1)?.to_offset ?? this.log.begin, version };
    return { batches: groupFrames(frames), place };
  }

  /** Who comes for a moment only has looked at it, too. */
  override attach(reader: WatchReader): void {
    super.attach(reader);
    this.#markUsed().catch((error: unknown) => this.warn(error, "a terminal could not be marked as used"));
  }

  protected lookEveryMs(): number | null {
    if (this.#state?.terminal.status === "closed") return null;
    return this.#bus.up ? lookEveryMs : lookWithoutBusMs;
  }

  protected async look(): Promise<void> {
    // Before the output: a terminal that has ended prints nothing more.
    const state = await this.#source.readState();
    if (state === null) return this.#gone();
    let count = piecesMax;
    while (count === piecesMax && this.ended === null) {
      const pieces = await this.#source.readOutput(this.log.end, piecesMax);
      for (const piece of pieces) this.#append(cutAt(piece, this.log.end));
      this.log.trim();
      this.wakeReaders();
      count = pieces.length;
    }
    this.#state = state;
    this.wakeReaders();
    this.rested();
    await this.#markUsed();
  }

  /** What is open goes only with its workspace: readers are told. What had ended is kept for long, and then goes silently. */
  #gone(): void {
    if (this.#state === null) return this.close("deleted");
    const { terminal, version } = this.#state;
    if (terminal.status === "closed") return this.close("deleted");
    const ended = { status: "closed", end: workspaceDeleted, ended_at: new Date().toISOString() } as const;
    this.#state = { terminal: { ...terminal, ...ended }, version: version + 1 };
    this.wakeReaders();
    this.rested();
  }

  /** It has no id: a reader that comes back is told the state again. */
  #tellState({ terminal }: TerminalState): Frames {
    const json = JSON.stringify({ terminal, output_end: this.log.end });
    return oneFrame(encodeFrame({ event: "terminal", json }));
  }

  #append(piece: TerminalOutput): void {
    this.log.append(toFrame(piece), piece.to_offset);
    this.#begins.set(piece.to_offset, piece.from_offset);
    for (const end of this.#begins.keys()) {
      if (end > this.log.begin) break;
      this.#begins.delete(end);
    }
  }

  async #markUsed(): Promise<void> {
    const now = performance.now();
    if (this.readerCount === 0 || now - this.#markedAtMs < markUsedEveryMs) return;
    this.#markedAtMs = now;
    await this.#source.markUsed();
  }
}

/** A piece may have grown since a reader took it. */
function cutAt(piece: TerminalOutput, offset: number): TerminalOutput {
  const known = offset - piece.from_offset;
  return known <= 0
    ? piece
    : { ...piece, from_offset: offset, bytes: piece.bytes.subarray(known), modes: "" };
}

function toFrame({ from_offset, to_offset, bytes, modes }: TerminalOutput): Frames {
  const data = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
  const json = JSON.stringify({ from: from_offset, to: to_offset, data, ...(modes !== "" && { modes }) });
  return oneFrame(encodeFrame({ id: String(to_offset), event: "output", json }));
}
