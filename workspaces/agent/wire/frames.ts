// Output is sent in frames, which hold raw bytes (no base64) or JSON. A frame is a kind (1 byte), the
// length of what follows (4 bytes, big-endian), and that. An `output` frame begins with its offset (8 bytes, big-endian); a
// `ping` is empty; the others are JSON.
import type { AgentErrorCode } from "../agent-error.ts";
import type { ProcessInfo } from "../api.ts";

export type Frame =
  | { readonly type: "output"; readonly offset: number; readonly bytes: Uint8Array }
  /** The process as it is now: the last frame of an `output` answer. */
  | { readonly type: "process"; readonly process: ProcessInfo }
  /** The process as it ended: the last frame of a `follow`. */
  | { readonly type: "ended"; readonly process: ProcessInfo }
  /** A `follow` failed after its status was sent. */
  | {
      readonly type: "error";
      readonly error: { readonly code: AgentErrorCode; readonly message: string; readonly hint?: string };
    }
  /** Nothing happened, but the agent still answers. */
  | { readonly type: "ping" };

/** A frame as it arrives. Its JSON may be anything: the reader must check its shape. */
export type ReceivedFrame =
  | Extract<Frame, { type: "output" | "ping" }>
  | { readonly type: "process" | "ended" | "error"; readonly json: unknown };

const kinds = { output: 1, process: 2, ended: 3, error: 4, ping: 5 } as const;
const headBytes = 5;
const offsetBytes = 8;
// An output frame holds at most 1 MiB, a process's JSON at most a command of 128 KiB, escaped. A larger frame is not our agent's.
const outputFrameBytesMax = offsetBytes + 1024 * 1024;
const jsonFrameBytesMax = 1024 * 1024;

/** The frame's bytes. Those of an output are copied. */
export function encodeFrame(frame: Frame): Buffer {
  switch (frame.type) {
    case "output": {
      const body = Buffer.allocUnsafe(headBytes + offsetBytes + frame.bytes.length);
      writeHead(body, "output", offsetBytes + frame.bytes.length);
      body.writeBigUInt64BE(BigInt(frame.offset), headBytes);
      body.set(frame.bytes, headBytes + offsetBytes);
      return body;
    }
    case "process":
    case "ended":
      return jsonFrame(frame.type, frame.process);
    case "error":
      return jsonFrame(frame.type, frame.error);
    case "ping":
      return writeHead(Buffer.allocUnsafe(headBytes), "ping", 0);
  }
}

function jsonFrame(type: Frame["type"], value: unknown): Buffer {
  const json = Buffer.from(JSON.stringify(value));
  return Buffer.concat([writeHead(Buffer.allocUnsafe(headBytes), type, json.length), json]);
}

function writeHead(target: Buffer, type: Frame["type"], length: number): Buffer {
  target.writeUInt8(kinds[type], 0);
  target.writeUInt32BE(length, 1);
  return target;
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
      const kind = bytes.readUInt8(at);
      const length = bytes.readUInt32BE(at + 1);
      checkLength(kind, length);
      const end = at + headBytes + length;
      if (bytes.length < end) {
        this.#wanted = end - at;
        break;
      }
      frames.push(decodeFrame(kind, bytes.subarray(at + headBytes, end), this.#parse));
      at = end;
    }
    this.#pieces = at === bytes.length ? [] : [bytes.subarray(at)];
    this.#bytes = bytes.length - at;
    return frames;
  }
}

function checkLength(kind: number, length: number): void {
  const max = kind === kinds.output ? outputFrameBytesMax : kind === kinds.ping ? 0 : jsonFrameBytesMax;
  if (length > max) throw new Error(`a frame of ${length} bytes`);
  if (kind === kinds.output && length < offsetBytes) throw new Error("an output without an offset");
}

function decodeFrame(kind: number, body: Buffer, parse: ParseJson): ReceivedFrame {
  switch (kind) {
    case kinds.output:
      return { type: "output", offset: Number(body.readBigUInt64BE(0)), bytes: body.subarray(offsetBytes) };
    case kinds.process:
      return { type: "process", json: parse(body) };
    case kinds.ended:
      return { type: "ended", json: parse(body) };
    case kinds.error:
      return { type: "error", json: parse(body) };
    case kinds.ping:
      return { type: "ping" };
    default:
      throw new Error(`a frame of kind ${kind}`);
  }
}
