// The workspace agent runs inside the workspace. This file: frames, in which output travels: bytes as they are, without
// base64, and JSON beside them. A frame is a kind (1 byte), the length of what follows (4 bytes, big-endian), and that.
// An `output` frame begins with its offset (8 bytes, big-endian); the others are JSON; a `ping` is empty.
import type { AgentErrorCode, ProcessInfo } from "./api.ts";

export type Frame =
  | { readonly type: "output"; readonly offset: number; readonly bytes: Uint8Array }
  /** The process as it is now: the last frame of an `output` answer. */
  | { readonly type: "process"; readonly process: ProcessInfo }
  /** The process as it ended: the last frame of a `follow`. */
  | { readonly type: "ended"; readonly process: ProcessInfo }
  /** A `follow` that cannot go on; its status was sent long ago. */
  | {
      readonly type: "error";
      readonly error: { readonly code: AgentErrorCode; readonly message: string; readonly hint?: string };
    }
  /** Nothing happened, and the agent is there. */
  | { readonly type: "ping" };

const kinds = { output: 1, process: 2, ended: 3, error: 4, ping: 5 } as const;
const headBytes = 5;
const offsetBytes = 8;
// An output frame holds at most 1 MiB, a process's JSON at most a command of 128 KiB, escaped. More is not our peer.
const frameBytesMax = 4 * 1024 * 1024;

/** The frame as it travels. `bytes` of an output are copied. */
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

/** Puts frames together again from the pieces in which they arrive. */
export class FrameReader {
  #pending: Buffer = Buffer.alloc(0);

  /** The frames that `chunk` completes. Their bytes are views into it. Throws on what is no frame. */
  push(chunk: Uint8Array): Frame[] {
    const buffer = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    const bytes = this.#pending.length === 0 ? buffer : Buffer.concat([this.#pending, buffer]);
    const frames: Frame[] = [];
    let at = 0;
    while (bytes.length - at >= headBytes) {
      const length = bytes.readUInt32BE(at + 1);
      if (length > frameBytesMax) throw new Error(`a frame of ${length} bytes`);
      const end = at + headBytes + length;
      if (bytes.length < end) break;
      frames.push(decodeFrame(bytes.readUInt8(at), bytes.subarray(at + headBytes, end)));
      at = end;
    }
    this.#pending = bytes.subarray(at);
    return frames;
  }
}

function decodeFrame(kind: number, body: Buffer): Frame {
  switch (kind) {
    case kinds.output:
      return {
        type: "output",
        offset: Number(body.readBigUInt64BE(0)),
        bytes: body.subarray(offsetBytes),
      };
    case kinds.process:
      return { type: "process", process: parseJson(body) };
    case kinds.ended:
      return { type: "ended", process: parseJson(body) };
    case kinds.error:
      return { type: "error", error: parseJson(body) };
    case kinds.ping:
      return { type: "ping" };
    default:
      throw new Error(`a frame of kind ${kind}`);
  }
}

function parseJson<Value>(body: Buffer): Value {
  return JSON.parse(body.toString("utf8")) as Value;
}
