// Bytes of files that a request carries by name until it is sent. As base64 in the request's JSON, ten megabytes would hold up the
// process for half a second while the SDK makes text of them.
import { randomUUID } from "node:crypto";
import { setImmediate as turnOfLoop } from "node:timers/promises";
import type { Fetch } from "./provider-options.ts";

/** Smaller files stand in the request itself. */
export const carriedBytesMin = 64 * 1024;
/** After so many others have their turn. A multiple of three, so that the base64 of the parts is that of the whole. */
const bytesAtOnce = 768 * 1024;

const NAME = /everturn-bytes-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

/** Characters of base64 of so many bytes. */
export function base64Chars(bytes: number): number {
  return 4 * Math.ceil(bytes / 3);
}

/** A text that may name carried bytes, as people may read it. */
export function withoutNames(text: string): string {
  return text.replace(NAME, "[a file as base64]");
}

type BodyPiece = string | Uint8Array;

/** The bytes that calls carry now. A name stands for the base64 of its bytes, and cannot be guessed. */
export class CarriedBytes {
  readonly #held = new Map<string, Uint8Array>();

  /** Gives the name that stands for them until they are dropped. */
  carry(bytes: Uint8Array): string {
    const name = `everturn-bytes-${randomUUID()}`;
    this.#held.set(name, bytes);
    return name;
  }

  drop(name: string): void {
    this.#held.delete(name);
  }

  /** The text cut at the names that it contains; null: it contains none. Names that stand for nothing are text. */
  piecesOf(text: string): readonly BodyPiece[] | null {
    if (this.#held.size === 0) return null;
    const pieces: BodyPiece[] = [];
    let end = 0;
    for (const { 0: name, index } of text.matchAll(NAME)) {
      const bytes = this.#held.get(name);
      if (bytes === undefined) continue;
      pieces.push(text.slice(end, index), bytes);
      end = index + name.length;
    }
    return end === 0 ? null : [...pieces, text.slice(end)];
  }
}

/** Puts the bytes that a request names in place of their names. Everything else passes unchanged. */
export function createCarryingFetch(inner: Fetch, carried: CarriedBytes): Fetch {
  return async (input, init) => {
    const pieces = typeof init?.body === "string" ? carried.piecesOf(init.body) : null;
    if (pieces === null) return inner(input, init);
    const body = await assembled(pieces);
    init?.signal?.throwIfAborted();
    return inner(input, { ...init, body });
  };
}

/**
 * In one piece, as a body without files is: of a stream that a server does not read to its end, its early answer would be lost.
 */
async function assembled(pieces: readonly BodyPiece[]): Promise<Uint8Array<ArrayBuffer>> {
  const body = Buffer.alloc(pieces.reduce((sum, piece) => sum + writtenBytes(piece), 0));
  let end = 0;
  for (const piece of pieces) {
    if (typeof piece === "string") end += body.write(piece, end, "utf8");
    else
      for (let at = 0; at < piece.byteLength; at += bytesAtOnce) {
        end += body.write(base64(piece.subarray(at, at + bytesAtOnce)), end, "latin1");
        await turnOfLoop();
      }
  }
  return body;
}

function writtenBytes(piece: BodyPiece): number {
  return typeof piece === "string" ? Buffer.byteLength(piece) : base64Chars(piece.byteLength);
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64");
}
