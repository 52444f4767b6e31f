// The frames in which the engine sends the output of a process: the stream (1 byte), three zeros, the length (4 bytes,
// big-endian), and the bytes, as the API's document says under ContainerAttach.

const headBytes = 8;
export const streams = { output: 1, errors: 2 } as const;

export interface EngineFrame {
  readonly stream: number;
  readonly bytes: Buffer;
}

/** Returns bytes as they arrive, long frames in pieces, so that only heads are ever kept. */
export class EngineFrames {
  #head = Buffer.alloc(0);
  #stream = 0;
  /** Bytes of the frame that are still to come. */
  #left = 0;

  read(chunk: Buffer): EngineFrame[] {
    const frames: EngineFrame[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left === 0) {
        const missing = headBytes - this.#head.length;
        this.#head = Buffer.concat([this.#head, rest.subarray(0, missing)]);
        rest = rest.subarray(missing);
        if (this.#head.length < headBytes) break;
        this.#stream = this.#head.readUInt8(0);
        this.#left = this.#head.readUInt32BE(4);
        this.#head = Buffer.alloc(0);
        continue;
      }
      const bytes = rest.subarray(0, this.#left);
      frames.push({ stream: this.#stream, bytes });
      this.#left -= bytes.length;
      rest = rest.subarray(bytes.length);
    }
    return frames;
  }
}
