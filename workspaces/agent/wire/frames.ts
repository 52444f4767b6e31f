// Output is sent in frames, which hold raw bytes (no base64) or JSON. A frame is a kind (1 byte), the
// length of what follows (4 bytes, big-endian), and that. An `output` frame begins with its offset (8 bytes, big-endian); a
// `ping` is empty; the others are JSON.
import type * as z from "zod";
import type { ProcessInfo } from "../api.ts";
import type { errorSchema } from "./answers.ts";

export type Frame =
  | { readonly type: "output"; readonly offset: number; readonly bytes: Uint8Array }
  /** The process as it is now: the last frame of an `output` answer. */
  | { readonly type: "process"; readonly process: ProcessInfo }
  /** The process as it ended: the last frame of a `follow`. */
  | { readonly type: "ended"; readonly process: ProcessInfo }
  /** A `follow` failed after its status was sent. */
  | { readonly type: "error"; readonly error: Readonly<z.output<typeof errorSchema>> }
  /** Nothing happened, but the agent still answers. */
  | { readonly type: "ping" };

/** A frame as it arrives. Its JSON may be anything: the reader must check its shape. */
export type ReceivedFrame =
  | Extract<Frame, { type: "output" | "ping" }>
  | { readonly type: "process" | "ended" | "error"; readonly json: unknown };

/** The first kind has the number 1. */
const kinds = ["output", "process", "ended", "error", "ping"] as const;
const headBytes = 5;
const offsetBytes = 8;
// An output frame holds at most 1 MiB, a process's JSON at most a command of 128 KiB, escaped. A larger frame is not our agent's.
const jsonFrameBytesMax = 1024 * 1024;
const bodyBytesMax: Readonly<Partial<Record<Frame["type"], number>>> = {
  output: offsetBytes + 1024 * 1024,
  ping: 0,
};

/** The frame's bytes. Those of an output are copied. */
export function encodeFrame(frame: Frame): Buffer {
  const head = Buffer.allocUnsafe(headBytes);
  const body = bodyOf(frame);
  head.writeUInt8(kinds.indexOf(frame.type) + 1, 0);
  head.writeUInt32BE(
    body.reduce((sum, piece) => sum + piece.length, 0),
    1,
  );
  return Buffer.concat([head, ...body]);
}

function bodyOf(frame: Frame): readonly Uint8Array[] {
  switch (frame.type) {
    case "output": {
      const offset = Buffer.allocUnsafe(offsetBytes);
      offset.writeBigUInt64BE(BigInt(frame.offset));
      return [offset, frame.bytes];
    }
    case "process":
    case "ended":
      return [Buffer.from(JSON.stringify(frame.process))];
    case "error":
      return [Buffer.from(JSON.stringify(frame.error))];
    case "ping":
      return [];
  }
}

/** Parses a frame's JSON, which has at most 1 MiB. Throws when it is not JSON, or too much of it. */
export type ParseJson = (body: Uint8Array) => unknown;

/** Reads frames from a stream that arrives in pieces of any size. */
export class FrameReader {
  readonly #parse: ParseJson;
  #pieces: Buffer[] = [];
  #bytes = 0;
  /** Pieces are joined only when this many bytes are there, because no frame is complete before. */
  #wanted = headBytes;

  constructor(parse: ParseJson) {
    this.#parse = parse;
  }

  /** The frames that `chunk` completes. Their bytes are views into it. Throws when it is not a frame. */
  push(chunk: Uint8Array): ReceivedFrame[] {
    this.#pieces.push(Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
    this.#bytes += chunk.byteLength;
    if (this.#bytes < this.#wanted) return [];
    const [first, ...more] = this.#pieces;
    const bytes = first !== undefined && more.length === 0 ? first : Buffer.concat(this.#pieces);
    const frames: ReceivedFrame[] = [];
    let at = 0;
    this.#wanted = headBytes;
    while (bytes.length - at >= headBytes) {
      const type = typeOf(bytes.readUInt8(at), bytes.readUInt32BE(at + 1));
      const end = at + headBytes + bytes.readUInt32BE(at + 1);
      if (bytes.length < end) {
        this.#wanted = end - at;
        break;
      }
      frames.push(this.#decode(type, bytes.subarray(at + headBytes, end)));
      at = end;
    }
    this.#pieces = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#bytes = bytes.length - at;
    return frames;
  }

  #decode(type: Frame["type"], body: Buffer): ReceivedFrame {
    if (type === "ping") return { type };
    if (type !== "output") return { type, json: this.#parse(body) };
    return { type, offset: Number(body.readBigUInt64BE(0)), bytes: body.subarray(offsetBytes) };
  }
}

/** Throws when no frame has this kind and this length. */
function typeOf(kind: number, length: number): Frame["type"] {
  const type = kinds[kind - 1];
  if (type === undefined) throw new Error(`a frame of kind ${kind}`);
  if (length > (bodyBytesMax[type] ?? jsonFrameBytesMax)) throw new Error(`a frame of ${length} bytes`);
  if (type === "output" && length < offsetBytes) throw new Error("an output without an offset");
  return type;
}
